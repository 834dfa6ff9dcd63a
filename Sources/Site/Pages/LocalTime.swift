import Foundation
import Vocabulary

/// Tells the time as it is where the cameras are.
struct LocalTime: Sendable {
    private let zone: TimeZone

    /// - Parameter identifier: an IANA name; nil, or one the system does not know: the system's zone.
    init(_ identifier: String?) { zone = identifier.flatMap(TimeZone.init(identifier:)) ?? .current }

    /// `07:42`.
    func minute(_ instant: Instant) -> String {
        let parts = parts(of: instant)
        return "\(two(parts.hour)):\(two(parts.minute))"
    }

    /// `07:42:07`.
    func second(_ instant: Instant) -> String { minute(instant) + ":" + two(parts(of: instant).second) }

    /// `07:42` on the day of `now`, else `Mon 07:42` within a week, else `12 May, 07:42`.
    func short(_ instant: Instant, now: Instant) -> String {
        let (then, today) = (parts(of: instant), parts(of: now))
        if then.day == today.day { return minute(instant) }
        return (abs(today.day - then.day) < 7 ? weekday(then.day) + " " : date(then.day) + ", ") + minute(instant)
    }

    /// `Tuesday 12 May 2026`.
    func long(_ instant: Instant) -> String {
        let day = parts(of: instant).day
        return "\(LocalTime.weekdays[LocalTime.weekdayIndex(day)]) \(date(day)) \(Instant.civil(fromDays: day).year)"
    }

    /// For `datetime` attributes and feeds: RFC 3339 with the zone's offset.
    func machine(_ instant: Instant) -> String {
        let instant = LocalTime.clamped(instant)
        let offset = offset(at: instant)
        let local = Instant(milliseconds: instant.milliseconds + offset * 1_000).description.dropLast()
        let minutes = Int64(offset.magnitude) / 60
        return "\(local)\(offset < 0 ? "-" : "+")\(two(minutes / 60)):\(two(minutes % 60))"
    }

    /// A `time` element with a short text.
    func element(_ instant: Instant, _ text: String) -> Markup {
        "<time datetime=\"\(machine(instant))\">\(text)</time>"
    }

    private typealias Parts = (day: Int64, hour: Int64, minute: Int64, second: Int64)

    private static let weekdays = [
        "Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday",
    ]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    private static func weekdayIndex(_ day: Int64) -> Int { Int((day % 7 + 7) % 7) }

    private func weekday(_ day: Int64) -> String {
        String(LocalTime.weekdays[LocalTime.weekdayIndex(day)].prefix(3))
    }

    private func date(_ day: Int64) -> String {
        let civil = Instant.civil(fromDays: day)
        return "\(civil.day)\u{A0}\(LocalTime.months[Int(civil.month) - 1])"
    }

    private func offset(at instant: Instant) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.milliseconds) / 1e3)))
    }

    private func parts(of instant: Instant) -> Parts {
        let instant = LocalTime.clamped(instant)
        let seconds = (instant.milliseconds + offset(at: instant) * 1_000).floorDivided(by: 1_000)
        let day = seconds.floorDivided(by: 86_400)
        let rest = seconds - day * 86_400
        return (day, rest / 3_600, rest / 60 % 60, rest % 60)
    }

    /// Between the years 1000 and 8000, so that nothing here overflows, whatever a record says.
    private static func clamped(_ instant: Instant) -> Instant {
        Instant(milliseconds: min(max(instant.milliseconds, -30_000_000_000_000), 190_000_000_000_000))
    }

    private func two(_ value: Int64) -> String { (value < 10 ? "0" : "") + String(value) }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
