import GRDB
import Synchronization
import Vocabulary

/// The versions that answered, with their labels: stored once, remembered while they are in use.
final class ModelCatalogue: Sendable {
    /// A thousand names take about 60 kB of memory; more versions than these are read again when asked for.
    private static let remembered = 6

    struct Known: Sendable {
        var row: Int64
        var model: ModelID
        var digest: String
        var names: [String]
    }

    private struct State {
        /// Held, not only identified: an object identifier is used again once its object is gone.
        var written: [(labels: Labels, known: Known)] = []
        var read: [Known] = []
    }

    private let state = Mutex(State())

    /// The row of a version, added where it is new. On the writing connection.
    func row(of prediction: Prediction, in database: Database) throws -> Int64 {
        let (model, labels, digest) = (prediction.model, prediction.labels, prediction.digest)
        let held = state.withLock { state in
            state.written.first {
                $0.labels === labels && $0.known.model == model && $0.known.digest == digest
            }?.known.row
        }
        if let held { return held }
        let names = CompactNames.text(labels.names)
        try database.execute(
            sql: "INSERT INTO model (name, labels, digest) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            arguments: [model.description, names, digest])
        guard
            let row = try Int64.fetchOne(
                database, sql: "SELECT id FROM model WHERE name = ? AND labels = ? AND digest = ?",
                arguments: [model.description, names, digest])
        else { throw StoreError(.invalid, "the version \(model) cannot be stored") }
        let known = Known(row: row, model: model, digest: digest, names: labels.names)
        state.withLock { state in
            state.written.append((labels, known))
            if state.written.count > Self.remembered { state.written.removeFirst() }
        }
        return row
    }

    /// The version of a row. On any connection.
    func known(_ row: Int64, in database: Database) throws -> Known? {
        let held = state.withLock { state in
            state.written.first { $0.known.row == row }?.known ?? state.read.first { $0.row == row }
        }
        if let held { return held }
        guard
            let found = try Row.fetchOne(
                database, sql: "SELECT name, labels, digest FROM model WHERE id = ?", arguments: [row]),
            let model = ModelID(found["name"] as String)
        else { return nil }
        let known = Known(
            row: row, model: model, digest: found["digest"], names: CompactNames.names(found["labels"]))
        state.withLock { state in
            state.read.append(known)
            if state.read.count > Self.remembered { state.read.removeFirst() }
        }
        return known
    }

    /// After a transaction was undone, or another database opened: rows may not exist.
    func forget() { state.withLock { $0 = State() } }
}
