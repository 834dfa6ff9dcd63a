import GRDB
import Vocabulary

extension RecordWriter {
    /// Output is the last 4 kB already; a longer one from elsewhere is cut to what fits a row well.
    private static let mostOutput = 4_096

    func insert(_ report: ActionReport, of sequence: Int64, detection: Detection) throws {
        try execute(
            """
            INSERT INTO action (detection, name, state, clause, started, duration, exit, reason, output)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, [sequence] + Self.arguments(report))
        try count(report, by: 1, in: detection.visit)
        if report.state.hasFired {
            try markFired(detection.visit, detection: detection.id, time: detection.time.milliseconds)
        }
    }

    /// Takes over a report that says more than what is stored.
    mutating func update(_ report: ActionReport, of id: DetectionID, at now: Instant) throws {
        guard
            let known = try row(
                """
                SELECT d.sequence, d.visit, d.time, a.detection IS NOT NULL AS hasAction, a.name, a.state, a.clause
                FROM detection d LEFT JOIN action a ON a.detection = d.sequence WHERE d.id = ?
                """, [id.rawValue])
        else {
            early.put(report, for: id)
            return
        }
        let sequence: Int64 = known["sequence"]
        let visit = VisitID(rawValue: known["visit"])
        if known["hasAction"] as Bool {
            let before = ActionState(rawValue: known["state"]) ?? .queued
            // The same state again adds nothing, and a final one is final.
            guard report.state.rank > before.rank else { return }
            try count(state: before, clause: known["clause"], by: -1, in: visit)
            try execute(
                """
                UPDATE action SET name = ?, state = ?, clause = ?, started = ifnull(?, started), duration = ?, exit = ?,
                  reason = ?, output = ? WHERE detection = ?
                """, Self.arguments(report) + [sequence])
        } else {
            try execute(
                """
                INSERT INTO action (detection, name, state, clause, started, duration, exit, reason, output)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """, [sequence] + Self.arguments(report))
        }
        try count(report, by: 1, in: visit)
        if report.state.hasFired { try markFired(visit, detection: id, time: known["time"]) }
        try execute("UPDATE visit SET changed = ? WHERE id = ?", [now.milliseconds, visit.rawValue])
        touch(.detection, id.rawValue)
        touch(.visit, visit.rawValue)
    }

    private static func arguments(_ report: ActionReport) -> StatementArguments {
        [
            report.name, report.state.rawValue, report.clause, report.started?.milliseconds,
            report.duration?.storedMilliseconds, report.exit, report.reason,
            report.output.map { String($0.suffix(mostOutput)) },
        ]
    }

    /// The first detection of a visit whose action began: the one a page tells of.
    private func markFired(_ visit: VisitID, detection: DetectionID, time: Int64) throws {
        try execute(
            """
            UPDATE visit SET fired = ?1, firedTime = ?2
            WHERE id = ?3 AND (firedTime IS NULL OR (firedTime, fired) > (?2, ?1))
            """, [detection.rawValue, time, visit.rawValue])
    }

    private func count(_ report: ActionReport, by step: Int, in visit: VisitID) throws {
        try count(state: report.state, clause: report.clause, by: step, in: visit)
    }

    private func count(state: ActionState, clause: String, by step: Int, in visit: VisitID) throws {
        try execute(
            """
            INSERT INTO outcome (visit, state, clause, count) VALUES (?1, ?2, ?3, max(0, ?4))
            ON CONFLICT DO UPDATE SET count = max(0, count + ?4)
            """, [visit.rawValue, state.rawValue, clause, step])
    }
}

extension ActionReport {
    /// The clause that held it back; empty otherwise. Reasons are for people: only known words are tallied.
    var clause: String {
        guard state == .heldBack, let reason else { return "" }
        let word = String(reason.prefix { $0.isLetter || $0 == "_" })
        return Clause(rawValue: word) != nil || word == RecordWriter.superseded ? word : ""
    }
}
