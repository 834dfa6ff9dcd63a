import Foundation
import Vocabulary

/// Between instants and local wall time. Zones and their changes come from Foundation's `TimeZone`.
struct LocalClock {
    let zone: TimeZone

    /// Seconds by which local time is ahead of UTC.
    func offset(at second: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second))))
    }

    /// The local date, as days since 1970-01-01, and the second of that day.
    func local(_ second: Int64) -> (day: Int64, second: Int64) {
        let local = second + offset(at: second)
        let rest = ((local % 86_400) + 86_400) % 86_400
        return ((local - rest) / 86_400, rest)
    }

    /// The first instant, in seconds since 1970, at which local clocks show `second` of `day`. A time that occurs twice
    /// counts the first time; one that is skipped stands for the first that comes after the gap.
    /// - Parameter second: 0 to 86,400, the end of the day.
    func instant(day: Int64, second: Int64) -> Int64 {
        let wanted = day * 86_400 + second
        // No zone is further from UTC than 15 hours, so the answer lies between these two.
        let early = wanted - 15 * 3_600 - 1
        let late = wanted + 15 * 3_600
        let before = offset(at: early)
        let after = offset(at: late)
        if offset(at: wanted - before) == before { return wanted - before }
        if offset(at: wanted - after) == after || before == after { return wanted - after }
        // Clocks went forward over it: the change is the only one in these thirty hours.
        var low = early
        var high = late
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if offset(at: middle) == before { low = middle } else { high = middle }
        }
        return high
    }
}
