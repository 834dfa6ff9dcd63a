import Foundation
import Glibc
import Settings

extension Check {
    /// Free space and files where the record lies and where pictures come.
    static let disk = Check(name: "disk") { examination in
        let storage = examination.configuration.storage
        var findings = [
            look(
                at: storage.directory, about: nil, floor: storage.keepFree,
                full: "No picture is kept: make room, or set storage.keep_free lower.",
                near: "Soon the oldest unremarkable pictures go; make room, or set storage.budget lower.")
        ]
        for source in examination.configuration.sources {
            findings.append(
                look(
                    at: source.directory, about: source.name, floor: cameraFloor,
                    full: "The camera cannot write: remove old pictures, or set after: delete for this source.",
                    near: "Remove old pictures, or set after: delete for this source."))
        }
        return findings.compactMap { $0 }
    }

    /// A minute of pictures of a busy camera.
    private static let cameraFloor: Int64 = 50_000_000

    private static func look(
        at directory: String, about subject: String?, floor: Int64, full: String, near: String
    ) -> Finding? {
        var status = statvfs()
        let place = nearestDirectory(directory)
        guard statvfs(place, &status) == 0 else { return nil }
        let free = Int64(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).0)
        let size = Int64(clamping: UInt64(status.f_blocks).multipliedReportingOverflow(by: UInt64(status.f_frsize)).0)
        let words = "\(bytes(free)) of \(bytes(size)) free at \(place)"
        if status.f_files > 0, status.f_favail < 1_000 {
            return .fault(
                "only \(status.f_favail) files can still be made at \(place)", about: subject,
                mend: "Remove old files: the file system has no more room for names.")
        }
        if free < floor { return .fault("\(words), less than \(bytes(floor))", about: subject, mend: full) }
        return free < floor + floor / 4
            ? .note("\(words), near \(bytes(floor))", about: subject, mend: near) : .ok(words, about: subject)
    }

    private static func bytes(_ count: Int64) -> String {
        let units: [(Double, String)] = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")]
        for (size, unit) in units where Double(count) >= size {
            return "\(Words.decimals(Double(count) / size, 1)) \(unit)"
        }
        return "\(count) bytes"
    }
}
