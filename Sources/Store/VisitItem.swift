public import Vocabulary

/// One visit as page, feed and channels show it. Its id never changes; the rest may until it ends.
public struct VisitItem: Hashable, Sendable {
    /// What became of the detections of a visit: how many fired, how many were held back by which clause.
    public struct Outcome: Hashable, Sendable {
        /// How the actions ended: started and after, or `held_back`, `failed`, ….
        public var state: ActionState
        /// The clause, where one held back.
        public var clause: String?
        /// How many detections.
        public var count: Int

        /// What became of some detections.
        public init(state: ActionState, clause: String?, count: Int) {
            self.state = state
            self.clause = clause
            self.count = count
        }
    }

    /// The id of the first detection.
    public var id: VisitID
    /// The place in the list.
    public var cursor: PageCursor
    /// What came.
    public var label: String
    /// Where.
    public var source: String
    /// In which region.
    public var region: String
    /// The time of the first frame.
    public var started: Instant
    /// The time of the last frame so far.
    public var last: Instant
    /// When it was found to have ended; nil while it goes on.
    public var ended: Instant?
    /// When this record was last changed: for feeds.
    public var changed: Instant
    /// How many frames it was seen in.
    public var count: Int
    /// The most probable detection: its picture stands for the visit.
    public var best: DetectionItem
    /// The first detection whose action was started; nil where none was.
    public var fired: DetectionItem?
    /// The tally of actions, most frequent first; empty where no rule asks for one.
    public var outcomes: [Outcome]

    /// A visit.
    public init(
        id: VisitID, cursor: PageCursor, label: String, source: String, region: String, started: Instant,
        last: Instant, ended: Instant?, changed: Instant, count: Int, best: DetectionItem, fired: DetectionItem?,
        outcomes: [Outcome]
    ) {
        self.id = id
        self.cursor = cursor
        self.label = label
        self.source = source
        self.region = region
        self.started = started
        self.last = last
        self.ended = ended
        self.changed = changed
        self.count = count
        self.best = best
        self.fired = fired
        self.outcomes = outcomes
    }
}
