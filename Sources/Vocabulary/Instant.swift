/// A point of wall-clock time, to the millisecond: what people and programs read.
///
/// Waits are never computed from instants: the wall clock of a board without a battery jumps. They use `Duration`
/// since boot (see ``Moment``).
public struct Instant: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z; negative before.
    public var milliseconds: Int64

    /// - Parameter milliseconds: since 1970-01-01T00:00:00Z.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Earlier is less.
    public static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

    /// The instant `duration` later; stays at the end of time instead of overflowing.
    public static func + (instant: Instant, duration: Duration) -> Instant {
        let (sum, overflow) = instant.milliseconds.addingReportingOverflow(duration.wholeMilliseconds)
        return Instant(milliseconds: overflow ? .max : sum)
    }

    /// The instant `duration` earlier.
    public static func - (instant: Instant, duration: Duration) -> Instant {
        let (difference, overflow) = instant.milliseconds.subtractingReportingOverflow(duration.wholeMilliseconds)
        return Instant(milliseconds: overflow ? .min : difference)
    }

    /// How long from `right` to `left`; negative when `left` is earlier.
    public static func - (left: Instant, right: Instant) -> Duration {
        let (difference, overflow) = left.milliseconds.subtractingReportingOverflow(right.milliseconds)
        return .milliseconds(overflow ? (left < right ? Int64.min : Int64.max) : difference)
    }
}

/// Both clocks read at once: waits are counted on `monotonic`, schedules and records use `wall`.
public struct Moment: Hashable, Sendable {
    /// Time since boot; never goes back, does not jump when the wall clock is set.
    public var monotonic: Duration
    /// The wall clock.
    public var wall: Instant

    /// Two readings of one moment.
    public init(monotonic: Duration, wall: Instant) {
        self.monotonic = monotonic
        self.wall = wall
    }
}

extension Duration {
    /// Whole milliseconds, rounded towards zero; clamped to what `Int64` holds.
    public var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, tooFar) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return tooFar ? (seconds < 0 ? .min : .max) : sum
    }

    /// Milliseconds with a fraction, for figures.
    public var milliseconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) * 1e3 + Double(attoseconds) / 1e15  // dividing: 48 ms is 48, not 48.00000000000001
    }

    /// As people say it, in whole units, never more than passed: `45 s`, `26 min`, `3 h`, `2 days`, `56 years`; a no-break
    /// space before the unit.
    public var span: String {
        let seconds = max(0, wholeMilliseconds / 1_000)
        let (count, unit): (Int64, String) =
            switch seconds {
            case ..<60: (seconds, "s")
            case ..<6_000: (seconds / 60, "min")
            case ..<172_800: (seconds / 3_600, "h")
            case ..<63_072_000: (seconds / 86_400, "days")
            default: (seconds / 31_556_952, "years")
            }
        return "\(count)\u{A0}\(unit)"
    }

    /// Seconds with a fraction, for figures.
    public var seconds: Double { milliseconds / 1e3 }
}
