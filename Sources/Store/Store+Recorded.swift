import GRDB
public import Vocabulary

extension Store {
    /// Recorded frames in the order of the record, oldest first.
    /// - Parameters:
    ///   - since: only of this time or later.
    ///   - place: only behind this ``RecordedFrame/place``.
    ///   - limit: at most so many, up to ``PageLimit/most``.
    public func recorded(
        since: Instant?, after place: Int64 = 0, limit: Int = PageLimit.preset
    ) async throws(StoreError) -> [RecordedFrame] {
        try await read { database in
            try RecordedFrames.fetch(
                "sequence > ? AND time >= ? ORDER BY sequence LIMIT ?",
                [place, since?.milliseconds ?? Int64.min, PageLimit.clamped(limit)], models: self.models, in: database)
        }
    }

    /// One recorded frame; nil where there is none.
    public func recorded(_ id: FrameID) async throws(StoreError) -> RecordedFrame? {
        try await read { database in
            try RecordedFrames.fetch("id = ?", [id.rawValue], models: self.models, in: database).first
        }
    }
}

/// Rows of frames with everything that belongs to them: four queries a page, not some a frame.
private enum RecordedFrames {
    static func fetch(
        _ condition: String, _ arguments: StatementArguments, models: ModelCatalogue, in database: Database
    ) throws -> [RecordedFrame] {
        var frames = try Row.fetchAll(
            database,
            sql: """
                SELECT sequence, id, time, source, path, latency, missed, content FROM frame
                WHERE state = 'recorded' AND \(condition)
                """, arguments: arguments
        ).map { row in
            RecordedFrame(
                place: row["sequence"], id: FrameID(rawValue: row["id"]), time: Instant(milliseconds: row["time"]),
                source: row["source"], path: row["path"], latency: row["latency"],
                cameWhileDown: row["missed"] as String? == Stage.notRunning.rawValue, content: row["content"],
                answers: [], corrections: [:], seen: [])
        }
        guard let first = frames.first?.place, let last = frames.last?.place else { return [] }
        let places = Dictionary(frames.enumerated().map { ($1.place, $0) }, uniquingKeysWith: { first, _ in first })
        func rows(_ sql: String, _ body: (Int, Row) throws -> Void) throws {
            let cursor = try Row.fetchCursor(database, sql: sql, arguments: [first, last])
            while let row = try cursor.next() {
                if let index = places[row["frame"]] { try body(index, row) }
            }
        }
        var known: [Int64: RecordedModel] = [:]
        try rows("SELECT * FROM answer WHERE frame BETWEEN ? AND ? ORDER BY frame, place, role") { index, row in
            let number: Int64 = row["model"]
            if known[number] == nil, let found = try models.known(number, in: database) {
                known[number] = RecordedModel(id: found.model, digest: found.digest, names: found.names)
            }
            guard let model = known[number] else { return }
            frames[index].answers.append(answer(row, model))
        }
        try rows("SELECT frame, region, label FROM correction WHERE frame BETWEEN ? AND ?") { index, row in
            frames[index].corrections[row["region"]] = row["label"]
        }
        try rows(
            """
            SELECT d.frame, d.id, d.rule, d.region, d.label, d.probability, d.heldBack, a.state FROM detection d
            LEFT JOIN action a ON a.detection = d.sequence WHERE d.frame BETWEEN ? AND ? ORDER BY d.sequence
            """
        ) { index, row in
            frames[index].seen.append(
                RecordedFrame.Seen(
                    id: DetectionID(rawValue: row["id"]), rule: row["rule"], region: row["region"], label: row["label"],
                    probability: row["probability"], heldBack: (row["heldBack"] as String?).flatMap(Clause.init),
                    action: (row["state"] as String?).flatMap(ActionState.init)))
        }
        return frames
    }

    private static func answer(_ row: Row, _ model: RecordedModel) -> RecordedFrame.Answer {
        let names = model.labels.names
        return RecordedFrame.Answer(
            role: row["role"], model: model,
            item: AnswerItem(
                region: row["region"], box: (row["box"] as String?).flatMap(CompactBox.box) ?? Region.wholeFrame.box,
                role: row["role"], model: model.id, unknown: row["unknown"], unknownThreshold: row["threshold"],
                labels: CompactProbabilities.labels(row["probabilities"], names: names), labelCount: names.count),
            fingerprint: (row["fingerprint"] as Int64?).map(UInt64.init(bitPattern:)))
    }
}
