public import Vocabulary

/// What deciding needs to know of a frame.
public struct FrameFacts: Hashable, Sendable {
    /// Its identity.
    public var id: FrameID
    /// Its source.
    public var source: String
    /// The time of the frame: what schedules are read at and records show.
    public var time: Instant
    /// When the file was complete: the order of frames, their age, visits and confirmations count on its monotonic
    /// half. For a file found later: now less its age.
    public var completed: Moment
    /// From complete to action started.
    public var deadline: Duration
    /// From which age on nothing fires.
    public var staleAfter: Duration

    /// What deciding needs to know of a frame; the presets are those of DESIGN section 4.
    public init(
        id: FrameID, source: String, time: Instant, completed: Moment, deadline: Duration = .seconds(1),
        staleAfter: Duration = .seconds(10)
    ) {
        self.id = id
        self.source = source
        self.time = time
        self.completed = completed
        self.deadline = deadline
        self.staleAfter = staleAfter
    }
}

/// What holds outside the rules at the moment of deciding.
public struct Circumstances: Hashable, Sendable {
    /// False while the owner has disarmed the appliance.
    public var armed: Bool
    /// What each action is doing, by name; one that is not there is idle and unlimited.
    public var actions: [String: ActionLoad]

    /// What holds outside the rules.
    public init(armed: Bool = true, actions: [String: ActionLoad] = [:]) {
        self.armed = armed
        self.actions = actions
    }
}

/// What rules say of one frame.
public struct Verdict: Hashable, Sendable {
    /// What they saw, in the order of the rules, then of the predictions.
    public var detections: [Detection] = []
    /// What is to start at once, in the same order.
    public var due: [DueAction] = []
    /// Rules whose probability was nearly reached, each once: the frame is worth labelling.
    public var nearMisses: [String] = []
    /// True where a newer frame of the source was decided before: nothing fires.
    public var late = false
    /// Visits that ended because of this frame.
    public var endedVisits: [VisitID] = []

    /// Nothing seen.
    public init() {}
}
