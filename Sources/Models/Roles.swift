public import Vocabulary

/// Which version serves as what: `roles.json` (DESIGN section 1).
public struct Roles: Codable, Sendable, Equatable {
    /// The version that acts.
    public private(set) var production: ModelID
    /// What a rollback takes.
    public private(set) var previous: ModelID?
    /// Scored and never acted on.
    public var shadow: ModelID?
    /// The old, well-known version always scored beside production.
    public var baseline: ModelID?

    /// - Parameter production: the version that acts.
    public init(
        production: ModelID, previous: ModelID? = nil, shadow: ModelID? = nil, baseline: ModelID? = nil
    ) {
        self.production = production
        self.previous = previous
        self.shadow = shadow
        self.baseline = baseline
    }

    /// The version of a role.
    public subscript(role: ModelRole) -> ModelID? {
        switch role {
        case .production: production
        case .previous: previous
        case .shadow: shadow
        case .baseline: baseline
        }
    }

    /// The roles that `id` has.
    public func roles(of id: ModelID) -> [ModelRole] { ModelRole.allCases.filter { self[$0] == id } }

    /// `id` acts, the version that acted until now is what a rollback takes. A shadow that is promoted is none any more.
    public mutating func promote(_ id: ModelID) {
        guard id != production else { return }
        previous = production
        production = id
        if shadow == id { shadow = nil }
    }

    /// Production and previous change places.
    /// - Returns: false where there is no previous.
    public mutating func rollBack() -> Bool {
        guard let before = previous else { return false }
        promote(before)
        return true
    }
}
