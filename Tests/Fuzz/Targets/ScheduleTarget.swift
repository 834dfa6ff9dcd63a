import Foundation
import Vocabulary

@testable import Rules
@testable import Settings

extension FuzzTarget {
    /// Schedules and sun times anywhere and at any time. Lines: time zone, latitude, longitude, instant, then intervals as the
    /// settings have them (`22:00..06:00`, `sunrise-30m..sunset`).
    static let schedule = FuzzTarget(text: "schedule", longest: 512) { text in
        let lines = text.split(separator: "\n", maxSplits: 12, omittingEmptySubsequences: false).map(String.init)
        guard lines.count > 4, let zone = TimeZone(identifier: lines[0]),
            let latitude = decimalNumber(lines[1]), (-90...90).contains(latitude),
            let longitude = decimalNumber(lines[2]), (-180...180).contains(longitude),
            let instant = Instant(lines[3]) ?? Int64(lines[3]).map(Instant.init(milliseconds:))
        else { return }
        let active = lines.dropFirst(4).compactMap { line -> ActiveInterval? in
            let ends = line.split(separator: ".", omittingEmptySubsequences: false)
            guard ends.count == 3, let start = timeOfDay(String(ends[0])), let end = timeOfDay(String(ends[2]))
            else { return nil }
            return start == .clock(minutes: 1_440) ? nil : ActiveInterval(start: start, end: end)
        }
        let days = Set(Weekday.allCases.filter { lines.last?.contains($0.rawValue) ?? false })
        let rule = Rule(name: "a", labels: ["jay"], active: active, days: days.isEmpty ? Weekday.all : days)
        let book = RuleBook(
            rules: [rule], place: Place(latitude: latitude, longitude: longitude), timeZone: zone)
        let answer = book.schedule(of: rule, at: instant)
        promise(!answer.detail.isEmpty, "an answer without words")
        if active.isEmpty && days.isEmpty { promise(answer.passed, "without hours it is always active") }
    }
}
