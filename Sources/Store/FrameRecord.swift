import GRDB
import Vocabulary

/// Rows of frames and their answers as items.
enum FrameRecord {
    private static let columns = """
        f.sequence, f.id, f.time, f.source, f.path, f.state, f.reason, f.late, f.model, f.timings, f.latency,
        f.deadline, f.missed, f.nearMisses, f.gone, f.picture, f.thumbnailBytes
        """
    /// What a page or the API shows of each region.
    private static let labelsShown = 5

    static func page(_ filter: FrameFilter, models: ModelCatalogue, in database: Database) throws -> Page<FrameItem> {
        var query = ListQuery(table: "frame", alias: "f", columns: columns)
        query.add("f.source = ?", filter.source)
        if let state = filter.state { query.add("f.state = ?", state.rawValue) }
        if let sample = filter.sample {
            // A few hundred among millions: found by their index, not by a walk through all.
            query.add("f.sequence IN (SELECT sequence FROM frame INDEXED BY frameInSample WHERE sample IS NOT NULL)")
            switch sample {
            case .any: break
            case .unremarkable: query.add("f.worth = ?", Worth.plain.rawValue)
            case .nearMiss: query.add("f.worth = ?", Worth.nearMiss.rawValue)
            }
        }
        query.since(filter.since, time: "time")
        query.add("+f.time < ?", filter.until?.milliseconds)
        return try query.page(before: filter.before, after: filter.after, limit: filter.limit, in: database) {
            try items($0, models: models, in: database)
        }
    }

    static func item(_ id: FrameID, models: ModelCatalogue, in database: Database) throws -> FrameItem? {
        let rows = try Row.fetchAll(
            database, sql: "SELECT \(columns) FROM frame f WHERE f.id = ?", arguments: [id.rawValue])
        return try items(rows, models: models, in: database).first
    }

    /// The newest frame of each source that was answered in order.
    static func newest(models: ModelCatalogue, in database: Database) throws -> [FrameItem] {
        // One step an index entry a source, however many frames there are.
        let rows = try Row.fetchAll(
            database,
            sql: """
                WITH RECURSIVE sources (name) AS (
                  SELECT min(source) FROM frame
                  UNION ALL
                  SELECT (SELECT min(source) FROM frame WHERE source > sources.name) FROM sources WHERE name NOT NULL)
                SELECT \(columns) FROM sources CROSS JOIN frame f ON f.sequence = (SELECT sequence FROM frame
                  WHERE source = sources.name AND late = 0 AND state = 'recorded' ORDER BY sequence DESC LIMIT 1)
                WHERE sources.name NOT NULL ORDER BY f.source
                """)
        return try items(rows, models: models, in: database)
    }

    static func answers(_ id: FrameID, models: ModelCatalogue, in database: Database) throws -> [AnswerItem] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT a.* FROM answer a WHERE a.frame = (SELECT sequence FROM frame WHERE id = ?)
                ORDER BY a.place, a.role
                """, arguments: [id.rawValue]
        ).compactMap { row in
            guard let known = try models.known(row["model"], in: database) else { return nil }
            let box = (row["box"] as String?).flatMap(CompactBox.box) ?? Region.wholeFrame.box
            return AnswerItem(
                region: row["region"], box: box, role: row["role"], model: known.model, unknown: row["unknown"],
                unknownThreshold: row["threshold"],
                labels: CompactProbabilities.labels(row["probabilities"], names: known.names),
                labelCount: known.names.count)
        }
    }

    private static func items(_ rows: [Row], models: ModelCatalogue, in database: Database) throws -> [FrameItem] {
        var regions: [Int64: [FrameItem.RegionItem]] = [:]
        for row in rows where row["state"] as String == StoredState.recorded.rawValue {
            let sequence: Int64 = row["sequence"]
            let answers = try Row.fetchAll(
                database.cachedStatement(
                    sql: """
                        SELECT region, model, unknown, probabilities FROM answer
                        WHERE frame = ? AND role = 'production' ORDER BY place
                        """), arguments: [sequence])
            regions[sequence] = try answers.map { answer in
                let names = try models.known(answer["model"], in: database)?.names ?? []
                return FrameItem.RegionItem(
                    region: answer["region"],
                    labels: CompactProbabilities.labels(answer["probabilities"], names: names, most: labelsShown),
                    unknown: answer["unknown"])
            }
        }
        return try rows.map { row in
            let model = try (row["model"] as Int64?).flatMap { try models.known($0, in: database)?.model }
            let state = FrameItem.State(rawValue: row["state"]) ?? .noted
            return FrameItem(
                id: FrameID(rawValue: row["id"]), time: Instant(milliseconds: row["time"]), source: row["source"],
                path: row["path"], state: state, reason: row["reason"], late: row["late"], model: model,
                regions: regions[row["sequence"]] ?? [], timings: CompactTimings.timings(row["timings"]),
                hasPicture: Self.hasPicture(row), hasThumbnail: row["thumbnailBytes"] as Int64? != nil,
                latency: row["latency"], deadline: row["deadline"],
                missed: (row["missed"] as String?).flatMap(Stage.init),
                isWithheld: row["picture"] as String == "withheld",
                nearMisses: (row["nearMisses"] as String?).map(CompactNames.names) ?? [])
        }
    }

    /// The kept picture, or the original for as long as it is known to be there; never one that was withheld.
    static func hasPicture(_ row: Row) -> Bool {
        switch row["picture"] as String {
        case "kept": true
        case "withheld": false
        default: row["gone"] as Int64? == nil
        }
    }
}
