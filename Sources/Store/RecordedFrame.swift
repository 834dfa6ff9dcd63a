public import Vocabulary

/// A version that answered, as the record knows it.
public final class RecordedModel: Sendable {
    /// Name and version.
    public let id: ModelID
    /// Identifies what it computes; empty in records of before it was kept.
    public let digest: String
    /// Its labels, without groups: those are the version's.
    public let labels: Labels

    init(id: ModelID, digest: String, names: [String]) {
        self.id = id
        self.digest = digest
        labels = Labels(names: names, groups: [:])
    }
}

/// A frame with all that the record knows of how it was answered: to try rules, and to answer it again.
public struct RecordedFrame: Sendable {
    /// What one version said of one region.
    public struct Answer: Sendable {
        /// The role in which it answered.
        public var role: String
        /// The version.
        public var model: RecordedModel
        /// Its answer, as far as it is kept.
        public var item: AnswerItem
        /// ``Prediction/fingerprint`` of the whole answer; nil in records of before it was kept.
        public var fingerprint: UInt64?
    }

    /// What a rule saw, and what became of its action.
    public struct Seen: Sendable {
        /// The detection.
        public var id: DetectionID
        /// The rule.
        public var rule: String
        /// The region.
        public var region: String
        /// The label.
        public var label: String
        /// The probability that the rule went by.
        public var probability: Double
        /// The clause that held it back.
        public var heldBack: Clause?
        /// How its action ended; nil where it has none.
        public var action: ActionState?
    }

    /// Its place in the order of the record, for the next page.
    public var place: Int64
    /// The frame.
    public var id: FrameID
    /// The time of the frame.
    public var time: Instant
    /// The source.
    public var source: String
    /// The original.
    public var path: String
    /// Milliseconds from file complete to action or decision.
    public var latency: Double?
    /// It came while Rooster was down.
    public var cameWhileDown: Bool
    /// SHA-256 of the kept picture, hexadecimal.
    public var content: String?
    /// Of all versions, by region.
    public var answers: [Answer]
    /// What a person saw, by region.
    public var corrections: [String: String]
    /// What rules saw.
    public var seen: [Seen]
}
