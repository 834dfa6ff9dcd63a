internal import Vocabulary

/// What one action is doing, and whether one more may start: `at_once`, `when_busy`, `at_most`. Pure.
struct ActionLedger {
    /// What becomes of one that is due.
    enum Admission: Equatable {
        /// It starts now; the ledger counts it as running.
        case start
        /// It waits its turn.
        case wait
        /// It does not start, and why.
        case heldBack(Clause, String)
        /// It is stale.
        case expired
    }

    /// What it is. May change at any time (a reload).
    var settings: ActionSettings { didSet { window.rate = settings.atMost } }
    /// True where the settings no longer have it: nothing new starts, what runs goes on.
    var isRetired = false
    private(set) var running = 0
    private(set) var queue: [DueAction] = []
    private var window: SlidingWindow

    /// So many wait at most: with `at_once: 1` and an action of a second none of them would start before most sources
    /// call it stale.
    static let longestQueue = 16

    init(_ settings: ActionSettings) {
        self.settings = settings
        window = SlidingWindow(settings.atMost)
    }

    private var queueLimit: Int { settings.whenBusy == .queue ? Self.longestQueue : 0 }

    /// What the clauses `busy` and `rate` are judged by.
    func load(now: Duration) -> ActionLoad {
        ActionLoad(
            running: running, queued: queue.count, startedInWindow: window.count(now: now), atOnce: settings.atOnce,
            queueLimit: queueLimit, atMost: settings.atMost)
    }

    /// Decides about one that is due. A test is not held back for `at_most`, nor counted.
    mutating func admit(_ due: DueAction, now: Duration) -> Admission {
        if due.expires <= now { return .expired }
        if !due.isTest && window.isFull(now: now) { return .heldBack(.rate, rateWords) }
        if running < settings.atOnce && queue.isEmpty {
            begin(due, now: now)
            return .start
        }
        if queue.count < queueLimit && !due.isTest {
            queue.append(due)
            return .wait
        }
        let waiting = queue.isEmpty ? "" : ", \(queue.count) wait"
        return .heldBack(.busy, "\(running) of \(settings.atOnce) at once run already\(waiting)")
    }

    /// The next of those that wait, with what becomes of it; nil: none, or none may start yet.
    mutating func next(now: Duration) -> (DueAction, Admission)? {
        if let stale = queue.firstIndex(where: { $0.expires <= now }) { return (queue.remove(at: stale), .expired) }
        guard running < settings.atOnce, let due = queue.first else { return nil }
        queue.removeFirst()
        if window.isFull(now: now) { return (due, .heldBack(.rate, rateWords)) }
        begin(due, now: now)
        return (due, .start)
    }

    /// When the first of those that wait gets stale.
    var nextExpiry: Duration? { queue.map(\.expires).min() }

    /// One that was counted as running has ended.
    mutating func ended() { running = max(0, running - 1) }

    /// One that was set off by an earlier run of Rooster, for `at_most`.
    mutating func restore(startAt time: Duration) { window.note(at: time) }

    /// Takes all that wait out of the queue.
    mutating func clearQueue() -> [DueAction] {
        defer { queue = [] }
        return queue
    }

    private mutating func begin(_ due: DueAction, now: Duration) {
        running += 1
        if !due.isTest { window.note(at: now) }
    }

    private var rateWords: String { "started \(settings.atMost.count) times within \(spoken(settings.atMost.window))" }
}
