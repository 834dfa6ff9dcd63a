import GRDB

extension StoreError {
    /// What SQLite, GRDB or the file system said, as one of our kinds.
    init(_ error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError: self.init(sqlite: error)
        case let error as FileError: self.init(file: error)
        default: self.init(.invalid, "the record: \(error)")
        }
    }

    /// What SQLite's check of a database found. It tells of a page that could not be read as of a wrong one, but for the
    /// code of the error, or in other words.
    init(check verdict: String) {
        let code = verdict.firstMatch(of: /error code[= ](\d+)/).flatMap { Int32($0.1) }
        let isUnread = code.map { ResultCode(rawValue: $0).primaryResultCode == .SQLITE_IOERR }
        if isUnread ?? verdict.contains("failed to get page") {
            self.init(.io, "the disk failed (\(verdict)): check the card or disk of the state directory")
        } else {
            self.init(.damaged, "the database is damaged (\(verdict))")
        }
    }

    private init(sqlite error: DatabaseError) {
        let said = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_FULL:
            self.init(.diskFull, "the disk is full: records wait in memory; make room in the state directory")
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
            self.init(.readOnly, "the database cannot be written (\(said)): check the state directory and its disk")
        case .SQLITE_IOERR, .SQLITE_NOLFS, .SQLITE_PROTOCOL:
            self.init(.io, "the disk failed (\(said)): check the card or disk of the state directory")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(.busy, "another program holds the database (\(said))")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            self.init(.damaged, "the database is damaged (\(said))")
        default:
            self.init(.invalid, "the record refuses this: \(error.description)")
        }
    }

    private init(file error: FileError) {
        let kind: Kind =
            switch error.number {
            case FileError.noSpace, FileError.quota: .diskFull
            case FileError.readOnly, FileError.noAccess, FileError.notPermitted, FileError.missing: .readOnly
            default: .io
            }
        self.init(kind, error.description)
    }

    /// True where trying the same again later may work; false where what was handed in is at fault.
    var mayPass: Bool {
        switch kind {
        case .diskFull, .readOnly, .io, .busy, .damaged: true
        case .newer, .notFound, .invalid: false
        }
    }
}
