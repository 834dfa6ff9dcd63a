import GRDB
import Glibc
import Synchronization
public import Vocabulary

/// The record: what was seen, what was done about it and what is still to be told, in one directory.
///
/// One SQLite database (WAL) with kept pictures and thumbnails beside it. Writes that the disk refuses wait in memory
/// (bounded) and are tried again with the next one; ``health`` says so. All `async` members may be called from
/// anywhere and never block the cooperative pool; the few synchronous ones say which thread they are for.
public final class Store: Sendable {
    /// How the record began.
    public enum Beginning: Hashable, Sendable {
        /// It was there.
        case existing
        /// There was none.
        case new
        /// The one that was there is damaged and put aside.
        case setAside(reason: String)
    }

    /// What changes besides the database.
    struct State {
        var pending = PendingWrites()
        /// While the record is in memory alone: what is to be written when the disk can be.
        var forDisk = PendingWrites()
        var early = EarlyReports()
        /// Why records do not reach the disk.
        var fault: StoreHealth.Fault?
        /// Why pictures do not.
        var fileFault: StoreHealth.Fault?
        var setAside: [StoreHealth.SetAside] = []
        /// The last write that could never succeed.
        var refused: StoreError?
        var room = Room()
        /// What `PRAGMA data_version` said last; see ``Store/lookForOthers()``.
        var othersVersion: Int64?
        /// The next directory of pictures to be compared with the record.
        var shard = 0
    }

    /// The state directory; empty for a record in memory alone.
    public let directory: String
    /// How the record began: at a ``Beginning/new`` one older files are noted, not classified.
    public let beginning: Beginning

    let connection: Connection
    let models = ModelCatalogue()
    let changeFeed = ChangeFeed()
    /// One sweep at a time: two would remove twice as much as has to go.
    let sweeping = Gate()
    let state: Mutex<State>
    private let files: PictureFiles
    private let space: Reserve
    private let isAway: Atomic<Bool>

    /// True for a record in memory alone, until ``returnToDisk(now:)`` has found the disk well.
    public var isInMemory: Bool { isAway.load(ordering: .acquiring) }
    /// nil for a record in memory alone.
    var pictures: PictureFiles? { isInMemory ? nil : files }
    /// nil for a record in memory alone.
    var reserve: Reserve? { isInMemory ? nil : space }

    /// Opens the record of a state directory, or begins one. Blocks on the disk: at the start, or from a thread.
    /// - Parameters:
    ///   - directory: made (0700) where it is missing.
    ///   - now: the wall clock, for the name of a damaged database that is put aside.
    ///   - mustExist: for commands that look at another process's record: nothing is made or put aside.
    /// - Throws: a ``StoreError`` when the database is of a newer Rooster, or nothing can be written there.
    public init(directory: String, now: Instant, mustExist: Bool = false) throws(StoreError) {
        let opened = try Self.open(directory, now: now, mustExist: mustExist)
        self.directory = directory
        beginning = opened.beginning
        connection = Connection(opened.writer, path: DatabaseFile.path(in: directory))
        files = PictureFiles(directory: directory)
        space = Reserve(directory: directory)
        isAway = Atomic(false)
        var state = State()
        if let aside = opened.aside { state.setAside = [aside] }
        self.state = Mutex(state)
        if !mustExist, let disk = try? Disk(of: directory) { space.takeUp(free: disk.free) }
    }

    /// A record in memory alone, for when the state directory cannot be written: it holds the newest frames only, and
    /// ``health`` says why. ``returnToDisk(now:)`` takes it to the directory when that is well.
    public init(inMemoryBecause error: StoreError, directory: String, now: Instant) throws(StoreError) {
        self.directory = directory
        beginning = .new
        connection = Connection(
            try DatabaseFile.openInMemory(), path: DatabaseFile.path(in: directory), isInMemory: true)
        files = PictureFiles(directory: directory)
        space = Reserve(directory: directory)
        isAway = Atomic(true)
        var state = State()
        state.fault = StoreHealth.Fault(kind: error.kind, message: error.message, since: now)
        self.state = Mutex(state)
    }

    /// Goes from memory to the disk if the state directory can be written by now, and writes there what memory took down.
    /// Blocks nobody: it is tried beside the frames.
    /// - Returns: true where it has just done so.
    public func returnToDisk(now: Instant) async -> Bool {
        guard isInMemory else { return false }
        let connection = self.connection
        let directory = self.directory
        do {
            let opened = try await connection.onFiles { try Self.open(directory, now: now, mustExist: false) }
            // On the queue of the record in memory: nothing is being written there meanwhile.
            await connection.withWriter { _ in
                self.state.withLock { state in
                    state.pending = state.forDisk
                    state.forDisk = PendingWrites()
                    state.fault = nil
                    if let aside = opened.aside { state.setAside.insert(aside, at: 0) }
                }
                self.models.forget()
                connection.begin(opened.writer)
                self.isAway.store(false, ordering: .releasing)
            }
        } catch {
            failed(error)
            return false
        }
        await connection.withWriter { _ = self.drain($0) }
        return true
    }

    /// How well the store can write. Never blocks on the disk.
    public var health: StoreHealth {
        state.withLock { state in
            StoreHealth(
                fault: state.fault ?? state.fileFault, waiting: state.pending.weight + state.forDisk.weight,
                lost: state.pending.lost + state.forDisk.lost + state.early.lost, refused: state.refused?.message,
                setAside: state.setAside, reserveUsed: reserve?.isUsed ?? false)
        }
    }

    /// Wakes whoever waits for changes: an element says "look again" with the newest number; those that nobody took in
    /// time are replaced by newer ones. Ends when the store is closed.
    public func changes() -> AsyncStream<Int64> { changeFeed.stream() }

    /// The number of the newest change that waiters were told of. Asks no disk.
    public var newestChange: Int64 { changeFeed.last }

    /// Closes the database after writing what waits. Nothing may be called afterwards.
    public func close() async {
        await connection.withWriter { database in
            _ = self.drain(database)
            // The log is emptied here: GRDB closes its reading connections last, and those leave it behind. What fails
            // is done at the next start.
            _ = try? database.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
        changeFeed.close()
        let writer = connection.writer
        // Readers at work keep it open until they are done.
        _ = try? await connection.onFiles { try writer.close() }
    }
}
