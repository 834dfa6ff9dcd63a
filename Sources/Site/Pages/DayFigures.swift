import Store
import Synchronization
import Vocabulary

/// What happened in the last 24 hours: sums over all frames of a day, which a small board takes its time for.
///
/// They are asked for again when twenty times as long has passed as the asking took, so that however many pages look,
/// this costs at most a twentieth of one core.
final class DayFigures: Sendable {
    struct Figures: Sendable {
        var quarterHours: [QuarterHour]
        var deadlines: DeadlineCounts
    }

    private struct Kept {
        var figures: Figures
        var until: ContinuousClock.Instant
    }

    private let store: Store
    private let patience: Int
    private let kept = Mutex<Kept?>(nil)

    /// - Parameter patience: how many times as long as asking took the answer is kept; 0: never.
    init(_ store: Store, patience: Int = 20) {
        self.store = store
        self.patience = patience
    }

    /// The figures of the day before `now`, at most a little old.
    func figures(at now: Instant) async throws -> Figures {
        let start = ContinuousClock.now
        if let kept = kept.withLock({ $0 }), start < kept.until { return kept.figures }
        let figures = Figures(
            quarterHours: try await store.quarterHours(until: now),
            deadlines: try await store.deadlines(since: now - .seconds(86_400)))
        let end = ContinuousClock.now
        kept.withLock { $0 = Kept(figures: figures, until: end + (end - start) * patience) }
        return figures
    }
}
