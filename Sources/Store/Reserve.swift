import Glibc
import Synchronization

/// A file that holds space for records on a full disk: it is given up when the database cannot grow, and taken up again
/// when there is room.
final class Reserve: Sendable {
    static let bytes: Int64 = 8 << 20
    private let path: String
    private let isHeld: Mutex<Bool>

    /// Takes the space up if there is room for it beside `keepFree`.
    init(directory: String) {
        path = directory + "/reserve"
        let state = try? FileState(path: path)
        isHeld = Mutex(state?.size == Self.bytes)
    }

    var isUsed: Bool { !isHeld.withLock { $0 } }

    /// Gives the space up.
    /// - Returns: false where there was none left.
    func release() -> Bool {
        isHeld.withLock { held in
            guard held else { return false }
            held = false
            return unlink(path) == 0
        }
    }

    /// Takes the space up again where at least four times as much is free.
    func takeUp(free: Int64) {
        isHeld.withLock { held in
            guard !held, free >= 4 * Self.bytes, let file = try? OwnedDescriptor(creating: path, mode: 0o600) else {
                return
            }
            // Blocks, not a hole: that is the point of it.
            held = posix_fallocate(file.descriptor, 0, off_t(Self.bytes)) == 0
            if !held { unlink(path) }
        }
    }
}
