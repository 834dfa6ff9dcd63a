import GRDB
import Vocabulary

// The sample for labelling (DESIGN section 5): of all frames in which no rule saw anything some stay when retention takes
// the others, spread over the day and the sources. Each source has a place for one unremarkable frame an hour and for one
// near miss a quarter of an hour. Of the frames of a place's time the one with the lowest id has it: ids are made by
// hashing, so that each has the same chance, whatever the order, and the same frame is chosen again after a crash.
extension RecordWriter {
    private static let unremarkableEvery: Int64 = 3_600_000
    private static let nearMissEvery: Int64 = 900_000

    /// Gives a frame that was recorded just now a place in the sample, where it has the best claim to it.
    func sample(_ report: FrameReport, _ sequence: Int64) throws {
        guard report.worth == .plain || report.worth == .nearMiss else { return }
        let span = report.worth == .plain ? Self.unremarkableEvery : Self.nearMissEvery
        let time = report.time.milliseconds
        let place = time - ((time % span) + span) % span
        let held = try row(
            "SELECT sequence, id FROM frame WHERE source = ? AND worth = ? AND sample = ?",
            [report.identity.source, report.worth.rawValue, place])
        if let held {
            guard report.id.rawValue < held["id"] as String else { return }
            try execute("UPDATE frame SET sample = NULL WHERE sequence = ?", [held["sequence"] as Int64])
        }
        try execute("UPDATE frame SET sample = ? WHERE sequence = ?", [place, sequence])
    }

    /// Takes the oldest out of the sample until its files fit into so many bytes: they go with the others then.
    func thinSample(to bytes: Int64) throws {
        let rows = try Row.fetchCursor(
            database.cachedStatement(
                sql: """
                    SELECT time, ifnull(pictureBytes, 0) + ifnull(thumbnailBytes, 0) AS bytes FROM frame
                    WHERE sample IS NOT NULL ORDER BY time DESC
                    """))
        var sum: Int64 = 0
        var last: Int64?
        while let row = try rows.next() {
            sum += row["bytes"] as Int64
            if sum > bytes {
                last = row["time"]
                break
            }
        }
        guard let last else { return }
        try execute("UPDATE frame SET sample = NULL WHERE sample IS NOT NULL AND time <= ?", [last])
    }
}
