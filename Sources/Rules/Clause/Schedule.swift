import Foundation
import Vocabulary

extension Question {
    /// Passes within the rule's intervals of local wall time, at the time of the frame.
    func schedule() -> Answer { book.schedule(of: rule, at: frame.time) }
}

extension RuleBook {
    /// Whether a rule may act at an instant.
    func schedule(of rule: Rule, at instant: Instant) -> Answer {
        if rule.active.isEmpty, rule.days.count == Weekday.allCases.count { return (true, "always active") }
        let second = instant.milliseconds / 1_000 - (instant.milliseconds % 1_000 < 0 ? 1 : 0)
        let clock = LocalClock(zone: timeZone)
        let (today, secondOfDay) = clock.local(second)
        let here = "\(clockText(Int(secondOfDay / 60))) on \(Weekday(day: today).rawValue)"
        let intervals = rule.active.isEmpty ? [ActiveInterval.wholeDay] : rule.active
        for interval in intervals {
            // Days that may reach here, the likeliest first: yesterday's may end today, by the sun and its offset even
            // a day later, and tomorrow's begin.
            for day in [today, today - 1, today - 2, today + 1] where rule.days.contains(Weekday(day: day)) {
                guard let range = bounds(of: interval, on: day, clock), range.contains(second) else { continue }
                return (true, "\(here) is within \(words(interval, range, clock))")
            }
        }
        let all = intervals.map { words($0, bounds(of: $0, on: today, clock), clock) }.joined(separator: ", ")
        let dayWords = Weekday.allCases.filter(rule.days.contains).map(\.rawValue).joined(separator: ", ")
        let days = rule.days.count == Weekday.allCases.count ? "" : " on \(dayWords.isEmpty ? "no day" : dayWords)"
        return (false, "\(here) is outside \(all)\(days)")
    }

    /// The instants between which an interval that begins on `day` holds, in seconds since 1970.
    /// - Returns: nil where it does not: polar night, no place to know the sun's times of, or nothing left of it.
    private func bounds(of interval: ActiveInterval, on day: Int64, _ clock: LocalClock) -> Range<Int64>? {
        let wholeDay = clock.instant(day: day, second: 0)..<clock.instant(day: day + 1, second: 0)
        func resolve(_ time: TimeOfDay, _ day: Int64) -> SunTime? {
            let (event, offset): (SunEvent, Int)
            switch time {
            case .clock(let minutes): return .at(clock.instant(day: day, second: Int64(minutes) * 60))
            case .sunrise(let minutes): (event, offset) = (.sunrise, minutes)
            case .sunset(let minutes): (event, offset) = (.sunset, minutes)
            }
            guard let place else { return nil }
            let sun = sunTime(of: event, at: place, noon: clock.instant(day: day, second: 43_200))
            guard case .at(let second) = sun else { return sun }
            return .at(second + Int64(offset) * 60)
        }
        guard let start = resolve(interval.start, day), var end = resolve(interval.end, day) else { return nil }
        // In polar day the interval is always, in polar night never (DESIGN section 5).
        if start == .polarNight || end == .polarNight { return nil }
        guard case .at(let first) = start, case .at(var last) = end else { return wholeDay }
        let crossesMidnight: Bool
        if case .clock(let from) = interval.start, case .clock(let until) = interval.end {
            crossesMidnight = until <= from  // by what is written: a gap in the clock must not make a day of it
        } else {
            crossesMidnight = last <= first
        }
        if crossesMidnight {
            end = resolve(interval.end, day + 1) ?? end
            switch end {
            case .at(let second): last = second
            case .polarNight: return nil
            case .polarDay: return wholeDay
            }
        }
        return first < last ? first..<last : nil
    }

    /// An interval as it was written, with the times of the day where they come from the sun.
    private func words(_ interval: ActiveInterval, _ range: Range<Int64>?, _ clock: LocalClock) -> String {
        guard interval.start.needsSun || interval.end.needsSun else { return interval.description }
        guard let range else { return "\(interval) (the sun does not rise)" }
        let times = [range.lowerBound, range.upperBound].map { clockText(Int(clock.local($0).second / 60)) }
        return "\(interval) (\(times[0])..\(times[1]))"
    }
}

extension ActiveInterval {
    /// All of a day.
    static let wholeDay = ActiveInterval(start: .clock(minutes: 0), end: .clock(minutes: 1_440))
}
