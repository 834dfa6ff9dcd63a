import Vocabulary

/// Says yes or no slowly, so that a state of a source doesn't flap: enough frames in a row, over enough time, have to
/// speak against the present answer. Pure.
struct Hysteresis: Sendable {
    /// How much it takes to change the answer.
    struct Patience: Sendable {
        /// Frames in a row, at least one.
        var frames: Int
        /// From the first of them to the last.
        var time: Duration
    }

    /// What a frame changed.
    enum Turn: Equatable, Sendable {
        /// It holds, since the first frame of those that said so.
        case began(since: Instant)
        /// It is over, since the first frame of those that said so.
        case ended(at: Instant)
    }

    private struct Streak {
        var frames: Int
        var first: Moment
    }

    private let enter: Patience
    private let leave: Patience
    /// The present answer.
    private(set) var holds: Bool
    /// Frames in a row that speak against it.
    private var streak: Streak?

    /// - Parameter holds: what is known from an earlier life.
    init(enter: Patience, leave: Patience, holds: Bool = false) {
        self.enter = enter
        self.leave = leave
        self.holds = holds
    }

    /// Takes what one frame says; nil: it can't tell, and changes nothing.
    /// - Parameter at: when the frame was complete; never earlier than that of the frame before.
    mutating func note(_ seen: Bool?, at: Moment) -> Turn? {
        guard let seen else { return nil }
        guard seen != holds else {
            streak = nil
            return nil
        }
        var streak = streak ?? Streak(frames: 0, first: at)
        streak.frames += 1
        self.streak = streak
        let patience = holds ? leave : enter
        guard streak.frames >= patience.frames, at.monotonic - streak.first.monotonic >= patience.time else {
            return nil
        }
        holds = seen
        self.streak = nil
        return seen ? .began(since: streak.first.wall) : .ended(at: streak.first.wall)
    }
}
