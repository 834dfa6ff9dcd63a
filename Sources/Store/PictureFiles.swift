import Foundation
import Glibc
import Vocabulary

/// Pictures and thumbnails as files: `pictures/ab/ID.jpg`, `thumbnails/ab/ID.jpg`, `ab` the first two letters of the id,
/// so that no directory gets large. Written beside and renamed: a file under its final name is whole.
///
/// All calls block: they run on the store's queue for files.
struct PictureFiles: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case pictures, thumbnails
    }

    /// What of a file is left of a crash: nothing is ever read under this name.
    static let unfinished = ".unfinished"
    private static let fileMode: mode_t = 0o600
    private static let directoryMode: mode_t = 0o700

    let directory: String

    /// Where the file of a frame lies; nil for a text that is no id, so that none can point elsewhere.
    func path(_ kind: Kind, _ id: FrameID) -> String? {
        guard id.isWellFormed else { return nil }
        return "\(directory)/\(kind.rawValue)/\(id.rawValue.prefix(2))/\(id.rawValue).jpg"
    }

    /// Bytes of the file of a frame; nil where there is none.
    func size(_ kind: Kind, _ id: FrameID) -> Int64? {
        path(kind, id).flatMap { try? FileState(path: $0) }?.size
    }

    /// Writes a thumbnail.
    func write(_ bytes: [UInt8], as kind: Kind, of id: FrameID) throws {
        let (path, unfinished) = try prepare(kind, id)
        let target = try OwnedDescriptor(creating: unfinished, mode: Self.fileMode)
        do {
            try bytes.withUnsafeBytes { try target.write($0) }
            try finish(unfinished, path)
        } catch {
            unlink(unfinished)
            throw error
        }
    }

    /// Keeps the picture at `original` if that is still the file of this state.
    /// - Parameter isLasting: on the disk before this returns: where the original is removed next.
    /// - Returns: its bytes; nil where the original is gone or another one by now.
    func keep(
        _ id: FrameID, from original: String, state expected: FileState, linking: Bool, isLasting: Bool
    ) throws -> Int64? {
        let (path, unfinished) = try prepare(.pictures, id)
        guard let source = try OwnedDescriptor(reading: original) else { return nil }
        guard try FileState(source).isSame(as: expected) else { return nil }
        if linking, try link(original, unfinished, expected) {
            try finish(unfinished, path)
            return expected.size
        }
        do {
            let target = try OwnedDescriptor(creating: unfinished, mode: Self.fileMode)
            if !target.reflink(source) { try target.copy(source) }
            let copied = try FileState(target).size
            guard copied == expected.size, try FileState(source).isSame(as: expected) else {
                unlink(unfinished)
                return nil
            }
            if isLasting { try target.synchronize() }
            try finish(unfinished, path)
            return copied
        } catch {
            unlink(unfinished)
            throw error
        }
    }

    /// As many bytes as a picture has, to try the disk with.
    static let trialBytes: Int64 = 256 * 1_024

    /// Writes and removes a file of the size of a picture: whether one can be kept.
    func tryOut() throws {
        let path = "\(directory)/\(Kind.pictures.rawValue)/try\(Self.unfinished)"
        try Self.makeDirectory("\(directory)/\(Kind.pictures.rawValue)")
        defer { unlink(path) }
        let file = try OwnedDescriptor(creating: path, mode: Self.fileMode)
        try [UInt8](repeating: 0, count: Int(Self.trialBytes)).withUnsafeBytes { try file.write($0) }
        try file.synchronize()
    }

    /// Removes the files of frames; those that are not there are fine.
    func remove(_ ids: [FrameID], _ kinds: [Kind] = Kind.allCases) {
        for id in ids {
            for kind in kinds {
                if let path = path(kind, id) { unlink(path) }
            }
        }
    }

    /// The ids that have a file in one of the 1024 directories of a kind; what a crash left unfinished is removed.
    func ids(_ kind: Kind, shard: Int) -> [FrameID] {
        let directory = "\(directory)/\(kind.rawValue)/\(Self.shardName(shard))"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.compactMap { name in
            if name.hasSuffix(Self.unfinished) {
                unlink("\(directory)/\(name)")
                return nil
            }
            let id = FrameID(rawValue: String(name.dropLast(".jpg".count)))
            return name.hasSuffix(".jpg") && id.isWellFormed ? id : nil
        }
    }

    static let shards = 1_024
    private static let letters = Array("abcdefghijkmnpqrstuvwxyz23456789")

    private static func shardName(_ shard: Int) -> String {
        let shard = shard & (shards - 1)
        return String([letters[shard / letters.count], letters[shard % letters.count]])
    }

    private func prepare(_ kind: Kind, _ id: FrameID) throws -> (path: String, unfinished: String) {
        guard let path = path(kind, id) else { throw StoreError(.invalid, "'\(id)' is not the id of a frame") }
        try Self.makeDirectory((path as NSString).deletingLastPathComponent)
        return (path, path + Self.unfinished)
    }

    static func makeDirectory(_ path: String, mode: mode_t = directoryMode) throws {
        if mkdir(path, mode) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, path != "/", !path.isEmpty else { throw FileError("make directory", path) }
        try makeDirectory((path as NSString).deletingLastPathComponent, mode: mode)
        if mkdir(path, mode) != 0, errno != EEXIST { throw FileError("make directory", path) }
    }

    private func finish(_ unfinished: String, _ path: String) throws {
        if rename(unfinished, path) != 0 { throw FileError("rename to", path) }
    }

    /// A second name for the same file. Refused across file systems, and for others' files (`protected_hardlinks`): then
    /// it is copied.
    private func link(_ original: String, _ unfinished: String, _ expected: FileState) throws -> Bool {
        unlink(unfinished)
        guard linkat(AT_FDCWD, original, AT_FDCWD, unfinished, 0) == 0 else { return false }
        if let linked = try? FileState(path: unfinished), linked.isSame(as: expected) { return true }
        unlink(unfinished)
        return false
    }
}
