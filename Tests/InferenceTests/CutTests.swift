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

    /// Seven rows at the end even the threads out, and have all weights read once more.
    @Test func readingWeightsAgainCostsMoreThanAnUnevenCut() {
        func cost(line: Int, column: Int, linesOfWeights: Int) -> Double {
            Cut(lines: 49, line: line, columns: 320, column: column, stripByStrip: false)
                .cost(threads: 2, images: 1, perStrip: 0.01, linesOfWeights: linesOfWeights)
        }
        #expect(cost(line: 42, column: 192, linesOfWeights: 0) < cost(line: 49, column: 160, linesOfWeights: 0))
        #expect(cost(line: 42, column: 192, linesOfWeights: 16) > cost(line: 49, column: 160, linesOfWeights: 16))
    }

    /// The blocks of the stock network for two cores: halves of the picture, but for the smallest.
    @Test(arguments: [(56, 24, 144, 3, 2), (14, 80, 480, 3, 2), (14, 112, 672, 5, 2), (7, 192, 1152, 5, 1)])
    func eachCoreHasAHalfOfThePictureWhereTheRowsBetweenAreFew(
        side: Int, depth: Int, channels: Int, kernel: Int, bands: Int
    ) {
        var sizes = ExpandedDepthwiseStep.Sizes(
            images: 1, height: side, width: side, depth: depth, channels: channels, outputHeight: side,
            outputWidth: side, bandRows: side, turnRows: 1, ringRows: kernel, chunk: ExpandedDepthwiseStep.Sizes.panel)
        var window = Window.pointwise
        window.kernel = (kernel, kernel)
        sizes.spread(over: 1, parts: sizes.chunks, window: window, reach: kernel)
        #expect(sizes.bands == 1)
        sizes.spread(over: 2, parts: sizes.chunks, window: window, reach: kernel)
        #expect(sizes.bands == bands)
    }
}
