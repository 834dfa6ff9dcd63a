internal import Vocabulary

/// Counts what happened within the last stretch of time: the `at_most` of actions and channels. Pure.
struct SlidingWindow: Sendable {
    /// What is allowed. May change at any time (a reload).
    var rate: Rate
    private var times: [Duration] = []  // monotonic, ascending

    /// More than this is never counted: nobody allows so much, and memory is bounded.
    static let most = 10_000

    init(_ rate: Rate) { self.rate = rate }

    /// How many happened within the window that ends now.
    func count(now: Duration) -> Int {
        times.count - (times.firstIndex { now - $0 < rate.window } ?? times.count)
    }

    /// Whether one more would be too many.
    func isFull(now: Duration) -> Bool { count(now: now) >= rate.count }

    /// Takes down that it happened.
    mutating func note(at time: Duration) {
        times.removeFirst(times.firstIndex { time - $0 < rate.window } ?? times.count)
        if times.count >= Self.most { times.removeFirst() }
        let place = times.lastIndex { $0 <= time }.map { $0 + 1 } ?? 0
        times.insert(time, at: place)
    }

    /// Takes back what was noted at `time`: it did not happen after all.
    mutating func forget(_ time: Duration) {
        if let index = times.lastIndex(of: time) { times.remove(at: index) }
    }
}
