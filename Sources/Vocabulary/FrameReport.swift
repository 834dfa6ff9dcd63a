/// Where the time of a frame went; also why a deadline was missed.
public enum Stage: String, Sendable, Codable, CaseIterable {
    /// From file complete to the decoder taking it: others were before it.
    case wait
    /// Reading and decoding the JPEG.
    case decode
    /// Cropping and resizing into the network's input.
    case prepare
    /// From decoded to the network taking it.
    case handover
    /// The network.
    case infer
    /// Rules.
    case decide
    /// From decision to process started.
    case act
    /// Not a stage of the path: the frame came while Rooster was down. Counted as a cause, outside the percentiles.
    case notRunning = "not_running"
}

/// Everything the frame's path says of one frame: what the store records in one transaction.
public struct FrameReport: Sendable {
    /// What became of a frame.
    public enum State: Hashable, Sendable {
        /// Answered.
        case recorded
        /// Not answered, and why: a sentence with what and where.
        case quarantined(reason: String)
        /// Seen at the first start and left alone: older than `stale_after`.
        case noted
    }

    /// One region with the answers of every version that scored it, production first.
    public struct RegionAnswer: Sendable {
        /// The region.
        public var region: Region
        /// Production's answer.
        public var prediction: Prediction
        /// What versions in other roles said of the same region: recorded and never acted on.
        public var others: [Other] = []
    }

    /// What a version that does not act said of a region.
    public struct Other: Sendable {
        /// The role in which it was asked.
        public var role: ModelRole
        /// Its answer.
        public var prediction: Prediction

        /// What a version that does not act said of a region.
        public init(role: ModelRole, prediction: Prediction) {
            self.role = role
            self.prediction = prediction
        }
    }

    /// What a version that does not act said of a region, after the frame was handed over.
    public struct LateAnswer: Sendable {
        /// The role in which it was asked.
        public var role: ModelRole
        /// The region.
        public var region: Region
        /// The place of the region among those of its source.
        public var place: Int
        /// Its answer.
        public var prediction: Prediction

        /// What a version that does not act said of a region.
        public init(role: ModelRole, region: Region, place: Int, _ prediction: Prediction) {
            self.role = role
            self.region = region
            self.place = place
            self.prediction = prediction
        }
    }

    /// The identity of the frame.
    public var identity: FrameIdentity
    /// The same as text.
    public var id: FrameID
    /// The file, absolute.
    public var path: String
    /// The time of the frame: its arrival for events, its mtime for rescans.
    public var time: Instant
    /// What became of it.
    public var state: State
    /// Decided after a newer frame of its source: recorded, fires nothing.
    public var late: Bool
    /// What the source allows.
    public var deadline: Duration
    /// File complete to action started, or to the decision where no action was due; nil where not decided.
    public var latency: Duration?
    /// The stage that cost the time where the deadline was missed.
    public var missed: Stage?
    /// How long each stage took.
    public var timings: [Stage: Duration]
    /// Answers by region.
    public var answers: [RegionAnswer]
    /// What rules saw.
    public var detections: [Detection]
    /// Rules whose probability was nearly reached: the frame is worth labelling.
    public var nearMisses: [String]
    /// What is known of the actions so far, by detection.
    public var actions: [DetectionID: ActionReport]

    /// A report without answers yet.
    public init(
        identity: FrameIdentity, path: String, time: Instant, state: State, late: Bool = false, deadline: Duration,
        latency: Duration? = nil, missed: Stage? = nil, timings: [Stage: Duration] = [:],
        answers: [RegionAnswer] = [], detections: [Detection] = [], nearMisses: [String] = [],
        actions: [DetectionID: ActionReport] = [:]
    ) {
        self.identity = identity
        id = identity.id
        self.path = path
        self.time = time
        self.state = state
        self.late = late
        self.deadline = deadline
        self.latency = latency
        self.missed = missed
        self.timings = timings
        self.answers = answers
        self.detections = detections
        self.nearMisses = nearMisses
        self.actions = actions
    }
}

extension FrameReport.RegionAnswer {
    /// What production said of a region.
    public init(_ region: Region, _ prediction: Prediction) {
        self.init(region: region, prediction: prediction)
    }
}
