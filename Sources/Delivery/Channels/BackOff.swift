internal import Vocabulary

/// How long a channel is left alone after failures in a row. Pure.
enum BackOff {
    /// After the first failure; doubled with each more.
    static let first = Duration.seconds(2)
    /// The longest, also when the settings are wrong: a token put right is noticed within this time.
    static let longest = Duration.seconds(300)
    /// The longest that a server may ask for.
    static let longestAsked = Duration.seconds(86_400)

    /// - Parameters:
    ///   - failures: in a row, this one included.
    ///   - jitter: 0 to 1: appliances that lost the same server must not come back all at once.
    static func pause(after failure: DeliveryFailure, failures: Int, jitter: Double) -> Duration {
        let share = 0.5 + 0.5 * min(max(jitter, 0), 1)
        switch failure {
        case .refused: return .zero
        case .misconfigured: return longest * share
        case .later(_, let asked):
            let doublings = min(max(failures - 1, 0), 10)
            let own = min(first * (1 << doublings), longest) * share
            return max(own, min(asked ?? .zero, longestAsked))
        }
    }
}

/// Sees when the wall clock is set, so that the times that lie in the outbox can be moved along: what waits must wait
/// neither longer nor shorter, and live as long as it was given, because of that (DESIGN section 5). Pure.
struct ClockSteps {
    /// Smaller steps are those of a clock that is being disciplined.
    static let tolerated = Duration.seconds(2)

    /// How far the clock was set since ``settle()``; forward is positive.
    private(set) var owed = Duration.zero
    /// What was made from then on may have been made by the new clock.
    private(set) var since = Instant(milliseconds: 0)
    private var last: Moment?

    /// Reads the clocks.
    mutating func note(_ now: Moment) {
        defer { last = now }
        guard let last else { return }
        let passed = now.monotonic - last.monotonic
        let step = now.wall - last.wall - passed
        guard step > Self.tolerated || step < .zero - Self.tolerated else { return }
        owed += step
        since = now.wall - passed
    }

    /// The outbox was moved along.
    mutating func settle() { owed = .zero }
}
