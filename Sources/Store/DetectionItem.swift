public import Vocabulary

/// One detection as the API shows it; its JSON is fixed in DESIGN section 10.
public struct DetectionItem: Hashable, Sendable {
    /// What became of the action.
    public struct Action: Hashable, Sendable {
        /// The name of the action.
        public var name: String
        /// How far it came.
        public var state: ActionState
        /// When it was started.
        public var started: Instant?
        /// Its exit status, or the status of the HTTP answer.
        public var exit: Int?
        /// Why it failed or was held back.
        public var reason: String?
        /// Not in the JSON: milliseconds it ran.
        public var duration: Double?
        /// Not in the JSON: the last it printed.
        public var output: String?

        /// What became of an action.
        public init(
            name: String, state: ActionState, started: Instant? = nil, exit: Int? = nil, reason: String? = nil,
            duration: Double? = nil, output: String? = nil
        ) {
            self.name = name
            self.state = state
            self.started = started
            self.exit = exit
            self.reason = reason
            self.duration = duration
            self.output = output
        }
    }

    /// Made from frame, rule and region.
    public var id: DetectionID
    /// The visit it belongs to.
    public var visit: VisitID
    /// The time of the frame.
    public var time: Instant
    /// The source.
    public var source: String
    /// The region.
    public var region: String
    /// The rule that saw it.
    public var rule: String
    /// What was seen.
    public var label: String
    /// The probability of the rule's entry, 0 to 1.
    public var probability: Double
    /// The version that answered.
    public var model: ModelID
    /// The frame.
    public var frame: FrameID
    /// Whether `/frames/ID` has a picture.
    public var hasPicture: Bool
    /// Whether `/thumbnails/ID` has one.
    public var hasThumbnail: Bool
    /// Milliseconds that were allowed.
    public var deadline: Double
    /// Milliseconds from file complete to action started or decision; nil where not decided in time to know.
    public var latency: Double?
    /// What became of the action; nil where the rule has none.
    public var action: Action?
    /// What each clause said.
    public var trace: [ClauseOutcome]
    /// The label a person gave to this region of the frame.
    public var correction: String?
    /// Not in the JSON: the most probable labels of the region, best first.
    public var labels: [ScoredLabel]
    /// Not in the JSON: the clause that held back the action.
    public var heldBack: Clause?
    /// Not in the JSON: another region of the frame fired for this rule.
    public var superseded: Bool
    /// Not in the JSON: bytes of the kept picture.
    public var pictureBytes: Int64?
    /// Not in the JSON: bytes of the thumbnail.
    public var thumbnailBytes: Int64?

    /// A detection.
    public init(
        id: DetectionID, visit: VisitID, time: Instant, source: String, region: String, rule: String, label: String,
        probability: Double, model: ModelID, frame: FrameID, hasPicture: Bool = false, hasThumbnail: Bool = false,
        deadline: Double, latency: Double? = nil, action: Action? = nil, trace: [ClauseOutcome] = [],
        correction: String? = nil, labels: [ScoredLabel] = [], heldBack: Clause? = nil, superseded: Bool = false,
        pictureBytes: Int64? = nil, thumbnailBytes: Int64? = nil
    ) {
        self.id = id
        self.visit = visit
        self.time = time
        self.source = source
        self.region = region
        self.rule = rule
        self.label = label
        self.probability = probability
        self.model = model
        self.frame = frame
        self.hasPicture = hasPicture
        self.hasThumbnail = hasThumbnail
        self.deadline = deadline
        self.latency = latency
        self.action = action
        self.trace = trace
        self.correction = correction
        self.labels = labels
        self.heldBack = heldBack
        self.superseded = superseded
        self.pictureBytes = pictureBytes
        self.thumbnailBytes = thumbnailBytes
    }
}

extension DetectionItem: Encodable {
    private enum Key: String, CodingKey {
        case id, visit, time, source, region, rule, label, probability, model, frame, picture, thumbnail, action,
            trace, correction
        case deadline = "deadline_ms"
        case latency = "latency_ms"
    }

    /// Exactly the object of DESIGN section 10; what is absent is null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(id, forKey: .id)
        try container.encode(visit, forKey: .visit)
        try container.encode(time, forKey: .time)
        try container.encode(source, forKey: .source)
        try container.encode(region, forKey: .region)
        try container.encode(rule, forKey: .rule)
        try container.encode(label, forKey: .label)
        try container.encode(probability.asFloat, forKey: .probability)
        try container.encode(model, forKey: .model)
        try container.encode(frame, forKey: .frame)
        try container.encode(hasPicture ? frame.picturePath : nil, forKey: .picture)
        try container.encode(hasThumbnail ? frame.thumbnailPath : nil, forKey: .thumbnail)
        try container.encode(deadline, forKey: .deadline)
        try container.encode(latency, forKey: .latency)
        try container.encode(action, forKey: .action)
        try container.encode(trace, forKey: .trace)
        try container.encode(correction, forKey: .correction)
    }
}

extension DetectionItem.Action: Encodable {
    private enum Key: String, CodingKey { case name, state, started, exit, reason }

    /// What is absent is null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .name)
        try container.encode(state, forKey: .state)
        try container.encode(started, forKey: .started)
        try container.encode(exit, forKey: .exit)
        try container.encode(reason, forKey: .reason)
    }
}
