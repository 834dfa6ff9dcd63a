import GRDB
import Vocabulary

extension Store {
    /// Takes down a change that somebody made. Waits in memory where the disk refuses it, as records do.
    /// - Parameter keep: older ones are forgotten (`storage.keep_records`).
    @discardableResult
    public func note(_ entry: AuditEntry, keep: Duration) async -> WriteOutcome {
        await submit(.audit(entry, keep: keep))
    }

    /// Changes that somebody made, newest first.
    /// - Throws: `invalid` for a cursor that leads nowhere.
    public func audit(_ filter: AuditFilter = AuditFilter()) async throws(StoreError) -> Page<AuditItem> {
        if let before = filter.before, before.sequence == nil {
            throw StoreError(.invalid, "'\(before.text)' is no place in this list: take 'next' of a page")
        }
        return try await read { database in
            var query = ListQuery(table: "audit", alias: "c", columns: "c.*")
            query.since(filter.since, time: "time")
            return try query.page(before: filter.before, after: nil, limit: filter.limit, in: database) { rows in
                rows.compactMap(AuditItem.init)
            }
        }
    }
}

extension RecordWriter {
    /// Somebody who may change things could fill the table: more than this is a year of clicking every half hour.
    static let changesOfPeopleKept: Int64 = 20_000

    mutating func note(_ entry: AuditEntry, keep: Duration) throws {
        try execute(
            """
            INSERT INTO audit (time, way, address, token, deed, subject, before, after)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                entry.time.milliseconds, entry.asker.way.rawValue, entry.asker.address, entry.asker.hasToken,
                entry.deed.rawValue, entry.subject, entry.before, entry.after,
            ])
        let last = database.lastInsertedRowID
        try execute(
            "DELETE FROM audit WHERE sequence <= ? OR time < ?",
            [last - Self.changesOfPeopleKept, (entry.time - keep).milliseconds])
    }
}

extension AuditItem {
    fileprivate init?(_ row: Row) {
        guard let way = Asker.Way(rawValue: row["way"]), let deed = AuditEntry.Deed(rawValue: row["deed"]) else {
            return nil
        }
        let sequence: Int64 = row["sequence"]
        self.init(
            id: String(sequence),
            entry: AuditEntry(
                time: Instant(milliseconds: row["time"]),
                asker: Asker(way, address: row["address"], hasToken: row["token"]), deed: deed,
                subject: row["subject"], before: row["before"], after: row["after"]))
    }
}
