import Glibc
import Synchronization

/// The memory of one picture. Given back to its pool when the last picture that uses it goes.
///
/// `@unchecked Sendable`: the decoder that took it writes to it before it makes a `Picture` of it, as its only holder; from
/// then on it is only read. The pool hands it out again only after the last holder has let go, through its lock.
final class PixelBuffer: @unchecked Sendable {
    /// At least as many bytes as were asked for, aligned to a cache line.
    let bytes: UnsafeMutableRawBufferPointer
    private let pool: PixelPool

    fileprivate init(bytes: UnsafeMutableRawBufferPointer, pool: PixelPool) {
        self.bytes = bytes
        self.pool = pool
    }

    deinit { pool.giveBack(bytes) }
}

/// Memory for pictures, used again: the decoder fills one while the network still reads the one before.
///
/// `@unchecked Sendable`: the spare memory is touched under the lock only, and belongs to nobody else.
final class PixelPool: @unchecked Sendable {
    /// One in the network, one in the mailbox, one being decoded; two of them can be idle at once.
    private static let spareBuffers = 2
    /// Frames of a usual size take under 2 MB; larger ones are rare, and must not stay for good on a small board.
    private static let largestSpare = 16_000_000
    private static let alignment = 64

    private let spare = Mutex<[Spare]>([])

    /// Memory that nobody uses.
    private struct Spare: @unchecked Sendable {
        let bytes: UnsafeMutableRawBufferPointer
    }

    /// Memory for `count` bytes; its contents are whatever was there.
    /// - Returns: nil where there is none.
    func take(_ count: Int) -> PixelBuffer? {
        let found: Spare? = spare.withLock { spare in
            // Not one that is far too large: it would be held for a small picture.
            guard let index = spare.firstIndex(where: { $0.bytes.count >= count && $0.bytes.count / 4 <= count }) else {
                return nil
            }
            return spare.remove(at: index)
        }
        if let found { return PixelBuffer(bytes: found.bytes, pool: self) }
        var memory: UnsafeMutableRawPointer?
        guard posix_memalign(&memory, Self.alignment, max(count, 1)) == 0, let memory else { return nil }
        return PixelBuffer(bytes: UnsafeMutableRawBufferPointer(start: memory, count: count), pool: self)
    }

    fileprivate func giveBack(_ bytes: UnsafeMutableRawBufferPointer) {
        let unneeded: Spare? = spare.withLock { spare in
            if bytes.count > Self.largestSpare { return Spare(bytes: bytes) }
            spare.append(Spare(bytes: bytes))
            return spare.count > Self.spareBuffers ? spare.removeFirst() : nil
        }
        free(unneeded?.bytes.baseAddress)
    }

    deinit { spare.withLock { $0.forEach { free($0.bytes.baseAddress) } } }
}
