import Glibc
import Vocabulary

/// What the file system of a directory has left.
struct Disk {
    /// Bytes that programs without privileges may still write.
    var free: Int64
    /// Bytes in all.
    var size: Int64

    init(of directory: String) throws {
        var status = statvfs()
        guard statvfs(directory, &status) == 0 else { throw FileError("look at the disk of", directory) }
        let block = UInt64(status.f_frsize)
        free = Int64(clamping: block.multipliedReportingOverflow(by: UInt64(status.f_bavail)).partialValue)
        size = Int64(clamping: block.multipliedReportingOverflow(by: UInt64(status.f_blocks)).partialValue)
    }

    /// Bytes of the database with its log.
    static func databaseBytes(in directory: String) -> Int64 {
        ["", "-wal", "-shm"].reduce(0) { sum, suffix in
            sum + ((try? FileState(path: DatabaseFile.path(in: directory) + suffix).size) ?? 0)
        }
    }
}

extension Instant {
    /// The wall clock.
    static var now: Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
