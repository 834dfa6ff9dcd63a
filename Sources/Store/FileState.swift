import Glibc
import Vocabulary

/// What tells one state of a file from another.
struct FileState: Hashable, Sendable {
    /// nil where the file system's inodes are not to be trusted.
    var inode: UInt64?
    var size: Int64
    /// Nanoseconds since 1970.
    var modified: Int64

    init(inode: UInt64?, size: Int64, modified: Int64) {
        self.inode = inode
        self.size = size
        self.modified = modified
    }

    /// Of the file itself, not of what a symbolic link points to.
    init(path: String) throws {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw FileError("look at", path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw FileError("use", path, EINVAL) }
        self.init(status)
    }

    init(_ file: OwnedDescriptor) throws {
        var status = stat()
        guard fstat(file.descriptor, &status) == 0 else { throw FileError("look at", file.path) }
        self.init(status)
    }

    private init(_ status: stat) {
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        let seconds = Int64(status.st_mtim.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        modified = seconds.partialValue &+ Int64(status.st_mtim.tv_nsec)
    }

    /// The same file in the same state. Device numbers change with the next boot: they are not compared.
    func isSame(as other: FileState) -> Bool {
        size == other.size && modified == other.modified
            && (inode == nil || other.inode == nil || inode == other.inode)
    }
}
