import GRDB
import Vocabulary

extension RecordWriter {
    /// Begins or extends the visit of a detection. Rules said which visit; here nothing is merged. The result does not
    /// depend on the order in which detections are recorded. Counted are frames: two rules may see the same one.
    func extendVisit(of detection: Detection, frame: Int64, at now: Instant) throws {
        try execute(
            """
            INSERT INTO visit (id, label, source, region, started, last, changed, count, best, bestProbability, bestTime)
            VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, 1, ?7, ?8, ?5)
            ON CONFLICT (id) DO UPDATE SET
              started = min(started, ?5), last = max(last, ?5), changed = max(changed, ?6),
              count = count + NOT EXISTS (SELECT 1 FROM detection WHERE visit = ?1 AND frame = ?9 AND id <> ?7),
              best = iif(\(Self.isBetter), ?7, best),
              bestTime = iif(\(Self.isBetter), ?5, bestTime),
              bestProbability = max(bestProbability, ?8)
            """,
            [
                detection.visit.rawValue, detection.label, detection.source, detection.region,
                detection.time.milliseconds, now.milliseconds, detection.id.rawValue,
                detection.probability.storedFraction, frame,
            ])
    }

    /// More probable; of equal ones the earlier.
    private static let isBetter =
        "?8 > bestProbability OR ?8 = bestProbability AND (?5, ?7) < (bestTime, best)"

    mutating func endVisit(_ id: VisitID, at now: Instant) throws {
        try execute(
            "UPDATE visit SET ended = max(?1, last), changed = ?1 WHERE id = ?2 AND ended IS NULL",
            [now.milliseconds, id.rawValue])
        guard database.changesCount > 0 else { return }
        try makeEndDue(of: id, at: now)
        touch(.visit, id.rawValue)
    }

    /// After records were removed: a visit without detections goes, another one's best detection may have to change.
    /// Its count stays what was seen.
    func repairVisits(_ ids: Set<String>) throws {
        for id in ids {
            try execute(
                "DELETE FROM visit WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM detection WHERE visit = ?1)", [id])
            try execute(
                """
                UPDATE visit SET (best, bestProbability, bestTime) = (SELECT id, probability, time FROM detection
                  WHERE visit = ?1 ORDER BY probability DESC, time, id LIMIT 1)
                WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM detection WHERE id = visit.best)
                """, [id])
        }
    }
}
