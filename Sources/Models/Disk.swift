import Foundation
import Glibc

/// Writing in a registry: beside and renamed, on the disk before it has its name.
enum Disk {
    /// What is being written carries this mark and the writer's process id: no version begins with a dot.
    private static let mark = ".new-"

    /// A name in `folder` for what is being written.
    static func beside(_ folder: String) -> String {
        "\(folder)/\(mark)\(getpid())-\(String(UInt32.random(in: 0...UInt32.max), radix: 36))"
    }

    /// Removes what writers left that are no longer there.
    static func sweep(_ folder: String) throws(ModelError) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasPrefix(mark) {
            let writer = name.dropFirst(mark.count).prefix { $0 != "-" }
            if let writer = pid_t(writer), kill(writer, 0) == 0 || errno != ESRCH { continue }
            remove("\(folder)/\(name)")
        }
    }

    /// Makes a directory and those above it, and brings their names to the disk; one that is there is fine.
    static func makeDirectory(_ path: String) throws(ModelError) {
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue { return }
        let above = URL(filePath: path).deletingLastPathComponent().path
        if above != path { try makeDirectory(above) }
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw failed(path) }
        try bring(above)
    }

    /// Writes a file beside, brings it to the disk and gives it its name.
    static func write(_ bytes: Data, to path: String) throws(ModelError) {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        let temporary = beside(folder)
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw failed(path) }
        var fault: ModelError?
        bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count, fault == nil, let base = buffer.baseAddress {
                let written = Glibc.write(file, base + done, buffer.count - done)
                if written >= 0 { done += written } else if errno != EINTR { fault = failed(path) }
            }
        }
        if fault == nil, fsync(file) != 0 { fault = failed(path) }
        if close(file) != 0, fault == nil { fault = failed(path) }
        if fault == nil, Glibc.rename(temporary, path) != 0 { fault = failed(path) }
        if let fault {
            remove(temporary)
            throw fault
        }
        try bring(folder)
    }

    /// Renames a directory; brings the one it lies in to the disk.
    /// - Returns: false where there is something of that name already, which is left as it is.
    static func rename(_ from: String, _ to: String) throws(ModelError) -> Bool {
        guard Glibc.rename(from, to) == 0 else {
            if errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR { return false }
            throw failed(to)
        }
        try bring(URL(filePath: to).deletingLastPathComponent().path)
        return true
    }

    /// Brings the names in a directory to the disk.
    static func bring(_ folder: String) throws(ModelError) {
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw failed(folder) }
        defer { close(directory) }
        // File systems that cannot say EINVAL: their names are as safe as they get.
        guard fsync(directory) == 0 || errno == EINVAL else { throw failed(folder) }
    }

    /// Removes a file or directory, if it can.
    static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

    private static func failed(_ path: String) -> ModelError {
        .unwritable(path: path, reason: String(cString: strerror(errno)))
    }
}
