import TestSupport
import Testing
import Vocabulary

@testable import Appliance

struct LatencyBookTests {
    private func report(_ milliseconds: Int64, missed: Stage? = nil) -> FrameReport {
        FrameReport(
            identity: FrameIdentity(source: "yard", file: .path("a"), size: 1, modified: 1), path: "a",
            time: Instant(milliseconds: 0), state: .recorded, deadline: .seconds(1),
            latency: .milliseconds(milliseconds), missed: missed, timings: [.infer: .milliseconds(milliseconds / 2)])
    }

    @Test func percentilesAreWithinOnePercent() throws {
        let book = LatencyBook()
        #expect(book.total() == nil)
        for value in 1...100 { book.note(report(Int64(value * 10))) }
        let figures = try #require(book.total())
        #expect(figures.count == 100)
        #expect(abs(figures.p50.milliseconds - 500) <= 10)
        #expect(abs(figures.p95.milliseconds - 950) <= 15)
        #expect(abs(figures.p99.milliseconds - 990) <= 15)
        #expect(abs(try #require(book.stages()[.infer]).p50.milliseconds - 250) <= 5)
    }

    @Test func missesAreCountedByCauseAndFramesOfTheTimeOffStayOutOfThePercentiles() {
        let book = LatencyBook()
        book.note(report(2_000, missed: .infer))
        book.note(report(3_600_000, missed: .notRunning))
        #expect(book.missed() == [.infer: 1, .notRunning: 1])
        #expect(book.total()?.count == 1)
    }

    @Test func anAbsurdLatencyIsKeptAsTheLongestItCanHold() {
        let book = LatencyBook()
        book.note(report(Int64.max / 1_000_000))
        book.note(report(-5))
        #expect(book.total()?.count == 2)
    }
}
