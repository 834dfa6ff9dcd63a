import GRDB
import Vocabulary

extension RecordWriter {
    /// One detection with its visit, its action and the messages it gives rise to. One that is there already only takes
    /// over what is newly known of its action.
    mutating func write(
        _ detection: Detection, frame: Int64, action: ActionReport?, publications: [Publication], at now: Instant
    ) throws {
        guard detection.id.isWellFormed, detection.visit.isWellFormed else {
            throw StoreError(.invalid, "'\(detection.id)' or '\(detection.visit)' is not the id of a detection")
        }
        if try row("SELECT 1 FROM detection WHERE id = ?", [detection.id.rawValue]) != nil {
            if let action { try update(action, of: detection.id, at: now) }
            return
        }
        try extendVisit(of: detection, frame: frame, at: now)
        try execute(
            """
            INSERT INTO detection (id, frame, visit, time, source, region, rule, label, probability, model, labels,
              trace, heldBack, superseded)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                detection.id.rawValue, frame, detection.visit.rawValue, detection.time.milliseconds, detection.source,
                detection.region, detection.rule, detection.label, detection.probability.storedFraction,
                detection.model.description, CompactLabels.text(detection.labels),
                CompactTrace.text(detection.trace), detection.heldBack?.rawValue, detection.superseded,
            ])
        let sequence = database.lastInsertedRowID
        try execute("UPDATE frame SET worth = max(worth, ?) WHERE sequence = ?", [Worth.detection.rawValue, frame])
        if let report = firstReport(of: detection, given: action) {
            try insert(report, of: sequence, detection: detection)
        }
        try writeMessages(for: detection, publications: publications, at: now)
        touch(.detection, detection.id.rawValue)
        touch(.visit, detection.visit.rawValue)
    }

    /// What is known of the action when the detection is recorded: the furthest of what the path says, what came early,
    /// and what follows from the clauses.
    private mutating func firstReport(of detection: Detection, given: ActionReport?) -> ActionReport? {
        let early = early.take(detection.id)
        let known = [given, early].compactMap { $0 }.max { $0.state.rank < $1.state.rank }
        if let known { return known }
        guard let name = detection.action else { return nil }
        if let clause = detection.heldBack {
            return ActionReport(name: name, state: .heldBack, reason: clause.rawValue)
        }
        if detection.superseded { return ActionReport(name: name, state: .heldBack, reason: Self.superseded) }
        return ActionReport(name: name, state: .queued)
    }

    /// The reason where another region of the frame had the better claim: no clause, but a person asks why.
    static let superseded = "superseded"
}
