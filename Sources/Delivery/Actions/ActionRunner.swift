// Two threads meet here. The inference lane calls `start`: a look at the ledger, a line in the journal, posix_spawn, and
// back to the next frame. The supervisor (ActionSupervisor.swift) does the rest: output, timeouts, ends, the queue,
// requests. They share the ledgers and an inbox under one lock that nobody holds while waiting for anything.

import Dispatch
import Foundation
import Synchronization
public import Vocabulary

/// Runs the actions that rules ask for: programs and HTTP requests, on plain threads (DESIGN sections 2.5 and 6).
public final class ActionRunner: Sendable {
    /// Told how an action went on after ``start(_:)``: on the supervisor's thread, which waits meanwhile. It may come
    /// before the caller of `start` has used what that returned.
    public typealias Reports = @Sendable (DetectionID, ActionReport) -> Void

    let core: ActionCore
    private let supervisor: OwnThread

    /// Starts the supervisor. Nothing is run before ``start(_:)`` or ``recover(isArmed:)``.
    /// - Parameters:
    ///   - journal: where intents are taken down.
    ///   - client: sends requests.
    ///   - environment: what programs are given beside `ROOSTER_...`: this process's by default, without what systemd
    ///     means for the daemon alone.
    ///   - clock: monotonic and wall time of now.
    ///   - reports: told how actions went on; not of tests.
    public init(
        actions: [ActionSettings], journal: IntentJournal, client: HTTPClient,
        environment: [String: String]? = nil,
        clock: @escaping @Sendable () -> Moment, reports: @escaping Reports
    ) {
        let core = ActionCore(
            actions: actions, journal: journal, client: client,
            environment: environment ?? ProcessInfo.processInfo.environment, clock: clock,
            reports: reports)
        self.core = core
        supervisor = OwnThread("rooster-actions") { ActionSupervisor(core).serve() }
    }

    deinit { core.close() }

    /// Starts what is due, or says why not; returns when the process runs. Called by the inference lane: waits for no
    /// disk (but the append to the journal), no program and no server.
    ///
    /// A detection sets off an action once: what was started before, by this process or the one that died, is not
    /// started again but reported as it stands.
    public func start(_ due: DueAction) -> ActionReport { core.start(due) }

    /// What an earlier run left undone, once, before the first frame: what was not started is started now within its
    /// time, with the same id, else recorded as expired; what ran when the process died is recorded as such. Actions
    /// started earlier count for `at_most`.
    /// - Parameter isArmed: false holds back what would be started.
    /// - Returns: what became of each, for the record.
    public func recover(isArmed: Bool) -> [(detection: DetectionID, report: ActionReport)] {
        core.recover(isArmed: isArmed)
    }

    /// Fires one with a sample and `ROOSTER_TEST=1`, and waits for its end, or for as long as `patience` lasts: then it
    /// goes on, and its state is `started`. Not journaled, not counted for `at_most`, not reported to anybody else.
    /// - Parameters:
    ///   - sample: what it is told it saw; a jay by default.
    ///   - picture: an example picture.
    public func test(
        _ name: String, sample: Detection? = nil, picture: String? = nil, patience: Duration = .seconds(20)
    ) async -> ActionReport {
        await withCheckedContinuation { continuation in
            let reply = Reply(continuation)
            core.test(name, sample: sample, picture: picture) { reply.send($0) }
            DispatchQueue.global().asyncAfter(deadline: .now() + patience.milliseconds / 1_000) {
                reply.send(
                    ActionReport(name: name, state: .started, reason: "still running after \(spoken(patience))"))
            }
        }
    }

    /// The first answer counts.
    private final class Reply: Sendable {
        private let asked: Mutex<CheckedContinuation<ActionReport, Never>?>

        init(_ continuation: CheckedContinuation<ActionReport, Never>) { asked = Mutex(continuation) }

        func send(_ report: ActionReport) {
            asked.withLock { asked in
                defer { asked = nil }
                return asked
            }?.resume(returning: report)
        }
    }

    /// What each action is doing, for the clauses `busy` and `rate`. From any thread.
    public func load() -> [String: ActionLoad] { core.load() }

    /// Takes other settings into force. What runs goes on under its old ones; what waits for an action that is gone
    /// fails.
    public func replace(actions: [ActionSettings]) { core.replace(actions: actions) }

    /// Ends what runs with SIGTERM (after the grace with SIGKILL) and holds back what waits: Rooster was disarmed.
    public func endAll() { core.end(.disarmed) }

    /// Ends what runs and waits until it is gone, no longer than its grace. What waits stays in the journal and is
    /// started after a quick restart.
    public func close() {
        if core.close() { supervisor.join() }
    }
}
