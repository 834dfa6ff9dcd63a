import Glibc

/// A picture that is open: what is read is the file that was looked at, whatever becomes of its name meanwhile. Never
/// reached through a symbolic link.
public final class OpenPicture: Sendable {
    /// Bytes.
    public let size: Int
    let state: FileState
    private let file: OwnedDescriptor

    /// - Returns: nil where there is no such file, or a link or directory in its place.
    init?(_ path: String) throws {
        guard let file = try OwnedDescriptor(reading: path) else { return nil }
        self.file = file
        state = try FileState(file)
        size = Int(clamping: state.size)
    }

    /// The bytes from `offset` on, `count` at most; none at the end. Blocks on the disk.
    /// - Returns: nil where the disk fails.
    public func bytes(at offset: Int, upTo count: Int) -> [UInt8]? {
        var number = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            repeat {
                number = pread(file.descriptor, buffer.baseAddress, count, offset)
            } while number < 0 && errno == EINTR
            filled = max(0, number)
        }
        return number < 0 ? nil : bytes
    }
}
