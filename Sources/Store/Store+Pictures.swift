import GRDB
import Synchronization
public import Vocabulary

/// How a picture is kept.
public enum KeepMethod: Hashable, Sendable {
    /// Shares the blocks where the file system can (reflink), else copies.
    case copy
    /// A hard link, else a copy that is on the disk before the call returns: only where Rooster then removes the
    /// original.
    case link
}

extension Store {
    /// Keeps the picture of a recorded frame, if the file at `path` is still that frame.
    /// - Parameters:
    ///   - withheld: people were seen and `people: drop` is set: nothing is kept, nothing is shown any more.
    ///   - digest: the SHA-256 of a file, hexadecimal, or nil where it cannot be read: taken of what was kept, on the
    ///     queue for files, and recorded with the frame.
    /// - Returns: false where the file is gone or another one by now, or the picture is withheld.
    /// - Throws: `notFound` for a frame that is not recorded, or why it cannot be written.
    @discardableResult
    public func keepPicture(
        of frame: FrameID, from path: String, by method: KeepMethod = .copy, withheld: Bool = false,
        digest: (@Sendable (String) -> String?)? = nil
    ) async throws(StoreError) -> Bool {
        guard let pictures else { return false }
        if withheld {
            try await connection.onFiles { pictures.remove([frame]) }
            try await set(frame, "picture = 'withheld', pictureBytes = NULL, thumbnailBytes = NULL, sample = NULL")
            return false
        }
        let known = try await read { try KeptState(of: frame, in: $0) }
        guard let known else { throw StoreError.noFrame(frame) }
        guard known.picture != "withheld" else { return false }
        // A second name takes no room on the disk; where a copy has to be made, its original goes next.
        guard try await makeRoom(for: known.file.size, needsDisk: method == .copy) else {
            let error = StoreError(
                .diskFull,
                "there is no room for pictures: raise storage.budget, or make room on the disk of \(directory)")
            noteFileFault(error)
            throw error
        }
        let bytes: Int64? = try await onFilesNotingFaults {
            try pictures.keep(
                frame, from: path, state: known.file, linking: method == .link, isLasting: method == .link)
        }
        guard let bytes else { return false }
        let content = try await connection.onFiles {
            pictures.path(.pictures, frame).flatMap { digest?($0) }?.filter(\.isHexDigit)
        }
        let note = content.map { $0.count == 64 ? ", content = '\($0)'" : "" } ?? ""
        try await set(frame, "picture = 'kept', pictureBytes = \(bytes)\(note)")
        return true
    }

    /// Of the frames recorded last, those whose picture was never kept though the original may be there: what a process
    /// left that died between a record and its pictures.
    /// - Parameter newest: how many of the last records are looked at.
    /// - Returns: each with the path of its original.
    public func lackingPictures(newest: Int) async throws(StoreError) -> [(id: FrameID, source: String, path: String)] {
        guard pictures != nil else { return [] }
        return try await read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT id, source, path FROM (SELECT * FROM frame ORDER BY sequence DESC LIMIT ?)
                    WHERE state = 'recorded' AND picture = 'none' AND gone IS NULL ORDER BY sequence
                    """, arguments: [newest]
            ).map { (FrameID(rawValue: $0["id"]), $0["source"], $0["path"]) }
        }
    }

    /// Stores a JPEG as the thumbnail of a frame; of a frame whose picture is withheld nothing is stored.
    /// - Throws: `notFound` for a frame that is not recorded, or why it cannot be written.
    public func setThumbnail(of frame: FrameID, to jpeg: [UInt8]) async throws(StoreError) {
        guard let pictures else { return }
        let known = try await read { try KeptState(of: frame, in: $0) }
        guard let known else { throw StoreError.noFrame(frame) }
        guard known.picture != "withheld", try await makeRoom(for: Int64(jpeg.count)) else { return }
        try await onFilesNotingFaults { try pictures.write(jpeg, as: .thumbnails, of: frame) }
        try await set(frame, "thumbnailBytes = \(jpeg.count)")
    }

    /// The file with the picture of a frame: the kept one, else the original while it is still that frame; nil where
    /// there is none, or the text is no id.
    public func picturePath(of frame: FrameID) async throws(StoreError) -> String? {
        guard frame.isWellFormed else { return nil }
        guard let known = try await read({ try KeptState(of: frame, in: $0) }), known.picture != "withheld" else {
            return nil
        }
        let pictures = self.pictures
        return try await connection.onFiles {
            if let kept = pictures?.path(.pictures, frame), (try? FileState(path: kept)) != nil { return kept }
            guard let now = try? FileState(path: known.path), now.isSame(as: known.file) else { return nil }
            return known.path
        }
    }

    /// The picture of a frame, open: the kept one, else the original while it is still that frame; nil where there is
    /// none, or the text is no id.
    public func openPicture(of frame: FrameID) async throws(StoreError) -> OpenPicture? {
        guard frame.isWellFormed else { return nil }
        guard let known = try await read({ try KeptState(of: frame, in: $0) }), known.picture != "withheld" else {
            return nil
        }
        let pictures = self.pictures
        return try await connection.onFiles {
            if let kept = pictures?.path(.pictures, frame), let open = try? OpenPicture(kept) { return open }
            // Whoever can write to the capture directory could put anything under the name: what was opened counts.
            guard let original = try? OpenPicture(known.path), original.state.isSame(as: known.file) else { return nil }
            return original
        }
    }

    /// The thumbnail of a frame, open; nil where there is none, or the text is no id.
    public func openThumbnail(of frame: FrameID) async -> OpenPicture? {
        guard let path = pictures?.path(.thumbnails, frame) else { return nil }
        return (try? await connection.onFiles { try OpenPicture(path) }) ?? nil
    }

    /// The file with the thumbnail of a frame; nil where there is none, or the text is no id.
    public func thumbnailPath(of frame: FrameID) async -> String? {
        guard let pictures, let path = pictures.path(.thumbnails, frame) else { return nil }
        let isThere = try? await connection.onFiles { pictures.size(.thumbnails, frame) != nil }
        return isThere == true ? path : nil
    }

    /// Whether pictures can be kept again, where they could not: otherwise ``health`` told of that until the next one.
    public func lookAtFiles() async {
        guard let pictures, state.withLock({ $0.fileFault != nil }),
            (try? await makeRoom(for: PictureFiles.trialBytes)) == true
        else { return }
        try? await onFilesNotingFaults { try pictures.tryOut() }
    }

    private func set(_ frame: FrameID, _ assignments: String) async throws(StoreError) {
        try await perform { writer in
            try writer.database.execute(
                sql: "UPDATE frame SET \(assignments) WHERE id = ?", arguments: [frame.rawValue])
            guard writer.database.changesCount > 0 else { throw StoreError.noFrame(frame) }
            writer.touch(.frame, frame.rawValue)
        }
    }

    /// A full disk shows in ``health``; the reserve is for records, not for pictures.
    private func onFilesNotingFaults<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            let value = try await connection.onFiles(body)
            state.withLock { $0.fileFault = nil }
            return value
        } catch {
            if error.mayPass { noteFileFault(error) }
            throw error
        }
    }

    private func noteFileFault(_ error: StoreError) {
        state.withLock { state in
            if state.fileFault?.kind == error.kind { return }
            state.fileFault = StoreHealth.Fault(kind: error.kind, message: error.message, since: .now)
        }
    }
}

/// What the record knows of the file of a frame.
struct KeptState: Sendable {
    var path: String
    var file: FileState
    /// none, kept, withheld or removed.
    var picture: String

    init?(of frame: FrameID, in database: Database) throws {
        guard
            let row = try Row.fetchOne(
                database.cachedStatement(
                    sql: "SELECT path, inode, size, modified, picture FROM frame WHERE id = ?"),
                arguments: [frame.rawValue])
        else { return nil }
        path = row["path"]
        file = FileState(
            inode: (row["inode"] as Int64?).map(UInt64.init(bitPattern:)), size: row["size"], modified: row["modified"])
        picture = row["picture"]
    }
}

extension StoreError {
    static func noFrame(_ frame: FrameID) -> StoreError {
        StoreError(.notFound, "no frame \(frame): never recorded, or older than keep_records")
    }
}
