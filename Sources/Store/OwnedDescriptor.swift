import Glibc

/// An open file, closed with the value.
final class OwnedDescriptor: Sendable {
    /// Large enough that calls cost nothing against the card, small enough for a board with 512 MB.
    private static let chunk = 128 * 1_024
    /// `FICLONE` of linux/fs.h: `_IOW(0x94, 9, int)`.
    private static let clone: UInt = 0x4004_9409

    let descriptor: Int32
    let path: String

    /// Opens a regular file for reading, never through a symbolic link.
    /// - Returns: nil where it is gone or no regular file.
    init?(reading path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 {
            if errno == ENOENT || errno == ELOOP || errno == ENOTDIR { return nil }
            throw FileError("open", path)
        }
        var status = stat()
        if fstat(descriptor, &status) != 0 || status.st_mode & S_IFMT != S_IFREG { return nil }
    }

    /// Begins a file anew.
    init(creating path: String, mode: mode_t) throws {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode)
        if descriptor < 0 { throw FileError("write", path) }
        fchmod(descriptor, mode)  // whatever the umask, and whoever made the file before
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Shares the blocks of another file where the file system can (btrfs, XFS).
    func reflink(_ source: OwnedDescriptor) -> Bool { ioctl(descriptor, Self.clone, source.descriptor) == 0 }

    /// Copies another file in chunks, from its beginning to its end.
    func copy(_ source: OwnedDescriptor) throws {
        try withUnsafeTemporaryAllocation(byteCount: Self.chunk, alignment: 64) { buffer in
            while true {
                let count = read(source.descriptor, buffer.baseAddress, buffer.count)
                if count == 0 { return }
                if count < 0 {
                    if errno == EINTR { continue }
                    throw FileError("read", source.path)
                }
                try write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = Glibc.write(descriptor, part.baseAddress, part.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError("write", path)
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Waits until the disk has it.
    func synchronize() throws {
        if fdatasync(descriptor) != 0 { throw FileError("write", path) }
    }
}
