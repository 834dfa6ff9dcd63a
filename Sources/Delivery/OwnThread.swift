internal import CProcess
import Dispatch
import Foundation

/// A plain thread with a name, for work that must wait for nobody and for whom nobody of the shared pool may wait.
/// Signals of the process are taken elsewhere: a closed pipe is an error of `write` here.
final class OwnThread: Sendable {
    private let ended = DispatchSemaphore(value: 0)

    /// Starts the thread.
    /// - Parameter name: at most 15 bytes are seen in `top -H`.
    init(_ name: String, _ body: @escaping @Sendable () -> Void) {
        let ended = self.ended
        let thread = Thread {
            rp_block_signals()
            rp_name_thread(name)
            body()
            ended.signal()
        }
        thread.stackSize = 512 * 1_024  // the loops here are shallow; TLS handshakes take the most
        thread.start()
    }

    /// Waits for the end of the body. Not on the shared pool; at most once.
    func join() { ended.wait() }
}
