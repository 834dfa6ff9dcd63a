import Glibc
public import Vocabulary

/// Reads both clocks: waits are counted on the one that never jumps, records carry the other.
public enum Clock {
    /// Now. Two system calls through the vDSO, under 100 ns.
    public static func now() -> Moment {
        Moment(monotonic: read(CLOCK_BOOTTIME), wall: Instant(milliseconds: read(CLOCK_REALTIME).wholeMilliseconds))
    }

    /// Time since boot.
    public static func monotonic() -> Duration { read(CLOCK_BOOTTIME) }

    /// Time that the calling thread has had a core.
    static func thread() -> Duration { read(CLOCK_THREAD_CPUTIME_ID) }

    private static func read(_ clock: clockid_t) -> Duration {
        var time = timespec()
        clock_gettime(clock, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }
}
