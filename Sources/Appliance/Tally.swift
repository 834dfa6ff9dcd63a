import Site
import Store
import Synchronization
import Vocabulary

/// Counts what happened since the start.
final class Tally: Sendable {
    private let state = Mutex(ApplianceStatus.Counts())

    /// A frame was handed over.
    func note(_ report: FrameReport) {
        state.withLock { counts in
            let state: FrameItem.State =
                switch report.state {
                case .recorded: .recorded
                case .quarantined: .quarantined
                case .noted: .noted
                }
            counts.frames[state, default: 0] += 1
            if report.late { counts.late += 1 }
            counts.detections += report.detections.count
            counts.nearMisses += report.nearMisses.count
            for action in report.actions.values where action.state.isFinal {
                counts.actions[action.state, default: 0] += 1
            }
            let heldBack = report.detections.count { $0.action != nil && $0.heldBack != nil }
            if heldBack > 0 { counts.actions[.heldBack, default: 0] += heldBack }
        }
    }

    /// An action came further; only ends are counted.
    func note(_ report: ActionReport) {
        guard report.state.isFinal else { return }
        state.withLock { $0.actions[report.state, default: 0] += 1 }
    }

    /// What was counted so far.
    func counts(intentsUnwritten: Int) -> ApplianceStatus.Counts {
        var counts = state.withLock { $0 }
        counts.intentsUnwritten = intentsUnwritten
        return counts
    }
}
