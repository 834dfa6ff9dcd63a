import Delivery
import Foundation
import Rules
import Store
import Synchronization
import Vocabulary

/// What the rules remember, shared by the lane that decides and the housekeeping that ends visits; kept across restarts.
final class RuleKeeper: Sendable {
    private let state: Mutex<RuleState>
    /// Tells this boot from others: monotonic times of another one mean nothing here.
    private let boot: String

    /// Takes up what was kept.
    init(_ store: Store, now: Moment) async {
        boot =
            (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8))?
            .trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        var kept = RuleState()
        if let text = try? await store.note(RuleKeeper.noteName),
            let state = try? JSONDecoder().decode(RuleState.self, from: Data(text.utf8))
        {
            kept = state
        }
        kept.resume(boot: boot, now: now)
        state = Mutex(kept)
    }

    /// Decides, or changes what is remembered. Held for microseconds.
    func withLock<Result>(_ body: (inout RuleState) -> Result) -> Result {
        state.withLock { body(&$0) }
    }

    /// Takes back the cool-down of an action that did not start after all: busy, over its rate, disarmed while it waited
    /// its turn, or stale when that came.
    func note(_ report: ActionReport, of detection: DetectionID) {
        guard report.state == .heldBack || report.state == .expired else { return }
        withLock { $0.withdraw(detection) }
    }

    /// Lets the cool-downs of actions of an earlier life go on.
    func restore(_ starts: [IntentJournal.Start], now: Moment) {
        withLock { state in
            for start in starts {
                state.noteAction(
                    rule: start.rule, source: start.source, region: start.region,
                    started: Moment(monotonic: now.monotonic - start.age, wall: start.at), boot: boot, now: now)
            }
        }
    }

    /// Keeps what is remembered; after a crash the last kept state is taken up, and intents restore the cool-downs.
    func keep(in store: Store) async {
        guard let data = try? JSONEncoder().encode(withLock { $0 }) else { return }
        try? await store.setNote(RuleKeeper.noteName, to: String(decoding: data, as: UTF8.self))
    }

    private static let noteName = "rules"
}
