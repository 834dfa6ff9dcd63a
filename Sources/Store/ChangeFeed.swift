import Synchronization

/// Tells waiters inside this process that something changed. A waiter that is slow finds the newest number only.
final class ChangeFeed: Sendable {
    private struct State {
        var last: Int64 = 0
        var nextKey = 0
        var waiters: [Int: AsyncStream<Int64>.Continuation] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// What was published last.
    var last: Int64 { state.withLock(\.last) }

    func stream() -> AsyncStream<Int64> {
        let (stream, continuation) = AsyncStream.makeStream(of: Int64.self, bufferingPolicy: .bufferingNewest(1))
        let key: Int? = state.withLock { state in
            guard !state.isClosed else { return nil }
            state.nextKey += 1
            state.waiters[state.nextKey] = continuation
            return state.nextKey
        }
        guard let key else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.waiters.removeValue(forKey: key) }
        }
        return stream
    }

    /// - Parameter number: nil where a transaction changed nothing that anybody waits for.
    func publish(_ number: Int64?) {
        guard let number else { return }
        let waiters = state.withLock { state in
            state.last = number
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.yield(number) }
    }

    func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.finish() }
    }
}
