import GRDB
import Vocabulary

/// Rows of the outbox as items.
enum OutboxRecord {
    /// No message waits for longer: a time beyond is one of a clock that was wrong before a restart.
    private static let longestWait: Duration = .seconds(2 * 86_400)

    static func due(_ channel: String, now: Instant, limit: Int, in database: Database) throws -> [OutboxItem] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM outbox WHERE channel = ? AND state = 'pending' AND (next <= ? OR next > ?)
                ORDER BY next, id LIMIT ?
                """,
            arguments: [
                channel, now.milliseconds, (now + longestWait).milliseconds, PageLimit.clamped(limit),
            ]
        ).compactMap(item)
    }

    static func next(_ channel: String, in database: Database) throws -> Instant? {
        try Int64.fetchOne(
            database, sql: "SELECT min(next) FROM outbox WHERE channel = ? AND state = 'pending'",
            arguments: [channel]
        ).map(Instant.init(milliseconds:))
    }

    static func messages(of visit: VisitID, in database: Database) throws -> [OutboxItem] {
        try Row.fetchAll(
            database, sql: "SELECT * FROM outbox WHERE visit = ? ORDER BY id LIMIT ?",
            arguments: [visit.rawValue, PageLimit.most]
        ).compactMap(item)
    }

    private static func item(_ row: Row) -> OutboxItem? {
        guard let kind = OutboxItem.Kind(rawValue: row["kind"]), let state = OutboxItem.State(rawValue: row["state"])
        else { return nil }
        return OutboxItem(
            id: row["id"], key: row["key"], channel: row["channel"], kind: kind,
            visit: (row["visit"] as String?).map(VisitID.init(rawValue:)),
            detection: (row["detection"] as String?).map(DetectionID.init(rawValue:)), condition: row["condition"],
            state: state,
            attempts: row["attempts"], next: (row["next"] as Int64?).map(Instant.init(milliseconds:)),
            error: row["error"], created: Instant(milliseconds: row["created"]),
            expires: (row["expires"] as Int64?).map(Instant.init(milliseconds:)))
    }
}
