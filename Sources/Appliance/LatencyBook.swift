import Histogram
import Synchronization
import Vocabulary

/// How long frames took, by stage and in all, and which stage cost the time where a deadline was missed.
///
/// Values are kept in microseconds in HDR histograms with two significant digits: a minute at most, 1 % off at most,
/// some 20 kB a stage for ever.
final class LatencyBook: Sendable {
    /// What a page and a summary show.
    struct Figures: Sendable {
        var count: UInt64
        var sum: Duration
        var p50: Duration
        var p95: Duration
        var p99: Duration
        var longest: Duration
    }

    private struct Pages {
        var total = LatencyBook.histogram()
        var stages: [Stage: Histogram<UInt32>] = [:]
        var missed: [Stage: Int] = [:]
    }

    private let pages = Mutex(Pages())

    /// Notes one answered frame. Frames that came while Rooster was down count as a cause, not in the percentiles.
    /// - Complexity: a lock and one addition a stage; under a microsecond.
    func note(_ report: FrameReport) {
        pages.withLock { pages in
            if let missed = report.missed { pages.missed[missed, default: 0] += 1 }
            guard let latency = report.latency, report.missed != .notRunning else { return }
            pages.total.record(microseconds(latency))
            for (stage, duration) in report.timings {
                pages.stages[stage, default: LatencyBook.histogram()].record(microseconds(duration))
            }
        }
    }

    /// File complete to action started, or to the decision; nil before the first frame.
    func total() -> Figures? { pages.withLock { figures($0.total) } }

    /// The same for each stage that was seen.
    func stages() -> [Stage: Figures] { pages.withLock { $0.stages.compactMapValues(figures) } }

    /// Missed deadlines by cause.
    func missed() -> [Stage: Int] { pages.withLock { $0.missed } }

    private static func histogram() -> Histogram<UInt32> {
        Histogram(highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: .two)
    }
}

private func figures(_ histogram: Histogram<UInt32>) -> LatencyBook.Figures? {
    guard histogram.totalCount > 0 else { return nil }
    func at(_ percentile: Double) -> Duration {
        .microseconds(Int64(clamping: histogram.valueAtPercentile(percentile)))
    }
    return LatencyBook.Figures(
        count: histogram.totalCount, sum: .microseconds(Int64(histogram.mean * Double(histogram.totalCount))),
        p50: at(50), p95: at(95), p99: at(99), longest: at(100))
}

private func microseconds(_ duration: Duration) -> UInt64 {
    UInt64(max(0, min(duration.milliseconds * 1_000, 60_000_000)))
}
