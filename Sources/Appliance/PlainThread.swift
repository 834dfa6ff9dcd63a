import CLinux
import Glibc
import Synchronization

/// A thread of its own for work with a deadline, or work that blocks: the shared pool of tasks serves pages.
///
/// `@unchecked Sendable`: `thread` is written once in `init`, before anyone else has the value.
final class PlainThread: @unchecked Sendable {
    private var thread = pthread_t()
    private let isJoined = Atomic(false)

    private final class Body {
        let name: String
        let run: @Sendable () -> Void
        init(_ name: String, _ run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// Starts `run` on a thread called `name` (15 letters count: `top -H` shows them).
    init(_ name: String, run: @escaping @Sendable () -> Void) {
        let body = Unmanaged.passRetained(Body(name, run))
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
                rk_name_thread(body.name)
                body.run()
                return nil
            }, body.toOpaque())
        // Fails only where the system has no thread left at start-up: nothing could run then.
        precondition(result == 0, "no thread for \(name): \(String(cString: strerror(result)))")
    }

    /// Nobody waits for it any more: what the system keeps for that goes with the thread.
    deinit {
        if !isJoined.load(ordering: .acquiring) { pthread_detach(thread) }
    }

    /// Waits for the thread to end. Once.
    func join() {
        pthread_join(thread, nil)
        isJoined.store(true, ordering: .releasing)
    }
}
