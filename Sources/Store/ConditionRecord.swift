import GRDB
import Vocabulary

/// Rows of conditions as reports.
enum ConditionRecord {
    static func open(in database: Database) throws -> [ConditionReport] {
        try Row.fetchAll(
            database, sql: "SELECT * FROM condition WHERE until IS NULL ORDER BY sequence LIMIT ?",
            arguments: [PageLimit.most]
        ).compactMap(report)
    }

    static func item(_ id: String, in database: Database) throws -> ConditionReport? {
        try Row.fetchOne(database, sql: "SELECT * FROM condition WHERE id = ?", arguments: [id]).flatMap(report)
    }

    private static func report(_ row: Row) -> ConditionReport? {
        guard let condition = SourceCondition(rawValue: row["condition"]) else { return nil }
        return ConditionReport(
            source: row["source"], condition: condition, since: Instant(milliseconds: row["since"]),
            until: (row["until"] as Int64?).map(Instant.init(milliseconds:)),
            frame: (row["frame"] as String?).map(FrameID.init(rawValue:)), detail: row["detail"])
    }
}

extension RecordWriter {
    /// So many stretches are kept: some a day at most, so for years.
    private static let conditionsKept: Int64 = 10_000

    /// Begins or ends a condition, with the messages that tell of it; what is written already stays as it is.
    mutating func write(_ report: ConditionReport, publications: [Publication], at now: Instant) throws {
        try execute(
            """
            INSERT INTO condition (id, source, condition, since, until, frame, detail) VALUES (?, ?, ?, ?, NULL, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            [
                report.id, report.source, report.condition.rawValue, report.since.milliseconds,
                report.frame?.rawValue, report.detail,
            ])
        var isNew = database.changesCount > 0
        if isNew {
            try execute(
                "DELETE FROM condition WHERE until IS NOT NULL AND sequence <= ?",
                [database.lastInsertedRowID - Self.conditionsKept])
        }
        if let until = report.until {
            try execute(
                "UPDATE condition SET until = max(since, ?) WHERE id = ? AND until IS NULL",
                [until.milliseconds, report.id])
            isNew = database.changesCount > 0
        }
        guard isNew else { return }
        touch(.source, report.id)
        guard report.condition.isTrouble else { return }
        let kind: OutboxItem.Kind = report.until == nil ? .began : .over
        for publication in publications where publication.troubles {
            try execute(
                """
                INSERT INTO outbox (key, channel, kind, condition, state, next, created, lifetime, expires)
                VALUES (?1, ?2, ?3, ?4, 'pending', ?5, ?5, ?6, ?7) ON CONFLICT DO NOTHING
                """,
                [
                    "\(report.id)-\(kind.rawValue)-\(publication.channel)", publication.channel, kind.rawValue,
                    report.id, now.milliseconds, max(0, publication.expires.wholeMilliseconds),
                    (now + publication.expires).milliseconds,
                ])
        }
    }
}
