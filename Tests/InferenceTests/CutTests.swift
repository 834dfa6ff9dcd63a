import Testing

@testable import Inference

/// How evenly units fall to the threads, when each takes the next from its end.
struct CutTests {
    private func cost(lines: Int, line: Int, columns: Int, column: Int, threads: Int) -> Double {
        Cut(lines: lines, line: line, columns: columns, column: column, stripByStrip: true)
            .cost(threads: threads, images: 1, perStrip: 0)
    }

    @Test func anEvenCutCostsNoMoreThanItsUnits() {
        #expect(abs(cost(lines: 56, line: 7, columns: 64, column: 64, threads: 2) - 1.016) < 1e-9)
        #expect(abs(cost(lines: 56, line: 7, columns: 64, column: 64, threads: 4) - 1.016) < 1e-9)
    }

    @Test func oneUnitTooManyCostsTheOtherThreadsTheirTime() {
        // Five strips for two threads: three to two.
        #expect(abs(cost(lines: 49, line: 49, columns: 320, column: 64, threads: 2) - 1.21) < 1e-9)
        #expect(cost(lines: 49, line: 49, columns: 320, column: 32, threads: 2) < 1.05)
    }

    @Test func aThreadWithoutAUnitWaits() {
        #expect(cost(lines: 7, line: 7, columns: 64, column: 64, threads: 2) > 2)
    }
}
