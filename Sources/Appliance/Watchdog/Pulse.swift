import Capture
import Logging

/// Tells the service manager how Rooster is, and that it is alive only while frames move: where the path is stuck with work
/// waiting, it hears nothing, and starts Rooster anew when its patience is over.
struct Pulse: Sendable {
    let manager: ServiceManager
    let motion: FrameMotion
    let backlog: Backlog
    let board: StatusBoard
    let logger: Logger

    /// How often a word is due where nobody waits for a sign of life.
    private static let leisure = Duration.seconds(20)

    /// Requests are taken and sources are watched.
    func ready() {
        manager.tell("READY=1", "STATUS=\(board.sentence())")
    }

    /// Works until it is cancelled.
    func run() async {
        // Three looks before its patience is over: one that comes late on a busy board is no death.
        let step = manager.patience.map { $0 / 3 } ?? Pulse.leisure
        var before = motion.look(waiting: backlog.count)
        while !Task.isCancelled {
            try? await Task.sleep(for: step)
            let now = motion.look(waiting: backlog.count)
            if now.isStuck(since: before) {
                logger.critical(
                    "no frame has moved though there is work",
                    metadata: ["for": "\(step)", "waiting": "\(now.waiting)"])
                manager.tell("STATUS=No frame moves though \(now.waiting) wait: Rooster will be started anew")
            } else {
                manager.tell("WATCHDOG=1", "STATUS=\(board.sentence())")
            }
            before = now
        }
        manager.tell("STOPPING=1", "STATUS=Stopping: what was claimed last is answered and recorded")
    }
}
