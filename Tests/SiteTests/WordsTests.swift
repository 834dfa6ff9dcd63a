import Testing
import Vocabulary

@testable import Site

@Suite struct WordsTests {
    @Test(arguments: [
        (0.0, "0\u{A0}ms"), (3.14, "3.1\u{A0}ms"), (84.4, "84\u{A0}ms"), (999.4, "999\u{A0}ms"), (1_000, "1\u{A0}s"),
        (1_340, "1.3\u{A0}s"), (12_000, "12\u{A0}s"), (99_999, "99\u{A0}s"), (150_000, "2\u{A0}min"),
        (7_200_000, "2\u{A0}h"), (86_400_000 * 3, "3\u{A0}days"), (.infinity, "for ever"), (-5, "0\u{A0}ms"),
    ])
    func durationsAreReadByPeople(milliseconds: Double, text: String) {
        #expect(Words.duration(milliseconds: milliseconds) == text)
    }

    @Test(arguments: [(0, "0"), (999, "999"), (5_214, "5,214"), (1_000_000, "1,000,000"), (-1_500, "-1,500")])
    func largeNumbersAreGrouped(value: Int, text: String) {
        #expect(Words.count(value) == text)
    }

    @Test(arguments: [
        (0, "0\u{A0}bytes"), (1_500, "1.5\u{A0}kB"), (4_000_000_000, "4\u{A0}GB"), (61_440_000_000, "61\u{A0}GB"),
    ])
    func sizesAreThoseOfDisks(bytes: Int64, text: String) {
        #expect(Words.bytes(bytes) == text)
    }

    @Test(arguments: [
        ("connection refused", "Connection refused."), ("is it there?", "Is it there?"), ("", ""),
        ("https://ntfy.example answers 502", "https://ntfy.example answers 502."), ("a.jpg ends", "a.jpg ends."),
        ("efficientnet-lite0/1 is damaged.", "efficientnet-lite0/1 is damaged."), ("élan", "Élan."),
    ])
    func sentencesBeginLargeUnlessTheyBeginWithAName(text: String, sentence: String) {
        #expect(Words.sentence(text) == sentence)
    }

    @Test func aTimeAheadOfOurClockIsNow() {
        let now = Instant(milliseconds: 1_000_000)
        #expect(Words.ago(now + .seconds(30), now: now) == "now")
        #expect(Words.ago(now - .seconds(3), now: now) == "3\u{A0}s ago")
        #expect(Words.ago(Instant(milliseconds: .min), now: now).hasSuffix("days ago"))
    }

    @Test(arguments: [(-1.0, "0.00"), (0.004, "0.00"), (0.97, "0.97"), (1.0, "1.00"), (7, "1.00"), (.nan, "0.00")])
    func probabilitiesHaveTwoDigits(value: Double, text: String) {
        #expect(Words.probability(value) == text)
    }

    @Test func timesAreThoseOfThePlaceAcrossADaylightSavingChange() throws {
        let time = LocalTime("Europe/London")
        let winter = try #require(Instant("2026-03-29T00:59:59Z"))
        let summer = try #require(Instant("2026-03-29T01:00:00Z"))
        #expect(time.second(winter) == "00:59:59")
        #expect(time.second(summer) == "02:00:00")
        #expect(time.machine(summer) == "2026-03-29T02:00:00.000+01:00")
        #expect(LocalTime("America/St_Johns").machine(winter) == "2026-03-28T22:29:59.000-02:30")
        #expect(time.long(SiteFixture.now) == "Tuesday 12\u{A0}May 2026")
        #expect(time.short(SiteFixture.now, now: SiteFixture.now) == "07:42")
        #expect(time.short(SiteFixture.now - .seconds(86_400), now: SiteFixture.now) == "Mon 07:42")
        #expect(time.short(SiteFixture.now - .seconds(40 * 86_400), now: SiteFixture.now) == "2\u{A0}April, 07:42")
    }

    @Test(arguments: [Int64.min, -1, 0, Int64.max]) func noInstantIsTooFarToBeTold(milliseconds: Int64) {
        let instant = Instant(milliseconds: milliseconds)
        #expect(LocalTime("Europe/London").short(instant, now: SiteFixture.now).isEmpty == false)
        #expect(LocalTime("Europe/London").machine(instant).isEmpty == false)
    }

    @Test func datesOfHTTPGoThereAndBack() throws {
        #expect(HTTPDate.text(SiteFixture.now) == "Tue, 12 May 2026 06:42:00 GMT")
        #expect(HTTPDate.instant("Tue, 12 May 2026 06:42:00 GMT") == SiteFixture.now)
        for text in ["", "yesterday", "Tue, 99 May 2026 06:42:00 GMT", "Tue, 12 Mai 2026 06:42:00 GMT"] {
            #expect(HTTPDate.instant(text) == nil)
        }
    }
}
