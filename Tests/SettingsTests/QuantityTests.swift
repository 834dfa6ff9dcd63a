import Rules
import TestSupport
import Testing
import Vocabulary

@testable import Settings

@Suite("Quantities")
struct QuantityTests {
    @Test(
        arguments: [
            ("250ms", 250), ("30s", 30_000), ("5m", 300_000), ("5min", 300_000), ("2h", 7_200_000),
            ("30d", 2_592_000_000),
            ("1h30m", 5_400_000), ("1.5h", 5_400_000), ("1s500ms", 1_500), ("0s", 0), ("10 s", 10_000),
        ] as [(String, Int64)])
    func durationsAreReadWithTheirUnits(text: String, milliseconds: Int64) {
        #expect(duration(text) == .milliseconds(milliseconds))
    }

    @Test(arguments: [
        "", "30", "s", "-5s", "5 fortnights", "1m1h", "1h1h", "1e9d", ".5s", "5.s", "0x10s", "5s ", "nan s", "٣s", "5S",
    ])
    func anythingElseIsNoDuration(text: String) {
        #expect(duration(text) == nil)
    }

    @Test(
        arguments: [
            ("4GB", 4_000_000_000), ("4GiB", 4_294_967_296), ("500MB", 500_000_000), ("1.5kB", 1_500), ("0B", 0),
            ("2 TB", 2_000_000_000_000),
        ] as [(String, Int64)])
    func sizesAreReadWithTheirUnits(text: String, bytes: Int64) {
        #expect(size(text) == bytes)
    }

    @Test(arguments: ["4", "4gb", "4G", "-1MB", "1e30GB", "99999999TB", "GB"])
    func anythingElseIsNoSize(text: String) {
        #expect(size(text) == nil)
    }

    @Test(
        arguments: [("20/h", 20, 3_600), ("5/10min", 5, 600), ("100/d", 100, 86_400), ("1/s", 1, 1)]
            as [(String, Int, Int64)])
    func ratesAreReadWithTheirWindow(text: String, count: Int, seconds: Int64) throws {
        let read = try #require(rate(text))
        #expect(read == Rate(count: count, window: .seconds(seconds)))
        #expect(read.description == text)
    }

    @Test(arguments: ["20", "/h", "20/", "0/h", "20/0s", "20/h/h", "x/h", "20/year", "-1/h"])
    func anythingElseIsNoRate(text: String) {
        #expect(rate(text) == nil)
    }

    @Test(arguments: UInt64(0)..<50)
    func whatIsWrittenIsReadAgain(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let milliseconds = Int64.random(in: 0...(Int64(1) << Int64.random(in: 1...41, using: &random)), using: &random)
        let length = Duration.milliseconds(milliseconds)
        #expect(duration(written(length)) == length, "\(written(length))")
        let bytes = Int64.random(in: 0...(Int64(1) << Int64.random(in: 1...50, using: &random)), using: &random)
        #expect(size(written(size: bytes)) == bytes, "\(written(size: bytes))")
        #expect(size(written(size: bytes &* 1_000)) == bytes &* 1_000 || bytes &* 1_000 > 1 << 53)
    }

    @Test(arguments: ["06:30", "24:00", "sunset", "sunrise-30m", "sunset+1h30m", "sunrise+12h"])
    func timesOfDayAreReadAndWrittenAlike(text: String) throws {
        let time = try #require(timeOfDay(text))
        #expect(time.description == text)
    }

    @Test(arguments: [
        "24:01", "6", "6:5", "-1:00", "sunrise30m", "sunrise-", "noon", "sunset+30s", "sunrise-13h", "1:234", "",
    ])
    func anythingElseIsNoTimeOfDay(text: String) {
        #expect(timeOfDay(text) == nil)
    }

    @Test func theNearestWordIsOneASlipOfThePenAway() {
        let known = ["probability", "per_label", "publish", "cooldown", "confirm"]
        #expect(nearest(to: "probabilty", among: known) == "probability")
        #expect(nearest(to: "colodown", among: known) == "cooldown")
        #expect(nearest(to: "Publish", among: known) == "publish")
        #expect(nearest(to: "colour", among: known) == nil)
        #expect(nearest(to: "", among: known) == nil)
        #expect(nearest(to: String(repeating: "x", count: 100_000), among: known) == nil)
    }
}
