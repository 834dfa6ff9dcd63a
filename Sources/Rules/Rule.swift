import Vocabulary

/// What is worth noticing, and what that sets off: one entry of `rules` in the settings (DESIGN sections 4 and 5).
public struct Rule: Hashable, Sendable {
    /// What happens with a frame that shows something the version was never taught.
    public enum UnknownPolicy: String, Sendable, CaseIterable {
        /// The rule does not see it.
        case refuse
        /// The score is ignored.
        case allow
    }

    /// In how many frames the rule has to pass before it sees.
    public struct Confirmation: Hashable, Sendable {
        /// How many, this one included; 1 or more.
        public var frames: Int
        /// All of them within this time; nil: that many decided frames in a row.
        public var within: Duration?

        /// `frames` frames within a time, or in a row.
        public init(frames: Int, within: Duration? = nil) {
            self.frames = frames
            self.within = within
        }
    }

    /// Labels whose presence forbids action and publication.
    public struct Veto: Hashable, Sendable {
        /// Labels, or groups as `group:NAME`; each is tested by itself.
        public var labels: [String]
        /// From which probability on an entry counts as present.
        public var probability: Double
        /// For how long after it was present in any region of the source it still forbids.
        public var within: Duration

        /// Labels that forbid; the presets are those of DESIGN section 4.
        public init(labels: [String], probability: Double = 0.3, within: Duration = .seconds(60)) {
            self.labels = labels
            self.probability = probability
            self.within = within
        }
    }

    /// The name: unique, part of every detection's identity.
    public var name: String
    /// The sources it looks at; empty: all.
    public var sources: [String]
    /// The regions it looks at; empty: all.
    public var regions: [String]
    /// Labels, or groups as `group:NAME`; each is tested by itself.
    public var labels: [String]
    /// From which probability on an entry passes.
    public var probability: Double
    /// The same for the entry of that name.
    public var perLabel: [String: Double]
    /// How far an entry has to be ahead of the best label outside the rule's.
    public var margin: Double
    /// What happens with a frame the version was never taught.
    public var unknown: UnknownPolicy
    /// In how many frames it has to pass.
    public var confirm: Confirmation
    /// When it may act and publish; empty: always.
    public var active: [ActiveInterval]
    /// The days on which those intervals begin.
    public var days: Set<Weekday>
    /// What forbids action and publication.
    public var veto: Veto?
    /// The least time between two of its actions at one source and region.
    public var cooldown: Duration
    /// The action it sets off.
    public var action: String?
    /// The channels it publishes to, beside the feed.
    public var publish: [String]

    /// A rule with the presets of DESIGN section 4.
    public init(
        name: String, sources: [String] = [], regions: [String] = [], labels: [String], probability: Double = 0.6,
        perLabel: [String: Double] = [:], margin: Double = 0, unknown: UnknownPolicy = .refuse,
        confirm: Confirmation = Confirmation(frames: 1), active: [ActiveInterval] = [],
        days: Set<Weekday> = Weekday.all, veto: Veto? = nil, cooldown: Duration = .seconds(30), action: String? = nil,
        publish: [String] = []
    ) {
        self.name = name
        self.sources = sources
        self.regions = regions
        self.labels = labels
        self.probability = probability
        self.perLabel = perLabel
        self.margin = margin
        self.unknown = unknown
        self.confirm = confirm
        self.active = active
        self.days = days
        self.veto = veto
        self.cooldown = cooldown
        self.action = action
        self.publish = publish
    }

    func looks(atSource source: String) -> Bool { sources.isEmpty || sources.contains(source) }
    func looks(atRegion region: String) -> Bool { regions.isEmpty || regions.contains(region) }

    /// The clauses that can say something of this rule's detections, in their order: without an action nothing can hold
    /// one back.
    var clauses: [Clause] {
        action == nil ? Clause.allCases.filter { $0.decidesSeen || $0.holdsBackPublication } : Clause.allCases
    }
}
