import Foundation
import Glibc

/// Files and directories that are on the disk, whole, before anything points to them: a kill or a power cut at any call
/// leaves what was there, or what is meant to be there.
enum DurableFile {
    private static let fileMode: mode_t = 0o644
    private static let directoryMode: mode_t = 0o755

    /// Puts `bytes` in the place of a file: every reader sees the old or the new ones. One writer at a time.
    static func replace(_ path: String, with bytes: Data) throws(ModelError) {
        let beside = path + ".new"
        do {
            try write(bytes, to: beside)
            try move(beside, to: path)
        } catch {
            unlink(beside)
            throw error
        }
    }

    /// Writes a file and waits until the disk has it.
    static func write(_ bytes: Data, to path: String) throws(ModelError) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, fileMode)
        guard file >= 0 else { throw failure(path) }
        var fault: ModelError?
        bytes.withUnsafeBytes { all in
            var rest = all[...]
            while !rest.isEmpty, fault == nil {
                let part = UnsafeRawBufferPointer(rebasing: rest)
                let count = Glibc.write(file, part.baseAddress, part.count)
                if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { fault = failure(path) }
            }
        }
        fchmod(file, fileMode)
        if fault == nil, fsync(file) != 0 { fault = failure(path) }
        if close(file) != 0, fault == nil { fault = failure(path) }
        if let fault { throw fault }
        giveAway(path)
    }

    /// Renames, and waits until the disk has the new name. Takes the place of a file, never of a directory with files.
    static func move(_ from: String, to path: String) throws(ModelError) {
        guard rename(from, path) == 0 else { throw failure(path) }
        try synchronize(parent(path))
    }

    /// Makes a directory with those above it.
    static func makeDirectory(_ path: String) throws(ModelError) {
        if mkdir(path, directoryMode) != 0 {
            if errno == EEXIST { return }
            guard errno == ENOENT, path != "/", !path.isEmpty else { throw failure(path) }
            try makeDirectory(parent(path))
            if mkdir(path, directoryMode) != 0, errno != EEXIST { throw failure(path) }
        }
        giveAway(path)
        try synchronize(parent(path))
    }

    /// Removes a directory with what is in it; one that is not there is fine.
    static func removeDirectory(_ path: String) throws(ModelError) {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            if access(path, F_OK) == 0 { throw .unwritable(path: path, reason: error.localizedDescription) }
        }
    }

    /// Waits until the disk has the names in a directory.
    static func synchronize(_ directory: String) throws(ModelError) {
        let file = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw failure(directory) }
        defer { close(file) }
        // Some file systems (network shares) cannot, and need not.
        if fsync(file) != 0, errno != EINVAL { throw failure(directory) }
    }

    private static func parent(_ path: String) -> String {
        let parent = (path as NSString).deletingLastPathComponent
        return parent.isEmpty ? "." : parent
    }

    /// What root makes in a directory belongs to who owns that directory: the daemon runs as a user of its own.
    private static func giveAway(_ path: String) {
        guard geteuid() == 0, let owner = try? FileManager.default.attributesOfItem(atPath: parent(path)),
            let user = owner[.ownerAccountID] as? NSNumber, let group = owner[.groupOwnerAccountID] as? NSNumber
        else { return }
        _ = lchown(path, user.uint32Value, group.uint32Value)
    }

    private static func failure(_ path: String) -> ModelError {
        .unwritable(path: path, reason: String(cString: strerror(errno)))
    }
}
