import Synchronization

/// Counts what the two threads of the frame's path take up and finish, so that somebody else can tell whether they move.
final class FrameMotion: Sendable {
    private let begun = Atomic<Int>(0)
    private let ended = Atomic<Int>(0)

    /// A stage has taken up a frame.
    func begin() { begun.add(1, ordering: .relaxed) }

    /// A stage is done with a frame, whatever came of it.
    func end() { ended.add(1, ordering: .relaxed) }

    /// How things are at one moment.
    struct Look: Equatable, Sendable {
        var begun: Int
        var ended: Int
        /// Frames that wait to be taken up.
        var waiting: Int

        /// Whether there was something to do from then to now, and nothing was begun or finished.
        func isStuck(since before: Look) -> Bool {
            guard begun == before.begun, ended == before.ended else { return false }
            return begun != ended || min(waiting, before.waiting) > 0
        }
    }

    /// - Parameter waiting: frames that wait to be taken up.
    func look(waiting: Int) -> Look {
        // `ended` first: a frame that ends between the two looks as if it were under way still, never the reverse.
        let ended = ended.load(ordering: .acquiring)
        return Look(begun: begun.load(ordering: .acquiring), ended: ended, waiting: waiting)
    }
}
