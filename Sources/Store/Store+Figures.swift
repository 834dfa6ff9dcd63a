import GRDB
public import Vocabulary

extension Store {
    /// Milliseconds of a quarter of an hour.
    private static let quarter: Int64 = 15 * 60 * 1_000
    private static let quartersShown: Int64 = 96

    /// What happened in each of the 96 quarter hours up to and including that of `now`, oldest first.
    public func quarterHours(until now: Instant) async throws(StoreError) -> [QuarterHour] {
        let last = now.milliseconds - ((now.milliseconds % Self.quarter) + Self.quarter) % Self.quarter
        let first = last - (Self.quartersShown - 1) * Self.quarter
        return try await read { database in
            // A count a quarter walks an index once; grouping would sort all rows of a day.
            func count(_ table: String, _ column: String, _ slot: Int64, _ condition: String = "true") throws -> Int {
                let statement = try database.cachedStatement(
                    sql: "SELECT count(*) FROM \(table) WHERE \(column) >= ? AND \(column) < ? AND \(condition)")
                let start = first + slot * Self.quarter
                return try Int.fetchOne(statement, arguments: [start, start + Self.quarter]) ?? 0
            }
            return try (0..<Self.quartersShown).map { slot in
                QuarterHour(
                    start: Instant(milliseconds: first + slot * Self.quarter),
                    frames: try count("frame", "time", slot, "state <> 'noted'"),
                    detections: try count("detection", "time", slot), actions: try count("action", "started", slot))
            }
        }
    }

    /// How many frames since an instant were answered in time, and what cost the time of the others.
    public func deadlines(since: Instant) async throws(StoreError) -> DeadlineCounts {
        try await read { database in
            var counts = DeadlineCounts(answered: 0, missed: [:], notRunning: 0, quarantined: 0)
            let rows = try Row.fetchAll(
                database,
                sql: "SELECT state, missed, count(*) AS count FROM frame WHERE time >= ? GROUP BY state, missed",
                arguments: [since.milliseconds])
            for row in rows {
                let count: Int = row["count"]
                switch (StoredState(rawValue: row["state"]), (row["missed"] as String?).flatMap(Stage.init)) {
                case (.recorded, .notRunning?): counts.notRunning += count
                case (.recorded, let missed?):
                    counts.answered += count
                    counts.missed[missed, default: 0] += count
                case (.recorded, nil): counts.answered += count
                case (.quarantined, _): counts.quarantined += count
                default: break
                }
            }
            return counts
        }
    }

    /// How much is recorded: sums that the database keeps, at no cost.
    public func counts() async throws(StoreError) -> RecordCounts {
        try await read { database in
            var counts = RecordCounts(frames: [:], detections: 0, visits: 0, outbox: [:])
            for row in try Row.fetchAll(database, sql: "SELECT name, value FROM counter") {
                let value: Int = row["value"]
                switch row["name"] as String {
                case "detections": counts.detections = value
                case "visits": counts.visits = value
                case let name: if let state = FrameItem.State(rawValue: name) { counts.frames[state] = value }
                }
            }
            let rows = try Row.fetchAll(
                database, sql: "SELECT channel, state, count(*) AS count FROM outbox GROUP BY channel, state")
            for row in rows {
                guard let state = OutboxItem.State(rawValue: row["state"]) else { continue }
                counts.outbox[row["channel"], default: [:]][state] = row["count"]
            }
            return counts
        }
    }

    /// What the record takes on the disk.
    public func diskFigures() async throws(StoreError) -> DiskFigures {
        guard !isInMemory else {
            return DiskFigures(pictures: 0, thumbnails: 0, database: 0, other: 0, free: 0, size: 0)
        }
        let kept = try await read { database in
            try Dictionary(
                uniqueKeysWithValues: Row.fetchAll(
                    database, sql: "SELECT name, value FROM counter WHERE name IN ('pictures', 'thumbnails')"
                ).map { ($0["name"] as String, $0["value"] as Int64) })
        }
        let directory = self.directory
        return try await connection.onFiles {
            let disk = try Disk(of: directory)
            return DiskFigures(
                pictures: kept["pictures"] ?? 0, thumbnails: kept["thumbnails"] ?? 0,
                database: Disk.databaseBytes(in: directory), other: Disk.otherBytes(in: directory), free: disk.free,
                size: disk.size)
        }
    }
}
