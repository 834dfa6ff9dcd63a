import Glibc
import Vocabulary

/// What became of reading a claimed file.
public enum FrameReading {
    /// All of it: the bytes stay valid until the next read. Of a settled claim the end may be missing, or everything.
    case complete(UnsafeRawBufferPointer)
    /// The end is missing: hand the claim back with ``Watcher/settle(_:)``.
    case growing
    /// It is not the file that was claimed any more: hand the claim back likewise.
    case changed
    /// There is no such file any more: hand the claim back likewise, it may have been renamed.
    case gone
    /// It will not be read; a sentence with what, where and what to do.
    case unreadable(String)
}

/// Reads claimed files, one after the other, into one buffer.
///
/// Files are never mapped: a camera that truncates a mapped file kills the reader. Used by one thread.
public struct FrameReader: ~Copyable {
    /// A larger file is unreadable.
    private let sizeLimit: Int
    private var buffer: UnsafeMutableRawBufferPointer
    /// What is kept after a single large file: larger buffers are given back with the next file that needs less.
    private static let lastingCapacity = 8 << 20

    /// - Parameter sizeLimit: bytes; 64 MiB hold a photo of 100 megapixels.
    public init(sizeLimit: Int = 64 << 20) {
        self.sizeLimit = max(sizeLimit, 1)
        buffer = .allocate(byteCount: 1 << 20, alignment: 64)
    }

    deinit { buffer.deallocate() }

    /// Reads the file of a claim, checks that it is the one that was claimed and did not change meanwhile, and looks for
    /// the outer end marker.
    public mutating func read(_ claim: Claim) -> FrameReading {
        do throws(SystemError) {
            // O_NONBLOCK: a pipe put in the file's place must not hold up the frames of everybody.
            let file = try Descriptor(opening: claim.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
            let before = try FileState(of: file)
            guard before.kind == .regular else { return .gone }
            guard before.matches(claim) else { return .changed }
            guard before.size <= sizeLimit else {
                let (found, most) = (before.size / 1_000_000, sizeLimit / 1_000_000)
                return .unreadable("\(claim.path) has \(found) MB: more than the \(most) MB a picture may have")
            }
            let count = try fill(from: file, size: Int(before.size))
            let after = try FileState(of: file)
            guard after.matches(claim), count == Int(before.size) else { return .changed }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            return claim.settled || JPEGEnd.isPresent(in: bytes) ? .complete(bytes) : .growing
        } catch {
            return failure(error, claim)
        }
    }

    /// Reads one byte more than expected, so that a file that has grown is seen.
    private mutating func fill(from file: borrowing Descriptor, size: Int) throws(SystemError) -> Int {
        makeRoom(size + 1)
        var count = 0
        let number = file.number
        while count <= size {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...size])
            let read = uninterrupted { Glibc.read(number, rest.baseAddress, rest.count) }
            if read < 0 { throw SystemError() }
            if read == 0 { break }
            count += read
        }
        return count
    }

    private mutating func makeRoom(_ size: Int) {
        if size <= buffer.count && (buffer.count <= Self.lastingCapacity || size > Self.lastingCapacity) { return }
        buffer.deallocate()
        let capacity = max(1 << 20, 1 << (Int.bitWidth - (size - 1).leadingZeroBitCount))
        buffer = .allocate(byteCount: capacity, alignment: 64)
    }

    private func failure(_ error: SystemError, _ claim: Claim) -> FrameReading {
        if error.isAbsence || error.number == ELOOP || error.number == ENXIO { return .gone }
        // Short of descriptors, or held by a file server: another try after the time to grow, then it is said.
        if error.isPassing && !claim.settled { return .changed }
        var sentence = "\(claim.path) cannot be read: \(error)"
        if error.isDenial {
            sentence += "; let the user \(RunningUser.name) read the camera's files: chmod a+r, or the camera's umask"
        }
        return .unreadable(sentence)
    }
}

extension FileState {
    /// Whether this is the file that was claimed. The device is left out: the path leads to the same one, or the inode,
    /// size and time to the nanosecond differ too.
    fileprivate func matches(_ claim: Claim) -> Bool {
        let identity = claim.identity
        if case .inode(_, let inode) = identity.file, inode != self.inode { return false }
        return identity.size == size && identity.modified == modified
    }
}
