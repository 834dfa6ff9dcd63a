public import Vocabulary

/// Whether rules may set off actions. Holds across restarts.
public struct ArmedState: Hashable, Sendable {
    /// False: actions are held back until ``until``, or for good.
    public var armed: Bool
    /// When it was set.
    public var since: Instant
    /// When disarming ends by itself; nil: not at all.
    public var until: Instant?

    /// Armed.
    public static func armed(since: Instant) -> ArmedState { ArmedState(armed: true, since: since, until: nil) }

    /// Disarmed, for good or for a time.
    public static func disarmed(since: Instant, until: Instant?) -> ArmedState {
        ArmedState(armed: false, since: since, until: until)
    }

    /// Whether actions may start at `now`.
    public func isArmed(at now: Instant) -> Bool { armed || (left(at: now) ?? .seconds(1)) <= .zero }

    /// How long disarming goes on; nil for good. A clock that was set back never makes it longer than it was set to.
    public func left(at now: Instant) -> Duration? {
        if armed { return .zero }
        guard let until else { return nil }
        return max(.zero, min(until - now, until - since))
    }
}
