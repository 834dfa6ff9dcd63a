import HTTPTypes
import Synchronization

/// Lets a few through at a time and makes the others wait, up to a number; who comes beyond it is refused.
final class Turnstile: Sendable {
    private struct State {
        var free: Int
        var queue: [CheckedContinuation<Void, any Error>] = []
    }

    private let state: Mutex<State>
    private let waiting: Int

    init(places: Int, waiting: Int) {
        state = Mutex(State(free: places))
        self.waiting = waiting
    }

    /// Runs `body` when there is a place.
    /// - Throws: 503 where too many wait; what `body` throws.
    func through<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await enter()
        defer { leave() }
        return try await body()
    }

    private func enter() async throws {
        try await withCheckedThrowingContinuation { continuation in
            let outcome = state.withLock { state -> Result<Void, any Error>? in
                if state.free > 0 {
                    state.free -= 1
                    return .success(())
                }
                guard state.queue.count < waiting else {
                    return .failure(
                        SiteError(.serviceUnavailable, "too much to do; try again soon", headers: [.retryAfter: "2"]))
                }
                state.queue.append(continuation)
                return nil
            }
            if let outcome { continuation.resume(with: outcome) }
        }
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            if !state.queue.isEmpty { return state.queue.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
