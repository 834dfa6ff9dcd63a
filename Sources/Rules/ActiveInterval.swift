/// A stretch of each day, in local wall time: `22:00..06:00`, `sunrise-30m..sunset`.
///
/// Where the end is not after the start it lies on the next day; equal clock times mean a whole day.
public struct ActiveInterval: Hashable, Sendable, CustomStringConvertible {
    /// When it begins.
    public var start: TimeOfDay
    /// When it ends; that minute is outside.
    public var end: TimeOfDay

    /// From `start` until `end`.
    public init(start: TimeOfDay, end: TimeOfDay) {
        self.start = start
        self.end = end
    }

    /// As people write it in the settings.
    public var description: String { "\(start)..\(end)" }
}

/// A time of each day: on the clock, or by the sun.
public enum TimeOfDay: Hashable, Sendable, CustomStringConvertible {
    /// Minutes after midnight, 0 to 1,440 (`24:00`).
    case clock(minutes: Int)
    /// Sunrise of the place and date, and minutes after it (negative: before).
    case sunrise(offset: Int)
    /// Sunset of the place and date, and minutes after it (negative: before).
    case sunset(offset: Int)

    /// As people write it in the settings.
    public var description: String {
        switch self {
        case .clock(let minutes): clockText(minutes)
        case .sunrise(let offset): "sunrise" + offsetText(offset)
        case .sunset(let offset): "sunset" + offsetText(offset)
        }
    }

    var needsSun: Bool {
        if case .clock = self { false } else { true }
    }
}

/// A day of the week; the raw value is the word in the settings.
public enum Weekday: String, Sendable, CaseIterable {
    // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
    case mon, tue, wed, thu, fri, sat, sun

    /// Every day.
    public static let all = Set(allCases)

    /// The weekday of a day, counted from 1970-01-01, a Thursday.
    init(day: Int64) {
        let index = Int(((day + 3) % 7 + 7) % 7)
        self = Weekday.allCases[index]
    }
}

private func offsetText(_ minutes: Int) -> String {
    if minutes == 0 { return "" }
    let size = minutes.magnitude
    let hours = size / 60 > 0 ? "\(size / 60)h" : ""
    let rest = size % 60 > 0 ? "\(size % 60)m" : ""
    return (minutes < 0 ? "-" : "+") + hours + rest
}
