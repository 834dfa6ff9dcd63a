import Foundation
import GRDB
import Synchronization
import Vocabulary

/// The database that is open now, and the two queues on which blocking work is done: never on the cooperative pool.
final class Connection: Sendable {
    private struct Current {
        var writer: any DatabaseWriter
        /// The file that was opened: nil in memory.
        var inode: UInt64?
    }

    private let current: Mutex<Current>
    /// Where the database lies, or will.
    private let path: String
    /// For files: copies, renames, directory walks.
    private let files = DispatchQueue(label: "rooster.store.files", qos: .utility)

    init(_ writer: any DatabaseWriter, path: String, isInMemory: Bool = false) {
        self.path = path
        current = Mutex(Current(writer: writer, inode: isInMemory ? nil : Self.inode(path)))
    }

    var writer: any DatabaseWriter { current.withLock { $0.writer } }

    /// True where the file was removed or replaced under us: SQLite goes on writing into one that nobody will find again.
    /// A disk that cannot even say so has moved nothing.
    var wasMoved: Bool {
        current.withLock { current in
            guard let inode = current.inode else { return false }
            do {
                return try FileState(path: path).inode != inode
            } catch let error as FileError {
                return FileError.isAbsence(error.number)
            } catch {
                return false
            }
        }
    }

    private static func inode(_ path: String) -> UInt64? { (try? FileState(path: path))?.inode }

    /// Puts another database in the place of the one that is open.
    func begin(_ writer: any DatabaseWriter) {
        current.withLock { $0 = Current(writer: writer, inode: Self.inode(path)) }
    }

    /// Reads a consistent state of the database.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            writer.asyncRead { database in
                continuation.resume(
                    returning: Result { try body(database.get()) }.mapError { StoreError($0) })
            }
        }
        return try result.get()
    }

    /// Runs alone on the writing connection, outside of a transaction. Not cancelled by the caller's cancellation: what
    /// was begun is finished.
    func withWriter<Value: Sendable>(_ body: @escaping @Sendable (Database) -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            writer.asyncWriteWithoutTransaction { continuation.resume(returning: body($0)) }
        }
    }

    /// Runs blocking work on files, one piece after the other.
    func onFiles<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            files.async {
                continuation.resume(returning: Result { try body() }.mapError { StoreError($0) })
            }
        }
        return try result.get()
    }

    /// The same without waiting for it.
    func onFilesLater(_ body: @escaping @Sendable () -> Void) { files.async(execute: body) }
}
