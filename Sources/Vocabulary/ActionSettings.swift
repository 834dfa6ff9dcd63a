/// What an action is and how it may be run (DESIGN sections 4 and 6): one entry of `actions` in the settings.
public struct ActionSettings: Hashable, Sendable {
    /// What is done.
    public enum Work: Hashable, Sendable {
        /// A program with its arguments, run without a shell. The first entry is the program: a path, or a name that is
        /// looked for in `PATH`. Arguments may hold the placeholders of DESIGN section 6, such as `{label}`.
        case command([String])
        /// An HTTP request.
        case request(Request)
    }

    /// An HTTP request: a smart plug, a lamp, a webhook on the spot.
    public struct Request: Hashable, Sendable {
        /// `http` or `https`; may hold placeholders, which are percent-encoded.
        public var url: String
        /// `GET`, `POST`, `PUT`...
        public var method: String
        /// A file with one `Name: value` a line, read when the action starts: the place for secrets.
        public var headersFile: String?
        /// Sent as it stands after placeholders are filled in; nil sends the JSON document of DESIGN section 6 with
        /// methods that have a body.
        public var body: String?

        /// An HTTP request.
        public init(url: String, method: String = "POST", headersFile: String? = nil, body: String? = nil) {
            self.url = url
            self.method = method
            self.headersFile = headersFile
            self.body = body
        }
    }

    /// What happens with one that is due while `atOnce` of them are running.
    public enum WhenBusy: String, Sendable, Codable, CaseIterable {
        /// It is held back (`busy`).
        case skip
        /// It waits its turn, no longer than the source's `stale_after`.
        case queue
    }

    /// The name by which rules ask for it.
    public var name: String
    /// What is done.
    public var work: Work
    /// From start to SIGTERM (a request: to giving up).
    public var timeout: Duration
    /// From SIGTERM to SIGKILL.
    public var grace: Duration
    /// How many of it may run at the same time, 1 or more.
    public var atOnce: Int
    /// What happens with one more.
    public var whenBusy: WhenBusy
    /// How many may start within a window that slides; more are held back (`rate`).
    public var atMost: Rate
    /// Recorded as if, not done.
    public var dryRun: Bool

    /// An action with the presets of DESIGN section 4.
    public init(
        name: String, work: Work, timeout: Duration = .seconds(10), grace: Duration = .seconds(2), atOnce: Int = 1,
        whenBusy: WhenBusy = .skip, atMost: Rate = Rate(count: 60, window: .seconds(3_600)), dryRun: Bool = false
    ) {
        self.name = name
        self.work = work
        self.timeout = timeout
        self.grace = grace
        self.atOnce = atOnce
        self.whenBusy = whenBusy
        self.atMost = atMost
        self.dryRun = dryRun
    }
}

/// How often something may happen: `count` times within any stretch of `window`.
public struct Rate: Hashable, Sendable, CustomStringConvertible {
    /// How many times, 1 or more.
    public var count: Int
    /// Within how long.
    public var window: Duration

    /// `count` times within `window`.
    public init(count: Int, window: Duration) {
        self.count = count
        self.window = window
    }

    /// As people write it in the settings: `20/h`, `5/10min`.
    public var description: String {
        let seconds = window.components.seconds
        let units: [(Int64, String)] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")]
        guard window.components.attoseconds == 0, seconds > 0,
            let (size, unit) = units.first(where: { seconds % $0.0 == 0 })
        else { return "\(count)/\(window.wholeMilliseconds)ms" }
        return seconds == size ? "\(count)/\(unit)" : "\(count)/\(seconds / size)\(unit)"
    }
}

/// What an action is doing right now: what the clauses `busy` and `rate` are judged by.
public struct ActionLoad: Hashable, Sendable {
    /// How many run.
    public var running: Int
    /// How many wait their turn.
    public var queued: Int
    /// How many were started within the window of `atMost`.
    public var startedInWindow: Int
    /// How many may run at the same time.
    public var atOnce: Int
    /// How many may wait; 0 where the action is skipped when busy.
    public var queueLimit: Int
    /// How many may start within a window.
    public var atMost: Rate

    /// What an action is doing, beside what it may.
    public init(running: Int, queued: Int, startedInWindow: Int, atOnce: Int, queueLimit: Int, atMost: Rate) {
        self.running = running
        self.queued = queued
        self.startedInWindow = startedInWindow
        self.atOnce = atOnce
        self.queueLimit = queueLimit
        self.atMost = atMost
    }

    /// True where one more would neither run nor wait (`busy`).
    public var isBusy: Bool { running >= atOnce && queued >= queueLimit }

    /// True where one more would exceed `atMost` (`rate`).
    public var isRateExceeded: Bool { startedInWindow >= atMost.count }
}
