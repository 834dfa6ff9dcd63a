import CLinux
import Glibc

/// Waits until something is renamed in a directory, somebody calls, or a while is over.
///
/// `@unchecked Sendable`: the descriptors never change; `watch` belongs to the one thread that waits.
final class RegistryWatch: @unchecked Sendable {
    private let directory: String
    private let news = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    private let calls = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
    private var watch: Int32 = -1

    init(_ directory: String) {
        self.directory = directory
    }

    deinit {
        close(news)
        close(calls)
    }

    /// Ends the wait that goes on, or the next.
    func call() {
        var one: UInt64 = 1
        write(calls, &one, 8)
    }

    /// Waits; for a thread of its own.
    func wait(atMost milliseconds: Int32) {
        // Made later, or removed and made again: asked each time, which costs a system call.
        watch = inotify_add_watch(news, directory, UInt32(IN_MOVED_TO) | UInt32(IN_CLOSE_WRITE) | UInt32(IN_DELETE))
        var descriptors = [
            pollfd(fd: watch < 0 ? -1 : news, events: Int16(POLLIN), revents: 0),
            pollfd(fd: calls, events: Int16(POLLIN), revents: 0),
        ]
        poll(&descriptors, 2, milliseconds)
        var bytes = [UInt8](repeating: 0, count: 4_096)
        while read(news, &bytes, bytes.count) > 0 {}
        _ = read(calls, &bytes, 8)
    }
}
