import GRDB
import Vocabulary

// What a person saw is the truth about a region of a frame, not about one rule: two rules that saw something in the same
// region share it.
extension RecordWriter {
    mutating func correct(_ id: DetectionID, label: String?, at now: Instant) throws {
        guard let found = try row("SELECT frame, region FROM detection WHERE id = ?", [id.rawValue]) else {
            throw StoreError(.notFound, "no detection \(id): never recorded, or older than keep_records")
        }
        try correct(found["frame"], region: found["region"], label: label, at: now)
    }

    mutating func correct(frame: FrameID, region: String?, label: String?, at now: Instant) throws {
        guard
            let found = try row(
                """
                SELECT f.sequence, a.region FROM frame f LEFT JOIN answer a ON a.frame = f.sequence
                  AND (?2 IS NULL OR a.region = ?2)
                WHERE f.id = ?1 ORDER BY a.place LIMIT 1
                """, [frame.rawValue, region])
        else { throw StoreError(.notFound, "no frame \(frame): never recorded, or older than keep_records") }
        guard let known = found["region"] as String? ?? (region == nil ? Region.wholeFrame.name : nil) else {
            throw StoreError(.notFound, "frame \(frame) has no region '\(region ?? "")'")
        }
        try correct(found["sequence"], region: known, label: label, at: now)
    }

    private mutating func correct(_ frame: Int64, region: String, label: String?, at now: Instant) throws {
        if let label {
            guard !label.isEmpty else { throw StoreError(.invalid, "a correction needs a label") }
            try execute(
                "INSERT OR REPLACE INTO correction (frame, region, label, at) VALUES (?, ?, ?, ?)",
                [frame, region, label, now.milliseconds])
            try execute(
                "UPDATE frame SET worth = ?, sample = NULL WHERE sequence = ?", [Worth.corrected.rawValue, frame])
        } else {
            try execute("DELETE FROM correction WHERE frame = ? AND region = ?", [frame, region])
            try execute(
                """
                UPDATE frame SET worth = iif(EXISTS (SELECT 1 FROM detection WHERE frame = ?1), ?2, ?3)
                WHERE sequence = ?1 AND NOT EXISTS (SELECT 1 FROM correction WHERE frame = ?1)
                """, [frame, Worth.detection.rawValue, Worth.nearMiss.rawValue])
        }
        let touched = try Row.fetchAll(
            database.cachedStatement(sql: "SELECT id, visit FROM detection WHERE frame = ? AND region = ?"),
            arguments: [frame, region])
        for row in touched {
            let visit: String = row["visit"]
            try execute("UPDATE visit SET changed = ? WHERE id = ?", [now.milliseconds, visit])
            touch(.detection, row["id"])
            touch(.visit, visit)
        }
        if touched.isEmpty, let id = try row("SELECT id FROM frame WHERE sequence = ?", [frame]) {
            touch(.frame, id["id"])
        }
    }
}
