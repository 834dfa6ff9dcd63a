import Store
import Synchronization
import Vocabulary

/// Whether the ages of what is on record can be believed.
///
/// A clock that jumps years ahead makes all that is kept look old at once. After such a step nothing is removed for its
/// age for a day, in which the clock may be put right; budget and free space go on counting, they need no clock.
struct Ages {
    /// Smaller steps remove nothing that would not go within the hour.
    static let tolerated = Duration.seconds(3_600)
    /// A machine may be switched off for so long without its clock being doubted at the next start.
    static let toleratedRest = Duration.seconds(7 * 86_400)
    /// How long a clock has to go steadily to be believed again.
    static let patience = Duration.seconds(86_400)

    private var last: Moment
    private var doubt: (step: Duration, until: Duration)?

    /// - Parameter seen: the wall clock when an earlier life looked last; nil where there was none.
    init(seen: Instant?, now: Moment) {
        last = now
        guard let seen else { return }
        let rest = now.wall - seen
        if rest < .zero - Ages.tolerated || rest > Ages.toleratedRest { doubt = (rest, now.monotonic + Ages.patience) }
    }

    /// Reads the clocks.
    mutating func note(_ now: Moment) {
        let step = now.wall - last.wall - (now.monotonic - last.monotonic)
        if step > Ages.tolerated || step < .zero - Ages.tolerated {
            doubt = (step, now.monotonic + Ages.patience)
        } else if let doubt, now.monotonic >= doubt.until {
            self.doubt = nil
        }
        last = now
    }

    /// How far the clock was set, where ages are not believed; forward is positive.
    var step: Duration? { doubt?.step }
}

/// Shares ``Ages`` between those who watch the clock and those who show it, and keeps it across restarts.
final class AgeKeeper: Sendable {
    private let ages: Mutex<Ages>

    /// Longer than anything was ever kept.
    static let forEver = Duration.seconds(1_000 * 366 * 86_400)
    private static let noteName = "clock"

    /// Takes up what an earlier life left.
    init(_ store: Store, now: Moment) async {
        let seen = try? await store.note(AgeKeeper.noteName)
        ages = Mutex(Ages(seen: seen.flatMap { $0 }.flatMap { Instant($0) }, now: now))
    }

    /// Reads the clocks.
    func note(_ now: Moment) { ages.withLock { $0.note(now) } }

    /// Keeps the time for the next start.
    func keep(in store: Store) async {
        try? await store.setNote(AgeKeeper.noteName, to: Clock.now().wall.description)
    }

    /// Why nothing is removed for its age, as a sentence; nil where ages are believed.
    var doubt: String? {
        guard let step = ages.withLock({ $0.step }) else { return nil }
        let hours = Int((abs(step.seconds) / 3_600).rounded())
        let span = hours < 48 ? "\(hours) hours" : "\(hours / 24) days"
        return """
            It jumped by \(span) \(step > .zero ? "forward" : "back"). For a day nothing is removed for its age, in case \
            the clock is wrong: see that the machine gets the time from the network.
            """
    }
}
