import CLinux
import Glibc
import Synchronization
import Vocabulary

/// Where others leave word for the thread of a source, and read how it is doing.
final class SourceDesk: Sendable {
    struct Requests: Sendable {
        var stop = false
        var rescan = false
        var loseEvents = false
        var handedBack: [Claim] = []
        var source: WatchedSource?
    }

    private struct Report: Sendable {
        var status: SourceStatus
        /// When the thread came by last; nil before it runs.
        var turn: Duration?
    }

    /// Readable when there are requests.
    let bell: Int32
    private let requests = Mutex(Requests())
    private let report: Mutex<Report>
    private let isFinished = Monitor(false)
    /// A thread that did not come by for this long hangs in a system call: it wakes up every few seconds.
    private static let patience = Duration.seconds(15)

    init(_ status: SourceStatus) {
        bell = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        report = Mutex(Report(status: status))
    }

    deinit { if bell >= 0 { close(bell) } }

    /// Leaves word and wakes the thread.
    func ask(_ change: (inout Requests) -> Void) {
        requests.withLock { change(&$0) }
        var one: UInt64 = 1
        _ = uninterrupted { write(bell, &one, 8) }
    }

    /// What others want; asked by the thread.
    func takeRequests() -> Requests {
        var count: UInt64 = 0
        _ = uninterrupted { read(bell, &count, 8) }
        return requests.withLock { requests in
            defer { requests = Requests(stop: requests.stop) }  // stop is for good
            return requests
        }
    }

    /// Says how the source is doing; called by the thread on every turn.
    func publish(_ status: SourceStatus, now: Moment) {
        report.withLock { $0 = Report(status: status, turn: now.monotonic) }
    }

    /// How the source is doing.
    func status(now: Moment) -> SourceStatus {
        let report = report.withLock { $0 }
        var status = report.status
        let silence = report.turn.map { now.monotonic - $0 } ?? .zero
        if silence > Self.patience && !isFinished.with({ $0 }) {
            status.state = .hanging
            status.since = now.wall - silence
            status.message =
                "The file system of \(status.directory) has not answered for \(Int(silence.seconds)) s: see whether its "
                + "server or disk is there. The other sources go on."
        }
        return status
    }

    /// The thread says that it is done.
    func finish() { isFinished.with { $0 = true } }

    /// Waits for the thread to be done.
    /// - Returns: false where it is not done in time: its file system hangs.
    func waitUntilFinished(atMost limit: Duration) -> Bool {
        isFinished.wait(atMost: limit) { $0 ? true : nil } ?? false
    }
}
