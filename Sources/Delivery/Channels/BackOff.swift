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

/// The wall clock for times that lie in the outbox, with steps back taken out for as long as they could make a channel
/// wait: a wait must not become longer because the clock was set back (DESIGN section 5). Pure.
struct SteadyWallClock {
    /// Smaller steps are those of a clock that is being disciplined.
    static let tolerated = Duration.seconds(2)

    private var offset: Duration?
    private var lag = Duration.zero
    private var lagUntil = Duration.zero

    /// The instant to compare times of the outbox with.
    mutating func now(_ now: Moment) -> Instant {
        let current = Duration.milliseconds(now.wall.milliseconds) - now.monotonic
        if let offset, offset - current > Self.tolerated {
            lag = (now.monotonic < lagUntil ? lag : .zero) + (offset - current)
            lagUntil = now.monotonic + BackOff.longest
        }
        offset = current
        return now.monotonic < lagUntil ? now.wall + lag : now.wall
    }
}
