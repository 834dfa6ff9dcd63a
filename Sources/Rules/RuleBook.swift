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

    /// Rules whose veto can never hold anything back with a version of these labels, because it has none of the veto's:
    /// worth a warning, as somebody relies on it.
    public func blindVetoes(with labels: Labels) -> [String] {
        rules.filter { rule in rule.veto.map { isUnknown($0.labels, to: labels) } ?? false }.map(\.name)
    }

    private func isUnknown(_ entries: [String], to labels: Labels) -> Bool {
        entries.allSatisfy { labels.indices(of: $0, groups: groups).isEmpty }
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
