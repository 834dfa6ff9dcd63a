import Glibc

/// What the directory says of one file: all that an identity is made of, from a single `stat`.
struct FileState: Equatable {
    enum Kind { case regular, directory, symbolicLink, other }

    let device: UInt64
    let inode: UInt64
    let size: Int64
    /// Nanoseconds since 1970, clamped to what 64 bits hold: file systems store any year.
    let modified: Int64
    /// When the file system changed it last, by the clock of this machine; of any year as well.
    let changed: Int64
    let kind: Kind
    let links: UInt64

    /// Of `path`, which is not followed if it is a symbolic link.
    init(of path: UnsafePointer<CChar>, below directory: Int32 = AT_FDCWD) throws(SystemError) {
        var record = stat()
        if uninterrupted({ fstatat(directory, path, &record, AT_SYMLINK_NOFOLLOW) }) != 0 { throw SystemError() }
        self.init(record)
    }

    /// Of `path`, or of what it points to if it is a symbolic link.
    init(following path: String) throws(SystemError) {
        var record = stat()
        if uninterrupted({ fstatat(AT_FDCWD, path, &record, 0) }) != 0 { throw SystemError() }
        self.init(record)
    }

    /// Of an open file.
    init(of descriptor: borrowing Descriptor) throws(SystemError) {
        var record = stat()
        let number = descriptor.number
        if uninterrupted({ fstat(number, &record) }) != 0 { throw SystemError() }
        self.init(record)
    }

    private init(_ record: stat) {
        device = UInt64(record.st_dev)
        inode = UInt64(record.st_ino)
        size = Int64(record.st_size)
        links = UInt64(record.st_nlink)
        switch record.st_mode & S_IFMT {
        case S_IFREG: kind = .regular
        case S_IFDIR: kind = .directory
        case S_IFLNK: kind = .symbolicLink
        default: kind = .other
        }
        modified = Self.nanoseconds(record.st_mtim)
        changed = Self.nanoseconds(record.st_ctim)
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        let seconds = Int64(time.tv_sec)
        let (scaled, tooFar) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, tooFarAgain) = scaled.addingReportingOverflow(Int64(time.tv_nsec))
        return tooFar || tooFarAgain ? (seconds < 0 ? .min : .max) : sum
    }
}
