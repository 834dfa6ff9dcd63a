import GRDB
import Vocabulary

/// Rows of detections with their frame, action and correction as items.
enum DetectionRecord {
    private static let columns = """
        d.sequence, d.id, d.visit, d.time, d.source, d.region, d.rule, d.label, d.probability, d.model, d.labels,
        d.trace, d.heldBack, d.superseded, f.id AS frame, f.deadline, f.latency, f.gone, f.picture, f.pictureBytes,
        f.thumbnailBytes, a.name AS action, a.state, a.started, a.duration, a.exit, a.reason, a.output,
        c.label AS correction
        """
    /// Cross joins keep the order: first the detection, then what belongs to it.
    private static let joins = """
        CROSS JOIN frame f ON f.sequence = d.frame LEFT JOIN action a ON a.detection = d.sequence
        LEFT JOIN correction c ON c.frame = d.frame AND c.region = d.region
        """

    static func page(_ filter: DetectionFilter, in database: Database) throws -> Page<DetectionItem> {
        var query = ListQuery(
            table: "detection", alias: "d", columns: columns, joins: joins)
        query.add("d.visit = ?", filter.visit?.rawValue)
        query.add("d.frame = (SELECT sequence FROM frame WHERE id = ?)", filter.frame?.rawValue)
        query.add("d.label = ?", filter.label)
        query.add("d.rule = ?", filter.rule)
        query.add("d.source = ?", filter.source)
        query.since(filter.since, time: "time")
        query.add("+d.time < ?", filter.until?.milliseconds)
        return try query.page(before: filter.before, after: filter.after, limit: filter.limit, in: database) {
            $0.map(item)
        }
    }

    static func item(_ id: DetectionID, in database: Database) throws -> DetectionItem? {
        try items([id.rawValue], in: database)[id.rawValue]
    }

    /// By id; those that are not there are left out.
    static func items(_ ids: Set<String>, in database: Database) throws -> [String: DetectionItem] {
        var found: [String: DetectionItem] = [:]
        let statement = try database.cachedStatement(
            sql: "SELECT \(columns) FROM detection d \(joins) WHERE d.id = ?")
        for id in ids {
            if let row = try Row.fetchOne(statement, arguments: [id]) { found[id] = item(row) }
        }
        return found
    }

    static func withActions(since: Instant, limit: Int, in database: Database) throws -> [DetectionItem] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT \(columns) FROM action a CROSS JOIN detection d ON d.sequence = a.detection
                CROSS JOIN frame f ON f.sequence = d.frame
                LEFT JOIN correction c ON c.frame = d.frame AND c.region = d.region
                WHERE a.started >= ? ORDER BY a.started DESC, d.sequence DESC LIMIT ?
                """, arguments: [since.milliseconds, PageLimit.clamped(limit)]
        ).map(item)
    }

    static func item(_ row: Row) -> DetectionItem {
        let action = (row["action"] as String?).map { name in
            DetectionItem.Action(
                name: name, state: ActionState(rawValue: row["state"]) ?? .queued,
                started: (row["started"] as Int64?).map(Instant.init(milliseconds:)), exit: row["exit"],
                reason: row["reason"], duration: row["duration"], output: row["output"])
        }
        return DetectionItem(
            id: DetectionID(rawValue: row["id"]), visit: VisitID(rawValue: row["visit"]),
            time: Instant(milliseconds: row["time"]), source: row["source"], region: row["region"], rule: row["rule"],
            label: row["label"], probability: row["probability"], model: modelID(row["model"]),
            frame: FrameID(rawValue: row["frame"]), hasPicture: FrameRecord.hasPicture(row),
            hasThumbnail: row["thumbnailBytes"] as Int64? != nil, deadline: row["deadline"], latency: row["latency"],
            action: action, trace: CompactTrace.outcomes(row["trace"]), correction: row["correction"],
            labels: CompactLabels.labels(row["labels"]), heldBack: (row["heldBack"] as String?).flatMap(Clause.init),
            superseded: row["superseded"], pictureBytes: row["pictureBytes"], thumbnailBytes: row["thumbnailBytes"])
    }

    /// The schema lets no other text in.
    private static func modelID(_ text: String) -> ModelID { ModelID(text) ?? ModelID(name: text, version: "") }
}
