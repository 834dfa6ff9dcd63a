import Foundation
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

    /// What file systems give out: a file takes whole blocks.
    private static let block: Int64 = 4_096

    /// Bytes that a file of this size takes on the disk.
    static func allocated(_ size: Int64) -> Int64 {
        let (up, isTooMuch) = size.addingReportingOverflow(block - 1)
        return isTooMuch ? size : up / block * block
    }

    /// Bytes of the database with its log.
    static func databaseBytes(in directory: String) -> Int64 {
        databaseNames.reduce(0) { sum, name in
            sum + ((try? FileState(path: "\(directory)/\(name)").size) ?? 0)
        }
    }

    /// Bytes of what else lies in the state directory: the reserve, the journal of intents, damaged databases, and the
    /// directories of pictures, which are too many to forget. Other directories (models, caches) are not looked into.
    static func otherBytes(in directory: String) -> Int64 {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let files = names.filter { !databaseNames.contains($0) }.reduce(Int64(0)) { sum, name in
            sum + ((try? FileState(path: "\(directory)/\(name)")).map { allocated($0.size) } ?? 0)
        }
        return PictureFiles.Kind.allCases.reduce(files) { $0 + directoryBytes(in: "\(directory)/\($1.rawValue)") }
    }

    private static let databaseNames = ["", "-wal", "-shm"].map { DatabaseFile.name + $0 }

    /// Bytes of the directories in a directory, which are alike.
    private static func directoryBytes(in directory: String) -> Int64 {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        var status = stat()
        guard let first = names.first, lstat("\(directory)/\(first)", &status) == 0 else { return 0 }
        return Int64(names.count) * Int64(status.st_blocks) * 512
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
