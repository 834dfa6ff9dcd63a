import Foundation
import GRDB
import Glibc
import Vocabulary

/// Opening the database file: settings for small memory, migrations, refusing a newer one, putting a damaged one aside.
enum DatabaseFile {
    static let name = "rooster.sqlite"
    fileprivate static let inMemoryLabel = "rooster.store.memory"
    /// Pages that each of at most three connections keeps: a board with 512 MB has better uses for memory, and the
    /// system caches the file anyway.
    private static let cacheKibibytes = 1_024
    /// The writer and the pages that are being read at once.
    private static let readers = 2
    /// Longer than any transaction here takes on a slow card; other processes are our own commands.
    private static let busyTimeout: Double = 5
    /// The log is cut back to this size after a checkpoint.
    private static let logBytes = 4 << 20
    /// Damaged databases kept for a closer look; older ones are removed, or a failing card would fill itself with them.
    private static let asideKept = 2

    static func configuration() -> Configuration {
        var configuration = Configuration()
        configuration.label = "rooster.store"
        configuration.maximumReaderCount = readers
        configuration.busyMode = .timeout(busyTimeout)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { database in
            // Only an empty file takes this: removed records then give their space back bit by bit.
            if try Int.fetchOne(database, sql: "PRAGMA page_count") == 0, !database.configuration.readonly {
                try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            }
            try database.execute(
                sql: """
                    PRAGMA cache_size = -\(cacheKibibytes);
                    PRAGMA mmap_size = 0;
                    PRAGMA temp_store = MEMORY;
                    PRAGMA journal_size_limit = \(logBytes);
                    """)
        }
        return configuration
    }

    /// Opens or begins the database in a directory.
    static func open(in directory: String) throws(StoreError) -> any DatabaseWriter {
        closeToOthers(path(in: directory))
        do {
            let pool = try DatabasePool(path: path(in: directory), configuration: configuration())
            try migrate(pool)
            return pool
        } catch {
            throw StoreError(error)
        }
    }

    /// Begins the file, or takes the rights of others from it: SQLite gives its log the same ones. What cannot be opened
    /// like this, SQLite judges, in its own words.
    private static func closeToOthers(_ path: String) {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        fchmod(descriptor, 0o600)
        Glibc.close(descriptor)
    }

    static func openInMemory() throws(StoreError) -> any DatabaseWriter {
        do {
            var configuration = configuration()
            configuration.label = inMemoryLabel
            let queue = try DatabaseQueue(configuration: configuration)
            try migrate(queue)
            return queue
        } catch {
            throw StoreError(error)
        }
    }

    static func path(in directory: String) -> String { directory + "/" + name }

    static func exists(in directory: String) -> Bool {
        FileManager.default.fileExists(atPath: path(in: directory))
    }

    /// Renames a damaged database with its log out of the way.
    /// - Returns: where it lies now.
    static func setAside(in directory: String, now: Instant) throws(StoreError) -> String {
        let from = path(in: directory)
        let stamp = now.description.filter { $0 != ":" }
        var to = "\(from).damaged-\(stamp)"
        var copy = 1
        while FileManager.default.fileExists(atPath: to) {
            copy += 1
            to = "\(from).damaged-\(stamp)-\(copy)"
        }
        for suffix in ["", "-wal", "-shm"] where rename(from + suffix, to + suffix) != 0 {
            let number = errno
            if number != ENOENT { throw StoreError(FileError("put aside", from + suffix, number)) }
        }
        removeOldest(in: directory)
        return to
    }

    private static func removeOldest(in directory: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let aside = names.filter {
            $0.hasPrefix(name + ".damaged-") && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm")
        }
        for old in aside.sorted().dropLast(asideKept) {
            for suffix in ["", "-wal", "-shm"] { unlink("\(directory)/\(old)\(suffix)") }
        }
    }

    private static func migrate(_ writer: any DatabaseWriter) throws {
        let migrator = Schema.migrator
        if try writer.read(migrator.hasBeenSuperseded) {
            throw StoreError(
                .newer,
                "the database was written by a newer Rooster: install that one again, or start with another "
                    + "storage directory")
        }
        try migrator.migrate(writer)
    }
}

extension Database {
    /// True on the connection of a record in memory alone.
    var isInMemory: Bool { configuration.label == DatabaseFile.inMemoryLabel }
}
