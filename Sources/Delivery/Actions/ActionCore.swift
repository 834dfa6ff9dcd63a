import Synchronization
internal import Vocabulary

/// What the lane and the supervisor share.
final class ActionCore: Sendable {
    /// An HTTP request that the supervisor sends: reading its file of headers is nothing for the lane.
    struct WaitingRequest: Sendable {
        var due: DueAction
        var settings: ActionSettings
        var started: Moment
    }

    /// What the supervisor takes in a turn.
    struct Inbox: Sendable {
        var processes: [RunningProcess] = []
        var requests: [WaitingRequest] = []
        var answers: [(number: Int, result: Result<HTTPResponse, HTTPFailure>)] = []
        var tests: [DueAction] = []
        var ends: [EndReason] = []
    }

    struct State {
        var ledgers: [String: ActionLedger] = [:]
        var inbox = Inbox()
        var isClosed = false
        var testReplies: [DetectionID: @Sendable (ActionReport) -> Void] = [:]
        var tests = 0
    }

    let journal: IntentJournal
    let client: HTTPClient
    let clock: @Sendable () -> Moment
    let wake = WakePipe()
    private let environment: [String]
    private let reports: ActionRunner.Reports
    let state: Mutex<State>

    init(
        actions: [ActionSettings], journal: IntentJournal, client: HTTPClient, environment: [String: String],
        clock: @escaping @Sendable () -> Moment, reports: @escaping ActionRunner.Reports
    ) {
        self.journal = journal
        self.client = client
        self.clock = clock
        self.reports = reports
        self.environment =
            environment
            .filter { !$0.key.hasPrefix("ROOSTER_") && !Self.daemonsOwn.contains($0.key) }
            .map { "\($0.key)=\($0.value)" }
        var state = State()
        for action in actions { state.ledgers[action.name] = ActionLedger(action) }
        self.state = Mutex(state)
        prepareClient(for: actions)
    }

    /// The first request of an action does not wait for the client's library.
    private func prepareClient(for actions: [ActionSettings]) {
        if actions.contains(where: { if case .request = $0.work { true } else { false } }) { client.prepare() }
    }

    /// What systemd tells the daemon and must not reach its children: they could speak for it.
    private static let daemonsOwn: Set<String> = [
        "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES",
    ]

    // MARK: Starting

    func start(_ due: DueAction) -> ActionReport {
        if let earlier = journal.report(of: due.detection.id, action: due.action) { return earlier }
        let now = clock()
        let key = Intent.Key(detection: due.detection.id, action: due.action)
        // Before anything is done: a process that dies from here on leaves the intent behind.
        journal.append(.intent(Intent(due, at: now, boot: journal.boot)))
        let report = admit(due, now: now)
        if report.state.isFinal { journal.append(.ended(key, report)) }
        return report
    }

    /// Starts it, lets it wait, or says why not. Its intent is in the journal.
    func admit(_ due: DueAction, now: Moment) -> ActionReport {
        let (admission, settings) = state.withLock { state -> (ActionLedger.Admission?, ActionSettings?) in
            guard !state.isClosed, state.ledgers[due.action]?.isRetired == false else { return (nil, nil) }
            let admission = state.ledgers[due.action]?.admit(due, now: now.monotonic)
            return (admission, state.ledgers[due.action]?.settings)
        }
        guard let admission, let settings else {
            return ActionReport(name: due.action, state: .failed, reason: absence(of: due.action))
        }
        return carryOut(admission, due, settings, now: now)
    }

    /// Does what the ledger decided.
    func carryOut(
        _ admission: ActionLedger.Admission, _ due: DueAction, _ settings: ActionSettings, now: Moment
    ) -> ActionReport {
        switch admission {
        case .start: return begin(due, settings, now: now)
        case .wait:
            wake.ring()  // it has a time to keep: the end of the wait
            return ActionReport(name: due.action, state: .queued)
        case .heldBack(let clause, let words):
            return ActionReport(name: due.action, state: .heldBack, reason: "\(clause.rawValue): \(words)")
        case .expired:
            return ActionReport(name: due.action, state: .expired, reason: "its turn came when it was stale")
        }
    }

    private func begin(_ due: DueAction, _ settings: ActionSettings, now: Moment) -> ActionReport {
        let key = Intent.Key(detection: due.detection.id, action: due.action)
        var report = ActionReport(name: due.action, state: .started, started: now.wall)
        if settings.dryRun {
            release(due.action)
            report.state = .dryRun
            report.started = nil
            report.reason = "dry_run is set: nothing was done"
            return report
        }
        switch settings.work {
        case .command(let command):
            do {
                let document = ActionDocument(due, now: now.monotonic)
                let process = try startProcess(
                    command.map { document.filled($0) },
                    environment: environment + document.environment.map { "\($0.name)=\($0.value)" },
                    input: Array((document.json + "\n").utf8))
                let started = clock()
                report.started = started.wall
                let running = RunningProcess(process, due: due, settings: settings, started: started)
                state.withLock { $0.inbox.processes.append(running) }
            } catch {
                release(due.action)
                report.state = .failed
                report.started = nil
                report.reason = error.message
                return report
            }
        case .request:
            let request = WaitingRequest(due: due, settings: settings, started: now)
            state.withLock { $0.inbox.requests.append(request) }
        }
        wake.ring()
        if !due.isTest, let started = report.started { journal.append(.started(key, at: started)) }
        return report
    }

    private func absence(of name: String) -> String {
        state.withLock(\.isClosed)
            ? "Rooster is stopping" : "there is no action '\(name)' in the settings any more: define it, or rename it"
    }

    // MARK: Ending

    /// One that ran has ended: its place is free.
    func release(_ name: String) {
        state.withLock { $0.ledgers[name]?.ended() }
        wake.ring()  // somebody may wait for the place
    }

    /// Takes down a report and passes it on.
    func report(_ report: ActionReport, of due: DueAction) {
        let detection = due.detection.id
        if due.isTest {
            guard report.state.isFinal else { return }
            state.withLock { $0.testReplies.removeValue(forKey: detection) }?(report)
            return
        }
        if report.state.isFinal {
            journal.append(.ended(Intent.Key(detection: detection, action: due.action), report))
            journal.compactIfLarge()
        }
        reports(detection, report)
    }

    // MARK: From any thread

    func load() -> [String: ActionLoad] {
        let now = clock().monotonic
        return state.withLock { state in
            state.ledgers.filter { !$0.value.isRetired }.mapValues { $0.load(now: now) }
        }
    }

    func replace(actions: [ActionSettings]) {
        state.withLock { state in
            let names = Set(actions.map(\.name))
            for action in actions {
                if state.ledgers[action.name] == nil { state.ledgers[action.name] = ActionLedger(action) }
                state.ledgers[action.name]?.settings = action
                state.ledgers[action.name]?.isRetired = false
            }
            for name in state.ledgers.keys where !names.contains(name) { state.ledgers[name]?.isRetired = true }
        }
        prepareClient(for: actions)
        wake.ring()
    }

    func end(_ reason: EndReason) {
        state.withLock { $0.inbox.ends.append(reason) }
        wake.ring()
    }

    /// - Returns: false where it was closed before.
    @discardableResult
    func close() -> Bool {
        let isFirst = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        wake.ring()
        return isFirst
    }

    // MARK: For the supervisor

    /// What came in since the last turn, and whether the runner is closed.
    func takeInbox() -> (Inbox, isClosed: Bool) {
        state.withLock { state in
            defer { state.inbox = Inbox() }
            return (state.inbox, state.isClosed)
        }
    }

    func post(answer result: Result<HTTPResponse, HTTPFailure>, to number: Int) {
        state.withLock { $0.inbox.answers.append((number, result)) }
        wake.ring()
    }

    /// The next that waits and may go on, with what becomes of it.
    func nextWaiting(now: Duration) -> (DueAction, ActionLedger.Admission, ActionSettings)? {
        state.withLock { state in
            if state.isClosed { return nil }
            for (name, var ledger) in state.ledgers {
                guard let (due, admission) = ledger.next(now: now) else { continue }
                state.ledgers[name] = ledger
                return (due, admission, ledger.settings)
            }
            return nil
        }
    }

    /// When the first of those that wait gets stale.
    func nextExpiry() -> Duration? {
        state.withLock { state in state.isClosed ? nil : state.ledgers.values.compactMap(\.nextExpiry).min() }
    }

    /// All that wait, taken out of the queues; of actions that are gone only.
    func clearQueues(ofRetiredOnly: Bool) -> [DueAction] {
        state.withLock { state in
            var cleared: [DueAction] = []
            for name in state.ledgers.keys where !ofRetiredOnly || state.ledgers[name]?.isRetired == true {
                cleared += state.ledgers[name]?.clearQueue() ?? []
            }
            for (name, ledger) in state.ledgers where ledger.isRetired && ledger.running == 0 {
                state.ledgers[name] = nil
            }
            return cleared
        }
    }
}
