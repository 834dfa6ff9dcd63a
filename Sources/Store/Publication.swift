public import Vocabulary

/// What a channel wants to be told of: made from the settings by the caller of ``Store/record(_:publications:at:)``.
public struct Publication: Hashable, Sendable {
    /// When a channel is told.
    public typealias When = ChannelSettings.When

    /// The name of the channel, as in ``Detection/publish``.
    public var channel: String
    /// When it is told.
    public var when: When
    /// Only of these labels, groups already resolved; empty: all.
    public var labels: Set<String>
    /// Only of these rules; empty: all.
    public var rules: Set<String>
    /// Whether it is also told of troubles of sources.
    public var troubles: Bool
    /// After this time an undelivered message is given up.
    public var expires: Duration

    /// What a channel wants to be told of.
    public init(
        channel: String, when: When, labels: Set<String> = [], rules: Set<String> = [], troubles: Bool = false,
        expires: Duration
    ) {
        self.channel = channel
        self.when = when
        self.labels = labels
        self.rules = rules
        self.troubles = troubles
        self.expires = expires
    }

    func wants(_ detection: Detection) -> Bool {
        detection.publish.contains(channel) && (labels.isEmpty || labels.contains(detection.label))
            && (rules.isEmpty || rules.contains(detection.rule))
    }
}

/// A message that a channel owes to somebody.
public struct OutboxItem: Hashable, Sendable {
    /// What it tells of.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// A visit that began.
        case start
        /// A visit that ended.
        case end
        /// A detection.
        case each
        /// A source that is in trouble.
        case began
        /// The end of that.
        case over
    }

    /// How far it came.
    public enum State: String, Sendable, Codable, CaseIterable {
        /// For the end of a visit that goes on.
        case waiting
        /// To be delivered at ``OutboxItem/next`` or later.
        case pending
        /// Delivered.
        case delivered
        /// Given up because its time to live was over.
        case expired
        /// Given up because of the channel's `at_most`.
        case limited
        /// Given up because the other side refused it for good.
        case failed

        /// True when nothing more will happen.
        public var isFinal: Bool { self != .waiting && self != .pending }
    }

    /// The number of the message; never used again.
    public var id: Int64
    /// The same for the same message after any crash: for idempotency on the other side.
    public var key: String
    /// The channel.
    public var channel: String
    /// What it tells of.
    public var kind: Kind
    /// The visit; nil where it tells of a source.
    public var visit: VisitID?
    /// The detection: for `start` the one that set it off, for `each` the one it tells of, else nil.
    public var detection: DetectionID?
    /// ``ConditionReport/id``, where it tells of a source.
    public var condition: String?
    /// How far it came.
    public var state: State
    /// How often it was tried.
    public var attempts: Int
    /// Not before this time; nil while it waits for the end of the visit, and when it is final.
    public var next: Instant?
    /// The last error.
    public var error: String?
    /// When it was written.
    public var created: Instant
    /// When it is given up; nil while it waits for the end of the visit.
    public var expires: Instant?
}
