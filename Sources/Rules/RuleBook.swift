public import Foundation
public import Vocabulary

/// Everything the settings say that deciding needs. Immutable while it is in force; a reload makes another.
public struct RuleBook: Hashable, Sendable {
    /// The rules, in the order of the settings: the order in which they are asked.
    public var rules: [Rule]
    /// Groups of the settings, names of labels by group; they come before the model's own.
    public var groups: [String: [String]]
    /// For how long a visit outlives its last detection, by source; a source that is not there has a minute.
    public var visitGaps: [String: Duration]
    /// Where the appliance stands; sun times need it.
    public var place: Place?
    /// The zone in which schedules are read.
    public var timeZone: TimeZone

    /// - Parameter timeZone: Greenwich unless said: deciding never asks the system.
    public init(
        rules: [Rule], groups: [String: [String]] = [:], visitGaps: [String: Duration] = [:], place: Place? = nil,
        timeZone: TimeZone = .gmt
    ) {
        self.rules = rules
        self.groups = groups
        self.visitGaps = visitGaps
        self.place = place
        self.timeZone = timeZone
    }

    /// The visit gap of a source.
    public func visitGap(ofSource source: String) -> Duration { visitGaps[source] ?? .seconds(60) }

    /// Rules that can never see anything with a version of these labels, because it has none of theirs: shown as idle.
    public func idleRules(with labels: Labels) -> [String] {
        rules.filter { isUnknown($0.labels, to: labels) }.map(\.name)
    }

    /// Rules whose veto looks for something that a version of these labels does not know: worth a warning, as somebody
    /// relies on it.
    public func blindVetoes(with labels: Labels) -> [BlindVeto] {
        rules.compactMap { rule in
            let entries = rule.veto?.labels ?? []
            let unknown = entries.filter { labels.indices(of: $0, groups: groups).isEmpty }
            guard !unknown.isEmpty else { return nil }
            return BlindVeto(rule: rule.name, unknown: unknown, isWhole: unknown.count == entries.count)
        }
    }

    private func isUnknown(_ entries: [String], to labels: Labels) -> Bool {
        entries.allSatisfy { labels.indices(of: $0, groups: groups).isEmpty }
    }
}

/// A veto that looks for what the model does not know.
public struct BlindVeto: Hashable, Sendable {
    /// The rule.
    public var rule: String
    /// Entries of its veto that no label of the version belongs to.
    public var unknown: [String]
    /// True where these are all: the veto never holds anything back.
    public var isWhole: Bool

    /// For people.
    public func sentence(_ model: ModelID) -> String {
        let names = unknown.joined(separator: ", ")
        let harm = isWhole ? "it never holds anything back" : "it holds back for its other labels only"
        return "\(model) has no label for \(names): \(harm). Use labels of the model (rooster models show)"
    }
}

/// A point on the Earth.
public struct Place: Hashable, Sendable {
    /// Degrees, north positive, -90 to 90.
    public var latitude: Double
    /// Degrees, east positive, -180 to 180.
    public var longitude: Double

    /// A point on the Earth.
    public init(latitude: Double, longitude: Double) {
        self.latitude = latitude
        self.longitude = longitude
    }
}
