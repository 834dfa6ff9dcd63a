import Capture
import Models
import Synchronization
import Vocabulary

/// Answers of shadow and baseline on networks of their own: for when the lane has nothing else to do, newest frame first.
///
/// Belongs to the lane's thread; the counts are read by others. Few frames wait, as each holds its picture; the oldest are
/// given up and counted.
final class LaterAnswers {
    /// How many frames were answered and given up.
    final class Counts: Sendable {
        private let answered = Atomic<Int>(0)
        private let skipped = Atomic<Int>(0)

        /// Since the start.
        var now: (answered: Int, skipped: Int) {
            (answered.load(ordering: .relaxed), skipped.load(ordering: .relaxed))
        }

        fileprivate func answer() { answered.add(1, ordering: .relaxed) }
        fileprivate func skip(_ count: Int) { skipped.add(count, ordering: .relaxed) }
    }

    private struct Work {
        var frame: DecodedFrame
        var guests: [Crew.Member]
        /// The next region of the first guest.
        var region = 0
        var found: [FrameReport.LateAnswer] = []
    }

    /// Pictures of some megabytes each.
    private static let capacity = 4
    private var waiting: [Work] = []
    private let counts: Counts
    private let reports: ReportQueue

    init(_ counts: Counts, _ reports: ReportQueue) {
        self.counts = counts
        self.reports = reports
    }

    /// True where nothing waits.
    var isEmpty: Bool { waiting.isEmpty }

    /// A frame was answered by production.
    func put(_ frame: DecodedFrame, _ guests: [Crew.Member]) {
        waiting.append(Work(frame: frame, guests: guests))
        guard waiting.count > LaterAnswers.capacity else { return }
        waiting.removeFirst()
        counts.skip(1)
    }

    /// Forgets all that waits: the crew has changed, or the lane ends.
    func drop() {
        counts.skip(waiting.count)
        waiting = []
    }

    /// Answers one region of the newest frame: what a new frame may have to wait for.
    func work() {
        guard var work = waiting.popLast() else { return }
        let regions = work.frame.source.regions
        if let guest = work.guests.first, regions.indices.contains(work.region) {
            let region = regions[work.region]
            if let answer = try? guest.classifier.classify(work.frame.picture, region: region) {
                work.found.append(.init(role: guest.role, region: region, place: work.region, answer.prediction))
            }
            work.region += 1
        }
        if work.region >= regions.count {
            work.guests.removeFirst()
            work.region = 0
        }
        guard work.guests.isEmpty else { return waiting.append(work) }
        counts.answer()
        if !work.found.isEmpty { reports.put(late: work.found, of: work.frame.claim.id) }
    }
}
