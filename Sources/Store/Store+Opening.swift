import Foundation
import GRDB
import Glibc
import Vocabulary

extension Store {
    struct Opened {
        var writer: any DatabaseWriter
        var beginning: Beginning
        var aside: StoreHealth.SetAside?
    }

    /// Only Rooster's user may look at what a camera saw.
    private static let directoryMode: mode_t = 0o700
    /// Databases up to this size are checked page by page at each start; larger ones only when they are suspect: reading
    /// a gigabyte takes minutes on a card.
    private static let checkedBytes: Int64 = 16 << 20
    private static let wholeVerdict = "ok"
    private static let looks = 8

    static func open(_ directory: String, now: Instant, mustExist: Bool) throws(StoreError) -> Opened {
        let exists = DatabaseFile.exists(in: directory)
        if mustExist {
            guard exists else {
                throw StoreError(
                    .notFound, "there is no record in \(directory): start Rooster once, or name its storage directory")
            }
            return Opened(writer: try DatabaseFile.open(in: directory), beginning: .existing)
        }
        do {
            try PictureFiles.makeDirectory(directory, mode: directoryMode)
            if !exists { closeToOthers(directory) }
        } catch {
            throw StoreError(error)
        }
        return try openOrPutAside(directory, checking: .whereSuspect, now: now)
    }

    /// When a database is checked as a whole before it is used.
    enum Checking {
        case always, whereSuspect
    }

    /// Opens or begins the database; one that is damaged is put aside first.
    static func openOrPutAside(
        _ directory: String, checking: Checking, now: Instant
    ) throws(StoreError) -> Opened {
        guard DatabaseFile.exists(in: directory) else {
            return Opened(writer: try DatabaseFile.open(in: directory), beginning: .new)
        }
        do {
            return Opened(writer: try openChecked(directory, checking), beginning: .existing)
        } catch {
            guard error.kind == .damaged else { throw error }
            let path = try DatabaseFile.setAside(in: directory, now: now)
            clearSuspicion(in: directory)
            return Opened(
                writer: try openNew(directory, putAside: path), beginning: .setAside(reason: error.message),
                aside: StoreHealth.SetAside(path: path, reason: error.message, at: now))
        }
    }

    private static func openNew(_ directory: String, putAside path: String) throws(StoreError) -> any DatabaseWriter {
        do {
            return try DatabaseFile.open(in: directory)
        } catch {
            throw StoreError(error.kind, "the damaged record was put aside as \(path), and then \(error.message)")
        }
    }

    /// An empty directory that was made for the record (systemd gives it 0755) is closed to others, whatever the umask.
    /// One that holds something already may be meant for others too: the files in it are closed, the doctor says the rest.
    private static func closeToOthers(_ directory: String) {
        guard (try? FileManager.default.contentsOfDirectory(atPath: directory))?.isEmpty == true else { return }
        chmod(directory, directoryMode)
    }

    /// - Throws: `damaged` where the check found the same twice, or SQLite said so at each of several looks: both tell of a
    ///   page that the disk did not hand over as of a wrong one, and a disk that fails now and then fails elsewhere at the
    ///   next look.
    private static func openChecked(_ directory: String, _ checking: Checking) throws(StoreError) -> any DatabaseWriter
    {
        var said = StoreError(.damaged, "the database cannot be opened")
        for _ in 0..<looks {
            do {
                let writer = try DatabaseFile.open(in: directory)
                guard let damage = try check(writer, in: directory, checking) else { return writer }
                if damage == said { break }
                said = damage
            } catch {
                guard error.kind == .damaged else { throw error }
                said = error
            }
        }
        throw said
    }

    /// - Returns: what is damaged. Nil where nothing is, and where the disk failed before that was seen: what can be
    ///   written to such a disk is written, and the next start checks again.
    private static func check(
        _ writer: any DatabaseWriter, in directory: String, _ checking: Checking
    ) throws(StoreError) -> StoreError? {
        let pragma: String
        switch checking {
        case .always: pragma = "integrity_check(1)"
        case .whereSuspect:
            guard isSuspect(directory) || Disk.databaseBytes(in: directory) <= checkedBytes else { return nil }
            pragma = "quick_check(1)"
        }
        let found: StoreError
        do {
            let verdict =
                try writer.read { try String.fetchOne($0, sql: "PRAGMA \(pragma)") } ?? "no answer to the check"
            if verdict == wholeVerdict {
                clearSuspicion(in: directory)
                return nil
            }
            found = StoreError(check: verdict)
        } catch {
            found = StoreError(error)
            guard found.kind == .io else { throw found }
        }
        guard found.kind == .io else { return found }
        markSuspect(directory)
        return nil
    }

    // A page that cannot be read while running marks the database: at the next start it is checked whole.

    static func markSuspect(_ directory: String) {
        _ = try? OwnedDescriptor(creating: suspicion(directory), mode: 0o600)
    }

    private static func isSuspect(_ directory: String) -> Bool { access(suspicion(directory), F_OK) == 0 }

    private static func clearSuspicion(in directory: String) { unlink(suspicion(directory)) }

    private static func suspicion(_ directory: String) -> String { DatabaseFile.path(in: directory) + ".suspect" }
}
