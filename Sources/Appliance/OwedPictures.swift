import Store
import Synchronization
import Vocabulary

/// Pictures that could not be kept yet: their frame waits in memory, or the disk refuses files. Tried again until they
/// are; bounded.
final class OwedPictures: Sendable {
    /// A recorded frame whose picture is to be kept, or withheld.
    struct Picture: Sendable {
        /// Without its answers, which are most of it.
        var report: FrameReport
        var isWithheld: Bool

        init(_ report: FrameReport, isWithheld: Bool) {
            self.report = report
            self.report.answers = []
            self.isWithheld = isWithheld
        }
    }

    private struct State {
        var pictures: [Picture] = []
        var lost = 0
    }

    /// A few minutes of a busy camera.
    private static let most = 1_000
    private let state = Mutex(State())

    /// Given up since the start, because too many waited.
    var lost: Int { state.withLock { $0.lost } }

    /// One more waits; the oldest is given up where there are too many.
    /// - Returns: true where it is the first.
    func put(_ picture: Picture) -> Bool {
        state.withLock { state in
            state.pictures.append(picture)
            if state.pictures.count > OwedPictures.most {
                state.pictures.removeFirst()
                state.lost += 1
            }
            return state.pictures.count == 1
        }
    }

    /// Takes the oldest that waits.
    func take() -> Picture? {
        state.withLock { $0.pictures.isEmpty ? nil : $0.pictures.removeFirst() }
    }

    /// Puts back what could not be kept now, before all others.
    func putBack(_ picture: Picture) { state.withLock { $0.pictures.insert(picture, at: 0) } }
}
