import Foundation
import TestSupport
import Testing
import Vocabulary

@Suite("Instants")
struct InstantTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00.000Z", 0), ("2026-05-12T07:42:00.084Z", 1_778_571_720_084),
            ("2000-02-29T23:59:59.999Z", 951_868_799_999), ("1969-12-31T23:59:59.999Z", -1),
            ("0000-01-01T00:00:00.000Z", -62_167_219_200_000), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ] as [(String, Int64)])
    func instantsAreWrittenInUTCWithMilliseconds(text: String, milliseconds: Int64) {
        #expect(Instant(milliseconds: milliseconds).description == text)
        #expect(Instant(text) == Instant(milliseconds: milliseconds))
    }

    @Test(arguments: UInt64(0)..<100)
    func everyInstantOfFourDigitYearsIsReadAsItWasWritten(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<100 {
            let instant = Instant(milliseconds: .random(in: -62_167_219_200_000...253_402_300_799_999, using: &random))
            #expect(Instant(instant.description) == instant)
        }
    }

    @Test(arguments: UInt64(0)..<20)
    func foundationAgreesAboutTheDate(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let formatter = ISO8601DateFormatter()
        for _ in 0..<20 {
            // From 1900: the formatter follows the Julian calendar long before.
            let seconds = Int64.random(in: -2_208_988_800...253_402_300_799, using: &random)
            let theirs = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
            #expect(Instant(milliseconds: seconds * 1_000).description == theirs.dropLast() + ".000Z")
        }
    }

    @Test(arguments: [
        ("2026-05-12T09:42:00+02:00", "2026-05-12T07:42:00.000Z"), ("2026-05-12t07:42:00z", "2026-05-12T07:42:00.000Z"),
        ("2026-05-12 07:42:00Z", "2026-05-12T07:42:00.000Z"), ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00.000Z"),
        ("2026-05-12T07:42:00.1Z", "2026-05-12T07:42:00.100Z"),
        ("2026-05-12T07:42:00.123456789Z", "2026-05-12T07:42:00.123Z"),
        ("2026-12-31T23:59:60Z", "2027-01-01T00:00:00.000Z"), ("2026-05-11T23:42:00-08:00", "2026-05-12T07:42:00.000Z"),
    ])
    func offsetsFractionsAndLeapSecondsAreRead(text: String, expected: String) {
        #expect(Instant(text)?.description == expected)
    }

    @Test(arguments: [
        "", "2026", "2026-05-12", "2026-05-12T07:42Z", "2026-05-12T07:42:00", "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
        "2026-05-12T24:00:00Z", "2026-05-12T07:60:00Z", "2026-05-12T07:42:61Z", "2026-05-12T07:42:00.Z",
        "2026-05-12T07:42:00+0200", "2026-05-12T07:42:00+24:00", "2026-05-12T07:42:00Z ", "-026-05-12T07:42:00Z",
        "+2026-05-12T07:42:00Z", "２026-05-12T07:42:00Z", "2026-05-12T07:42:00.1e3Z",
        // Beyond four digits of a year: what is read could not be written again.
        "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z", "0000-01-01T00:00:00+00:01",
    ])
    func anythingElseIsNoInstant(text: String) {
        #expect(Instant(text) == nil)
    }

    @Test(arguments: [(1_900, 28), (2_000, 29), (2_024, 29), (2_025, 28), (2_100, 28), (2_400, 29)])
    func leapYearsAreThoseOfTheGregorianCalendar(year: Int, days: Int) {
        #expect(Instant("\(year)-02-\(days)T00:00:00Z") != nil)
        #expect(Instant("\(year)-02-\(days + 1)T00:00:00Z") == nil)
    }

    @Test func daysAndDatesAreInverseOverFourHundredYears() {
        var expected = (year: Int64(1_870), month: Int64(1), day: Int64(1))
        for day in Instant.days(year: 1_870, month: 1, day: 1)..<Instant.days(year: 2_270, month: 1, day: 1) {
            let date = Instant.civil(fromDays: day)
            guard date == expected, Instant.days(year: date.year, month: date.month, day: date.day) == day else {
                Issue.record("day \(day) is \(date), expected \(expected)")
                return
            }
            let isLeap = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0)
            let months = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as [Int64]
            expected.day += 1
            if expected.day > months[Int(date.month - 1)] { expected = (date.year, date.month + 1, 1) }
            if expected.month > 12 { expected = (date.year + 1, 1, 1) }
        }
    }

    @Test func theEndsOfTimeAreReachedWithoutOverflow() {
        let last = Instant(milliseconds: .max)
        let first = Instant(milliseconds: .min)
        #expect(last + .seconds(1) == last)
        #expect(first - .seconds(1) == first)
        #expect(last - first > .zero && first - last < .zero)
        #expect(!last.description.isEmpty && !first.description.isEmpty)
        #expect(Duration.seconds(Int64.max).wholeMilliseconds == .max)
        #expect(Duration.seconds(Int64.min).wholeMilliseconds == .min)
    }

    @Test func jsonHasTheTextAndRefusesOthers() throws {
        let instant = Instant(milliseconds: 1_778_571_720_084)
        let json = try JSONEncoder().encode([instant])
        #expect(String(decoding: json, as: UTF8.self) == #"["2026-05-12T07:42:00.084Z"]"#)
        #expect(try JSONDecoder().decode([Instant].self, from: json) == [instant])
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([Instant].self, from: Data(#"["yesterday"]"#.utf8))
        }
    }
}
