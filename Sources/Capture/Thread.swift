import CLinux
import Glibc

/// Starts a plain thread that nobody joins. Signals are for the main thread: all are blocked in it.
func startThread(named name: String, _ body: @escaping @Sendable () -> Void) {
    final class Job: Sendable {
        let name: String
        let body: @Sendable () -> Void
        init(_ name: String, _ body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let job = Unmanaged.passRetained(Job(name, body))
    var thread = pthread_t()
    let failure = pthread_create(
        &thread, &attributes,
        { pointer in
            guard let pointer else { return nil }
            let job = Unmanaged<Job>.fromOpaque(pointer).takeRetainedValue()
            rk_name_thread(job.name)
            var signals = sigset_t()
            sigfillset(&signals)
            pthread_sigmask(SIG_BLOCK, &signals, nil)
            job.body()
            return nil
        }, job.toOpaque())
    // Not even a thread at the start: nothing that Rooster could do for its owner.
    precondition(failure == 0, "the system gives no thread: \(SystemError(failure))")
}
