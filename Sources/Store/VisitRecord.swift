import GRDB
import Vocabulary

/// Rows of visits with their telling detections and their tally as items.
enum VisitRecord {
    static func page(_ filter: VisitFilter, in database: Database) throws -> Page<VisitItem> {
        var query = ListQuery(table: "visit", alias: "v", columns: "v.*")
        query.add("v.label = ?", filter.label)
        query.add("v.source = ?", filter.source)
        query.since(filter.since, time: "last")
        return try query.page(before: filter.before, after: filter.after, limit: filter.limit, in: database) {
            try items($0, in: database)
        }
    }

    static func item(_ id: VisitID, in database: Database) throws -> VisitItem? {
        let rows = try Row.fetchAll(database, sql: "SELECT * FROM visit WHERE id = ?", arguments: [id.rawValue])
        return try items(rows, in: database).first
    }

    /// Visits that have not ended, oldest first; no more than a page: regions and labels are few.
    static func open(in database: Database) throws -> [VisitItem] {
        let rows = try Row.fetchAll(
            database, sql: "SELECT * FROM visit WHERE ended IS NULL ORDER BY sequence LIMIT ?",
            arguments: [PageLimit.most])
        return try items(rows, in: database)
    }

    private static func items(_ rows: [Row], in database: Database) throws -> [VisitItem] {
        var ids: Set<String> = []
        for row in rows {
            ids.insert(row["best"])
            if let fired = row["fired"] as String? { ids.insert(fired) }
        }
        let detections = try DetectionRecord.items(ids, in: database)
        return try rows.compactMap { row in
            let id: String = row["id"]
            guard let best = detections[row["best"]] else { return nil }
            let outcomes = try Row.fetchAll(
                database.cachedStatement(
                    sql: """
                        SELECT state, clause, count FROM outcome WHERE visit = ? AND count > 0
                        ORDER BY count DESC, state, clause
                        """), arguments: [id])
            return VisitItem(
                id: VisitID(rawValue: id), cursor: PageCursor(sequence: row["sequence"]), label: row["label"],
                source: row["source"], region: row["region"], started: Instant(milliseconds: row["started"]),
                last: Instant(milliseconds: row["last"]),
                ended: (row["ended"] as Int64?).map(Instant.init(milliseconds:)),
                changed: Instant(milliseconds: row["changed"]), count: row["count"], best: best,
                fired: (row["fired"] as String?).flatMap { detections[$0] },
                outcomes: outcomes.compactMap { outcome in
                    ActionState(rawValue: outcome["state"]).map {
                        let clause: String = outcome["clause"]
                        return VisitItem.Outcome(
                            state: $0, clause: clause.isEmpty ? nil : clause, count: outcome["count"])
                    }
                })
        }
    }
}
