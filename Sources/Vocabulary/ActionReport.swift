/// How far an action came (DESIGN section 6).
public enum ActionState: String, Sendable, Codable, CaseIterable {
    case queued, started, done, failed, expired
    case timedOut = "timed_out"
    case heldBack = "held_back"
    case dryRun = "dry_run"

    /// True when nothing more will happen.
    public var isFinal: Bool { self != .queued && self != .started }
}

/// What became of one action of one detection.
public struct ActionReport: Hashable, Sendable, Codable {
    /// The name of the action.
    public var name: String
    /// How far it came.
    public var state: ActionState
    /// When it was started.
    public var started: Instant?
    /// How long it ran.
    public var duration: Duration?
    /// Its exit status, where it ended by itself (an HTTP action: the status of the answer).
    public var exit: Int?
    /// Why it failed or was held back: a clause, a signal, an error. For people.
    public var reason: String?
    /// The last 4 kB it printed.
    public var output: String?

    /// What became of an action.
    public init(
        name: String, state: ActionState, started: Instant? = nil, duration: Duration? = nil, exit: Int? = nil,
        reason: String? = nil, output: String? = nil
    ) {
        self.name = name
        self.state = state
        self.started = started
        self.duration = duration
        self.exit = exit
        self.reason = reason
        self.output = output
    }
}
