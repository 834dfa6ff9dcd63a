import Glibc
import Synchronization

/// Room for one value between the thread that decodes and the thread that infers.
///
/// The decoder prepares the next frame while the network works on this one, and never runs further ahead: what waits
/// longer waits in the backlog, where a newer frame can still overtake it.
///
/// `@unchecked Sendable`: `value` and `isClosed` are touched only while `mutex` is held; mutex and conditions are made
/// in `init`, never moved (they live behind pointers), and destroyed in `deinit`, when nobody can hold them.
final class Mailbox<Value: Sendable>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var value: Value?
    private var isClosed = false

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Waits for room. With one writer it stays.
    /// - Returns: false once the mailbox is closed.
    func waitForRoom() -> Bool {
        locked {
            while value != nil && !isClosed { pthread_cond_wait(changed, mutex) }
            return !isClosed
        }
    }

    /// Waits for room, then leaves `value`.
    /// - Returns: false where the mailbox was closed: the value was not taken.
    func put(_ value: Value) -> Bool {
        locked {
            while self.value != nil && !isClosed { pthread_cond_wait(changed, mutex) }
            guard !isClosed else { return false }
            self.value = value
            return true
        }
    }

    /// Waits for a value and takes it.
    /// - Returns: nil once the mailbox is closed and empty.
    func take() -> Value? {
        locked {
            while value == nil && !isClosed { pthread_cond_wait(changed, mutex) }
            defer { value = nil }
            return value
        }
    }

    /// What there is to take.
    enum Taken {
        case value(Value)
        case nothing
        case closed
    }

    /// Takes a value if there is one; does not wait.
    func takeNow() -> Taken {
        locked {
            defer { value = nil }
            return value.map { .value($0) } ?? (isClosed ? .closed : .nothing)
        }
    }

    /// Lets waiting threads go; what lies in it can still be taken.
    func close() {
        locked { isClosed = true }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer {
            pthread_cond_broadcast(changed)
            pthread_mutex_unlock(mutex)
        }
        return body()
    }
}
