public import Store
public import Vocabulary

/// All figures of the running appliance that pages, `/api/v1/status` and `/metrics` show and the store does not hold.
public struct ApplianceStatus: Sendable {
    /// Which Rooster this is.
    public var build: Build
    /// When it was started.
    public var started: Instant
    /// Why a frame would not be answered in time right now, as a sentence; nil when it would: `/readyz`.
    public var unready: String?
    /// Whether actions may start.
    public var armed: ArmedState
    /// The version that answers.
    public var model: Model
    /// The versions that do not act.
    public var otherModels: OtherModels
    /// The capture directories, in the order of the settings.
    public var sources: [Source]
    /// File complete to action started or decision, since the start.
    public var latency: Latency
    /// The same by stage.
    public var stages: [Stage: Latency]
    /// Deadlines missed since the start, by the stage that cost the time (`notRunning` too).
    public var missed: [Stage: Int]
    /// What was counted since the start.
    public var counts: Counts
    /// Frames that wait to be decided.
    public var backlog: Int
    /// The actions of the settings, in their order.
    public var actions: [Action]
    /// The channels of the settings, in their order.
    public var channels: [Channel]
    /// Rules that cannot fire because production lacks their labels: name and why.
    public var idleRules: [IdleRule]
    /// The settings in force.
    public var settings: SettingsFile
    /// What may be kept, and how long.
    public var limits: RetentionLimits
    /// Memory of the process, in bytes.
    public var resident: Int64
    /// Anything else that needs the owner: one sentence each.
    public var troubles: [Trouble]

    /// The figures of an appliance.
    public init(
        build: Build, started: Instant, unready: String? = nil, armed: ArmedState, model: Model,
        otherModels: OtherModels = OtherModels(), sources: [Source],
        latency: Latency = Latency(), stages: [Stage: Latency] = [:], missed: [Stage: Int] = [:],
        counts: Counts = Counts(), backlog: Int = 0, actions: [Action] = [], channels: [Channel] = [],
        idleRules: [IdleRule] = [], settings: SettingsFile = SettingsFile(path: nil),
        limits: RetentionLimits = RetentionLimits(), resident: Int64 = 0, troubles: [Trouble] = []
    ) {
        self.build = build
        self.started = started
        self.unready = unready
        self.armed = armed
        self.model = model
        self.otherModels = otherModels
        self.sources = sources
        self.latency = latency
        self.stages = stages
        self.missed = missed
        self.counts = counts
        self.backlog = backlog
        self.actions = actions
        self.channels = channels
        self.idleRules = idleRules
        self.settings = settings
        self.limits = limits
        self.resident = resident
        self.troubles = troubles
    }
}

extension ApplianceStatus {
    /// Which Rooster this is.
    public struct Build: Hashable, Sendable {
        /// The version.
        public var version: String
        /// The commit it was made from.
        public var commit: String
        /// The instruction set in use: `avx2`, `neon-dotprod`, ….
        public var instructionSet: String

        /// Version, commit and instruction set.
        public init(version: String, commit: String, instructionSet: String) {
            self.version = version
            self.commit = commit
            self.instructionSet = instructionSet
        }
    }

    /// The model version in production.
    public struct Model: Hashable, Sendable {
        /// Name and version.
        public var id: ModelID
        /// SHA-256 of its network, hexadecimal.
        public var digest: String
        /// Its labels, in the order of its output: offered where a person corrects.
        public var labels: [String]
        /// What is wrong with it, as a sentence: a damaged file, the previous version serves.
        public var trouble: String?

        /// The model version in production.
        public init(id: ModelID, digest: String, labels: [String], trouble: String? = nil) {
            self.id = id
            self.digest = digest
            self.labels = labels
            self.trouble = trouble
        }
    }

    /// The versions that are loaded in other roles than production.
    public struct OtherModels: Hashable, Sendable {
        /// One of them.
        public struct Member: Hashable, Sendable {
            /// What it serves as.
            public var role: ModelRole
            /// Name and version.
            public var id: ModelID
            /// Identifies what it computes.
            public var digest: String

            /// A version in a role.
            public init(role: ModelRole, id: ModelID, digest: String) {
                self.role = role
                self.id = id
                self.digest = digest
            }
        }

        /// By role.
        public var roles: [Member]
        /// Frames that a version on another network has answered since the start.
        public var answered: Int
        /// Frames that such a version did not get to.
        public var skipped: Int

        /// The versions that do not act.
        public init(roles: [Member] = [], answered: Int = 0, skipped: Int = 0) {
            self.roles = roles
            self.answered = answered
            self.skipped = skipped
        }
    }

    /// One capture directory.
    public struct Source: Hashable, Sendable {
        /// How it is with the camera.
        public enum State: String, Sendable, Codable, CaseIterable {
            /// Frames come.
            case well
            /// Watched; no frame came yet.
            case waiting
            /// No frame for longer than usual.
            case silent
            /// The same picture again and again.
            case frozen
            /// Many of the latest files end inside their picture.
            case truncated
            /// Out of focus.
            case blurred
            /// White all over.
            case bright
            /// Its pictures are dated far from when they came.
            case wrongClock = "wrong_clock"
            /// Too dark to see.
            case dark
            /// The directory is not there.
            case missing

            /// That of a condition.
            public init(_ condition: SourceCondition) {
                self =
                    switch condition {
                    case .missing: .missing
                    case .silent: .silent
                    case .frozen: .frozen
                    case .truncated: .truncated
                    case .blurred: .blurred
                    case .bright: .bright
                    case .wrongClock: .wrongClock
                    case .dark: .dark
                    }
            }

            /// True where the owner should look after it. The night is none.
            public var isTrouble: Bool { self != .well && self != .waiting && self != .dark }

            /// True where the newest picture shows no longer what is before the camera.
            public var isStale: Bool { self == .silent || self == .frozen || self == .missing }
        }

        /// The name.
        public var name: String
        /// The directory.
        public var directory: String
        /// How it is with the camera: the worst of its conditions, where it has any.
        public var state: State
        /// Since when it is in that state.
        public var since: Instant?
        /// The state in a sentence: what, since when, what to do.
        public var sentence: String?
        /// When its newest frame came.
        public var newest: Instant?
        /// What the settings allow a frame.
        public var deadline: Duration
        /// Frames since the start.
        public var frames: Int
        /// What goes on, worst first; darkness too.
        public var conditions: [ConditionReport]

        /// One capture directory.
        public init(
            name: String, directory: String, state: State, since: Instant? = nil, sentence: String? = nil,
            newest: Instant? = nil, deadline: Duration, frames: Int = 0, conditions: [ConditionReport] = []
        ) {
            self.name = name
            self.directory = directory
            self.state = state
            self.since = since
            self.sentence = sentence
            self.newest = newest
            self.deadline = deadline
            self.frames = frames
            self.conditions = conditions
        }
    }

    /// How long something took.
    public struct Latency: Hashable, Sendable {
        /// How often it was measured.
        public var count: Int
        /// All together.
        public var sum: Duration
        /// Half were faster.
        public var p50: Duration
        /// 95 of 100 were faster.
        public var p95: Duration
        /// 99 of 100 were faster.
        public var p99: Duration
        /// The slowest.
        public var most: Duration

        /// How long something took; nothing measured unless said.
        public init(
            count: Int = 0, sum: Duration = .zero, p50: Duration = .zero, p95: Duration = .zero, p99: Duration = .zero,
            most: Duration = .zero
        ) {
            self.count = count
            self.sum = sum
            self.p50 = p50
            self.p95 = p95
            self.p99 = p99
            self.most = most
        }
    }

    /// What was counted since the start.
    public struct Counts: Hashable, Sendable {
        /// Frames by what became of them.
        public var frames: [FrameItem.State: Int]
        /// Frames decided after a newer one of their source.
        public var late: Int
        /// What rules saw.
        public var detections: Int
        /// Probabilities nearly reached.
        public var nearMisses: Int
        /// Actions by how they ended.
        public var actions: [ActionState: Int]
        /// Intents that could not be written before their action started.
        public var intentsUnwritten: Int

        /// What was counted; nothing unless said.
        public init(
            frames: [FrameItem.State: Int] = [:], late: Int = 0, detections: Int = 0, nearMisses: Int = 0,
            actions: [ActionState: Int] = [:], intentsUnwritten: Int = 0
        ) {
            self.frames = frames
            self.late = late
            self.detections = detections
            self.nearMisses = nearMisses
            self.actions = actions
            self.intentsUnwritten = intentsUnwritten
        }
    }

    /// An action of the settings.
    public struct Action: Hashable, Sendable {
        /// The name.
        public var name: String
        /// True where it only pretends.
        public var isDryRun: Bool

        /// An action of the settings.
        public init(name: String, isDryRun: Bool = false) {
            self.name = name
            self.isDryRun = isDryRun
        }
    }

    /// A channel of the settings.
    public struct Channel: Hashable, Sendable {
        /// The name.
        public var name: String
        /// `ntfy`, `webhook`, ….
        public var kind: String
        /// What is wrong with it, as a sentence.
        public var trouble: String?
        /// Since when.
        public var since: Instant?

        /// A channel of the settings.
        public init(name: String, kind: String, trouble: String? = nil, since: Instant? = nil) {
            self.name = name
            self.kind = kind
            self.trouble = trouble
            self.since = since
        }
    }

    /// A rule that cannot fire.
    public struct IdleRule: Hashable, Sendable {
        /// The rule.
        public var name: String
        /// Why, as a sentence.
        public var reason: String

        /// A rule that cannot fire.
        public init(name: String, reason: String) {
            self.name = name
            self.reason = reason
        }
    }

    /// The settings in force.
    public struct SettingsFile: Hashable, Sendable {
        /// The file; nil where there is none.
        public var path: String?
        /// When it was taken.
        public var loaded: Instant?
        /// Why a newer state of the file was refused, as sentences; the old one is in force.
        public var fault: String?

        /// The settings in force.
        public init(path: String?, loaded: Instant? = nil, fault: String? = nil) {
            self.path = path
            self.loaded = loaded
            self.fault = fault
        }
    }

    /// Something that needs the owner.
    public struct Trouble: Hashable, Sendable {
        /// A few words: "Baseline model is missing".
        public var title: String
        /// What Rooster still does, and one next step.
        public var sentence: String
        /// False where it is only worth knowing.
        public var isFault: Bool

        /// Something that needs the owner.
        public init(title: String, sentence: String, isFault: Bool = true) {
            self.title = title
            self.sentence = sentence
            self.isFault = isFault
        }
    }
}
