import Store
import Synchronization
import Vocabulary

/// Whether actions may start: the store's word, kept at hand for the frame's path.
///
/// While running, the end of a disarming is counted on the clock that never jumps: a board that learns the time of day
/// must not be armed while its owner stands in the garden.
final class Arming: Sendable {
    private struct Held {
        var state: ArmedState
        /// When disarming ends, monotonic; nil: not by itself.
        var deadline: Duration?
    }

    private let held: Mutex<Held>

    init(_ state: ArmedState) {
        held = Mutex(Arming.hold(state))
    }

    /// What holds now; armed again where the time of disarming is over.
    var now: ArmedState {
        let held = held.withLock { $0 }
        guard let deadline = held.deadline, Clock.monotonic() >= deadline else { return held.state }
        return .armed(since: held.state.until ?? held.state.since)
    }

    /// False as long as nobody ever armed or disarmed.
    var wasSet: Bool { held.withLock { $0.state != .armed(since: Instant(milliseconds: 0)) } }

    func set(_ next: ArmedState) {
        let next = Arming.hold(next)
        held.withLock { $0 = next }
    }

    func isArmed(at now: Moment) -> Bool {
        held.withLock { $0.state.armed || $0.deadline.map { now.monotonic >= $0 } ?? false }
    }

    private static func hold(_ state: ArmedState) -> Held {
        let now = Clock.now()
        return Held(state: state, deadline: state.armed ? nil : state.left(at: now.wall).map { now.monotonic + $0 })
    }
}
