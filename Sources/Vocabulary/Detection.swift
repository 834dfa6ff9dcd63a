/// A prediction in which a rule saw its label.
public struct Detection: Hashable, Sendable {
    /// Made from frame, rule and region.
    public var id: DetectionID
    /// The visit it belongs to: the id of that visit's first detection.
    public var visit: VisitID
    /// The frame it was seen in.
    public var frame: FrameID
    /// The time of the frame.
    public var time: Instant
    /// The source of the frame.
    public var source: String
    /// The region of the frame.
    public var region: String
    /// The rule that saw it.
    public var rule: String
    /// The best single label of the rule's best entry.
    public var label: String
    /// The probability of that entry (a group: the sum of its labels), 0 to 1.
    public var probability: Double
    /// The version that answered.
    public var model: ModelID
    /// The most probable labels of the region, best first.
    public var labels: [ScoredLabel]
    /// What each clause said.
    public var trace: [ClauseOutcome]
    /// The name of the action the rule asks for; nil where it asks for none.
    public var action: String?
    /// The first clause that held back the action, or of a rule without one the publication; nil where nothing was held
    /// back, or another region of the same frame and rule had the better claim (`superseded`).
    public var heldBack: Clause?
    /// True where another region of the same frame fired for this rule: an action starts once per frame and rule.
    public var superseded: Bool
    /// The channels that are told of the visit because of this detection; empty where a clause held them back.
    public var publish: [String]

    /// Everything a rule says of what it saw.
    public init(
        id: DetectionID, visit: VisitID, frame: FrameID, time: Instant, source: String, region: String, rule: String,
        label: String, probability: Double, model: ModelID, labels: [ScoredLabel], trace: [ClauseOutcome],
        action: String?, heldBack: Clause?, superseded: Bool, publish: [String]
    ) {
        self.id = id
        self.visit = visit
        self.frame = frame
        self.time = time
        self.source = source
        self.region = region
        self.rule = rule
        self.label = label
        self.probability = probability
        self.model = model
        self.labels = labels
        self.trace = trace
        self.action = action
        self.heldBack = heldBack
        self.superseded = superseded
        self.publish = publish
    }
}
