import GRDB
import Vocabulary

extension RecordWriter {
    /// Messages that a detection gives rise to. The key is made from what the message is, so that it is written once.
    func writeMessages(for detection: Detection, publications: [Publication], at now: Instant) throws {
        guard !detection.publish.isEmpty else { return }
        for publication in publications where publication.wants(detection) {
            let lifetime = max(0, publication.expires.wholeMilliseconds)
            let goesOn =
                try publication.when == .end
                && row("SELECT 1 FROM visit WHERE id = ? AND ended IS NULL", [detection.visit.rawValue]) != nil
            try execute(
                """
                INSERT INTO outbox (key, channel, kind, visit, detection, state, next, created, lifetime, expires)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, iif(?6 = 'pending', ?7, NULL), ?7, ?8, iif(?6 = 'pending', ?9, NULL))
                ON CONFLICT DO NOTHING
                """,
                [
                    Self.key(publication, detection), publication.channel, publication.when.rawValue,
                    detection.visit.rawValue, publication.when == .end ? nil : detection.id.rawValue,
                    (goesOn ? OutboxItem.State.waiting : .pending).rawValue, now.milliseconds, lifetime,
                    (now + publication.expires).milliseconds,
                ])
        }
    }

    /// The messages that waited for the end of a visit.
    func makeEndDue(of visit: VisitID, at now: Instant) throws {
        try execute(
            """
            UPDATE outbox SET state = 'pending', next = ?1, expires = ?1 + min(lifetime, 9007199254740992)
            WHERE visit = ?2 AND state = 'waiting'
            """, [now.milliseconds, visit.rawValue])
    }

    private static func key(_ publication: Publication, _ detection: Detection) -> String {
        switch publication.when {
        case .start, .end: "\(detection.visit)-\(publication.when.rawValue)-\(publication.channel)"
        case .each: "\(detection.visit)-\(detection.id)-\(publication.channel)"
        }
    }
}
