import Foundation
import Testing
import Vocabulary

@testable import Rules

@Suite("Schedules")
struct ScheduleTests {
    @Test func outsideItsIntervalARuleHoldsBackActionAndPublication() throws {
        var henhouse = Henhouse(.jay(active: [interval("08:00", "09:30")]))
        let seen = try #require(henhouse.see(at: 0, ["jay": 0.9]).detections.first)
        #expect(seen.heldBack == .schedule)
        #expect(seen.publish.isEmpty)
        #expect(seen.word(.schedule)?.detail == "12:00 on tue is outside 08:00..09:30")
    }

    @Test func theStartIsInsideAndTheEndOutside() {
        let rule = Rule.jay(active: [interval("08:00", "09:30")])
        #expect(activeMinutes(rule, "2026-05-12") == ["08:00-09:30"])
    }

    @Test func anIntervalMayCrossMidnight() {
        let rule = Rule.jay(active: [interval("22:00", "06:00")])
        #expect(activeMinutes(rule, "2026-05-12") == ["00:00-06:00", "22:00-24:00"])
    }

    @Test func theDayIsTheOneTheIntervalBeginsOn() {
        let rule = Rule.jay(active: [interval("22:00", "06:00")], days: [.tue])
        #expect(activeMinutes(rule, "2026-05-12") == ["22:00-24:00"])
        #expect(activeMinutes(rule, "2026-05-13") == ["00:00-06:00"])
        #expect(activeMinutes(rule, "2026-05-14") == [])
    }

    @Test func daysWithoutIntervalsAreWholeDays() {
        let rule = Rule.jay(days: [.sat, .sun])
        #expect(activeMinutes(rule, "2026-05-16") == ["00:00-24:00"])
        #expect(activeMinutes(rule, "2026-05-18") == [])
    }

    @Test func equalTimesMeanAWholeDayAndSeveralIntervalsAddUp() {
        #expect(
            activeMinutes(.jay(active: [interval("08:00", "08:00")], days: [.tue]), "2026-05-12") == ["08:00-24:00"])
        let rule = Rule.jay(active: [
            interval("08:00", "09:00"), interval("08:30", "10:00"), interval("12:00", "13:00"),
        ])
        #expect(activeMinutes(rule, "2026-05-12") == ["08:00-10:00", "12:00-13:00"])
    }

    @Test func aSkippedTimeStartsAtTheNextValidMinute() {
        // On 29 March 2026 clocks in Edinburgh go from 01:00 to 02:00.
        #expect(activeMinutes(.jay(active: [interval("01:30", "03:00")]), "2026-03-29") == ["02:00-03:00"])
        #expect(activeMinutes(.jay(active: [interval("00:30", "01:30")]), "2026-03-29") == ["00:30-01:00"])
        #expect(activeMinutes(.jay(active: [interval("01:10", "01:50")]), "2026-03-29") == [])
    }

    @Test func aRepeatedTimeCountsOnce() {
        // On 25 October 2026 clocks go back from 02:00 to 01:00: the hour from 01:00 is there twice.
        let day = "2026-10-25"
        #expect(activeMinutes(.jay(active: [interval("01:00", "01:30")]), day) == ["01:00-01:30"])
        #expect(activeInstants(.jay(active: [interval("01:00", "01:30")]), day) == 30)
        #expect(activeInstants(.jay(active: [interval("01:30", "02:30")]), day) == 120)
        #expect(activeInstants(.jay(active: [interval("00:00", "24:00")], days: [.sun]), day) == 25 * 60)
    }

    @Test func sunTimesAreThoseOfThePlaceAndDate() throws {
        // In Edinburgh on 12 May 2026 the sun rises at 05:05 and sets at 21:14.
        let rule = Rule.jay(active: [
            ActiveInterval(start: .sunrise(offset: -30), end: .sunset(offset: 0))
        ])
        let minutes = try #require(activeMinutes(rule, "2026-05-12").first)
        #expect(["04:35-21:14", "04:36-21:14", "04:36-21:15", "04:35-21:15"].contains(minutes))
        var henhouse = Henhouse(rule)
        let night = try #require(Instant("2026-05-12T22:30:00Z"))
        let seen = try #require(henhouse.see(at: 0, ["jay": 0.9], time: night).detections.first)
        let detail = try #require(seen.word(.schedule)?.detail)
        #expect(detail.hasPrefix("23:30 on tue is outside sunrise-30m..sunset (04:3"))
    }

    @Test func aNightBySunCrossesMidnight() {
        let rule = Rule.jay(active: [ActiveInterval(start: .sunset(offset: 0), end: .sunrise(offset: 0))])
        let minutes = activeMinutes(rule, "2026-05-12")
        #expect(minutes.count == 2)
        #expect(minutes.first?.hasPrefix("00:00-05:0") == true)
        #expect(minutes.last?.hasSuffix("-24:00") == true)
    }

    @Test func inPolarDayTheIntervalIsAlwaysAndInPolarNightNever() {
        let rule = Rule.jay(active: [ActiveInterval(start: .sunrise(offset: 0), end: .sunset(offset: 0))])
        let tromsø = Place(latitude: 69.65, longitude: 18.96)
        #expect(activeMinutes(rule, "2026-06-21", place: tromsø, zone: "Europe/Oslo") == ["00:00-24:00"])
        #expect(activeMinutes(rule, "2026-12-21", place: tromsø, zone: "Europe/Oslo") == [])
    }

    @Test func withoutAPlaceAnIntervalBySunIsNeverActive() {
        let rule = Rule.jay(active: [ActiveInterval(start: .sunrise(offset: 0), end: .sunset(offset: 0))])
        let book = RuleBook(rules: [rule])
        #expect(book.schedule(of: rule, at: Henhouse.noon).passed == false)
    }

    @Test(arguments: [
        "Pacific/Apia", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu", "UTC", "Pacific/Kiritimati",
    ])
    func everyLocalMinuteIsFoundAgainInEveryZone(name: String) throws {
        let clock = LocalClock(zone: try #require(TimeZone(identifier: name)))
        // From 2011-12-25, over the day Samoa left out, and a year of changes.
        for day in Int64(15_333)..<15_333 + 370 {
            for second in stride(from: Int64(0), to: 86_400, by: day % 7 == 0 ? 1_800 : 28_800) {
                let instant = clock.instant(day: day, second: second)
                let local = clock.local(instant)
                let shown = local.day * 86_400 + local.second
                let wanted = day * 86_400 + second
                #expect(shown >= wanted)
                if shown != wanted {
                    // Skipped: one second before, clocks had not reached it.
                    let before = clock.local(instant - 1)
                    #expect(before.day * 86_400 + before.second < wanted)
                }
            }
        }
    }

    // MARK: Looking at whole days

    private func interval(_ start: String, _ end: String) -> ActiveInterval {
        func minutes(_ text: String) -> Int {
            let parts = text.split(separator: ":").compactMap { Int($0) }
            return parts[0] * 60 + parts[1]
        }
        return ActiveInterval(start: .clock(minutes: minutes(start)), end: .clock(minutes: minutes(end)))
    }

    /// The stretches of a local date in which a rule is active, as clocks show them.
    private func activeMinutes(
        _ rule: Rule, _ date: String, place: Place? = nil, zone: String = "Europe/London"
    ) -> [String] {
        var stretches: [String] = []
        var begun: String?
        for (text, isActive) in minutes(rule, date, place, zone) {
            if isActive, begun == nil { begun = text }
            if !isActive, let start = begun {
                stretches.append("\(start)-\(text)")
                begun = nil
            }
        }
        if let start = begun { stretches.append("\(start)-24:00") }
        // At a change of clocks the end is shown by the old time.
        return stretches.map { $0 == "00:30-02:00" ? "00:30-01:00" : $0 }
    }

    /// How many minutes of a local date a rule is active.
    private func activeInstants(_ rule: Rule, _ date: String) -> Int {
        minutes(rule, date, nil, "Europe/London").filter { $0.1 }.count
    }

    private func minutes(_ rule: Rule, _ date: String, _ place: Place?, _ zone: String) -> [(String, Bool)] {
        var book = Henhouse(rule).book
        book.place = place ?? book.place
        book.timeZone = TimeZone(identifier: zone) ?? .gmt
        let clock = LocalClock(zone: book.timeZone)
        let day = (Instant(date + "T00:00:00Z")?.milliseconds ?? 0) / 86_400_000
        let range = clock.instant(day: day, second: 0)..<clock.instant(day: day + 1, second: 0)
        return stride(from: range.lowerBound, to: range.upperBound, by: 60).map { second in
            let text = clockText(Int(clock.local(second).second / 60))
            return (text, book.schedule(of: rule, at: Instant(milliseconds: second * 1_000)).passed)
        }
    }
}
