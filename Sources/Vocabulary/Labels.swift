/// The labels a model version knows, in the order of its probabilities, with named groups of them.
///
/// Shared by all predictions of a version; immutable, so that it can be handed around freely.
public final class Labels: Sendable {
    /// The names: unique, in the order of the network's output.
    public let names: [String]
    /// Groups by name, as indices into `names`, each once, ascending.
    public let groups: [String: [Int]]
    private let indices: [String: Int]

    /// - Parameters:
    ///   - names: unique (of a name that occurs twice the first counts).
    ///   - groups: indices outside of `names` are left out.
    public init(names: [String], groups: [String: [Int]]) {
        self.names = names
        self.groups = groups.mapValues { Set($0).filter(names.indices.contains).sorted() }
        indices = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// How many labels there are.
    public var count: Int { names.count }

    /// The place of a label; nil where the version does not have it.
    public func index(of name: String) -> Int? { indices[name] }

    /// The indices an entry of a rule stands for: one label, or a group as `group:NAME`.
    /// - Parameter groups: groups of the settings, names of labels by group; they come before the model's own.
    /// - Returns: ascending, each once; empty where the version has none of them.
    public func indices(of entry: String, groups settingsGroups: [String: [String]] = [:]) -> [Int] {
        guard entry.hasPrefix("group:") else { return index(of: entry).map { [$0] } ?? [] }
        let name = String(entry.dropFirst("group:".count))
        if let members = settingsGroups[name] { return Set(members.compactMap(index(of:))).sorted() }
        return groups[name] ?? []
    }
}
