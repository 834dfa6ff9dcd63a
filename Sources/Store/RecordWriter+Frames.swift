import GRDB
import Vocabulary

/// How much a frame is worth keeping: retention goes from the first to the last.
enum Worth: Int {
    case plain, nearMiss, detection, corrected
}

extension RecordWriter {
    /// An older state of a broken file may be reported after a newer one by as many frames of its source at most: frames
    /// are recorded nearly in the order in which they are read.
    private static let reorderWindow = 512

    /// One frame with all that belongs to it. The same frame again adds what was missing.
    mutating func write(
        _ report: FrameReport, publications: [Publication], withheld: Bool, at now: Instant
    ) throws {
        guard report.id.isWellFormed else {
            throw StoreError(.invalid, "'\(report.id)' is not the id of a frame: \(report.path)")
        }
        let changesBefore = database.totalChangesCount
        let known = try row("SELECT sequence, state FROM frame WHERE id = ?", [report.id.rawValue])
        let sequence: Int64
        var isNew = known == nil
        if let known {
            sequence = known["sequence"]
            let before = StoredState(rawValue: known["state"]) ?? .noted
            if report.state.stored.rank < before.rank { return }
            if report.state.stored.rank > before.rank {
                try advance(sequence, to: report)
                isNew = true
            }
            try execute("UPDATE frame SET gone = NULL WHERE sequence = ? AND gone IS NOT NULL", [sequence])
        } else {
            if try isOutdated(report) { return }
            sequence = try insert(report, withheld: withheld)
            try replaceQuarantined(by: report, keeping: sequence)
        }
        if case .recorded = report.state {
            try writeAnswers(report, of: sequence)
            for detection in report.detections {
                try write(
                    detection, frame: sequence, action: report.actions[detection.id], publications: publications,
                    at: now)
            }
            if isNew && !withheld { try sample(report, sequence) }
        }
        if database.totalChangesCount > changesBefore { touch(.frame, report.id.rawValue) }
    }

    private func insert(_ report: FrameReport, withheld: Bool) throws -> Int64 {
        var device: Int64?
        var inode: Int64?
        var file: String?
        switch report.identity.file {
        case .inode(let deviceNumber, let inodeNumber):
            device = Int64(bitPattern: deviceNumber)
            inode = Int64(bitPattern: inodeNumber)
        case .path(let path): file = path
        }
        try execute(
            """
            INSERT INTO frame (id, source, path, device, inode, file, size, modified, time, state, reason, late,
              deadline, latency, missed, timings, model, nearMisses, worth, picture)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                report.id.rawValue, report.identity.source, report.path, device, inode, file, report.identity.size,
                report.identity.modified, report.time.milliseconds, report.state.stored.rawValue, report.state.reason,
                report.late, report.deadline.storedMilliseconds, report.latency?.storedMilliseconds,
                report.missed?.rawValue, CompactTimings.text(report.timings), try model(of: report),
                CompactNames.textOrNone(report.nearMisses), report.worth.rawValue, withheld ? "withheld" : "none",
            ])
        return database.lastInsertedRowID
    }

    /// Noted becomes quarantined or recorded, quarantined becomes recorded: the same file, read anew.
    private func advance(_ sequence: Int64, to report: FrameReport) throws {
        try execute(
            """
            UPDATE frame SET state = ?, reason = ?, time = ?, late = ?, deadline = ?, latency = ?, missed = ?,
              timings = ?, model = ?, nearMisses = ?, worth = max(worth, ?) WHERE sequence = ?
            """,
            [
                report.state.stored.rawValue, report.state.reason, report.time.milliseconds, report.late,
                report.deadline.storedMilliseconds, report.latency?.storedMilliseconds, report.missed?.rawValue,
                CompactTimings.text(report.timings), try model(of: report),
                CompactNames.textOrNone(report.nearMisses), report.worth.rawValue, sequence,
            ])
    }

    /// The version that answered the first region: regions of one frame are answered by one version.
    private func model(of report: FrameReport) throws -> Int64? {
        guard case .recorded = report.state, let prediction = report.answers.first?.prediction else { return nil }
        return try models.row(of: prediction, in: database)
    }

    private func writeAnswers(_ report: FrameReport, of sequence: Int64) throws {
        for (place, answer) in report.answers.enumerated() {
            try write(answer.prediction, as: .production, of: answer.region, place: place, frame: sequence)
            for other in answer.others {
                try write(other.prediction, as: other.role, of: answer.region, place: place, frame: sequence)
            }
        }
    }

    /// What versions that do not act said later; of a frame that is not on record (any more) nothing is kept.
    mutating func write(late answers: [FrameReport.LateAnswer], of frame: FrameID) throws {
        guard
            let known = try row("SELECT sequence FROM frame WHERE id = ? AND state = 'recorded'", [frame.rawValue])
        else { return }
        for answer in answers {
            try write(
                answer.prediction, as: answer.role, of: answer.region, place: answer.place, frame: known["sequence"])
        }
    }

    private func write(
        _ prediction: Prediction, as role: ModelRole, of region: Region, place: Int, frame sequence: Int64
    ) throws {
        let whole = region.box == Region.wholeFrame.box
        try execute(
            """
            INSERT INTO answer (frame, region, role, place, box, model, unknown, threshold, probabilities, fingerprint)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            [
                sequence, region.name, role.rawValue, place, whole ? nil : CompactBox.text(region.box),
                try models.row(of: prediction, in: database), prediction.unknown?.storedFraction,
                prediction.unknownThreshold, CompactProbabilities.bytes(prediction.probabilities),
                Int64(bitPattern: prediction.fingerprint),
            ])
    }

    /// A quarantined state of a file that has gone on since is not worth a record.
    private func isOutdated(_ report: FrameReport) throws -> Bool {
        guard case .quarantined = report.state else { return false }
        let inode = report.identity.storedInode
        return try row(
            """
            SELECT 1 FROM (SELECT * FROM frame WHERE source = ?1 ORDER BY sequence DESC LIMIT ?2)
            WHERE (inode = ?3 AND device = ?4 OR path = ?5) AND (modified, size) > (?6, ?7) LIMIT 1
            """,
            [
                report.identity.source, Self.reorderWindow, inode?.inode, inode?.device, report.path,
                report.identity.modified, report.identity.size,
            ]) != nil
    }

    /// A later state of a quarantined file takes the place of its record (DESIGN section 2).
    private mutating func replaceQuarantined(by report: FrameReport, keeping sequence: Int64) throws {
        let inode = report.identity.storedInode
        let found = try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT sequence, id FROM frame WHERE state = 'quarantined' AND source = ?1 AND inode = ?2
                      AND device = ?3 AND sequence <> ?5 AND (modified, size) < (?6, ?7)
                    UNION
                    SELECT sequence, id FROM frame WHERE state = 'quarantined' AND source = ?1 AND path = ?4
                      AND sequence <> ?5 AND (modified, size) < (?6, ?7)
                    """),
            arguments: [
                report.identity.source, inode?.inode, inode?.device, report.path, sequence, report.identity.modified,
                report.identity.size,
            ])
        for row in found {
            let replaced: Int64 = row["sequence"]
            let id: String = row["id"]
            try execute("DELETE FROM frame WHERE sequence = ?", [replaced])
            replacedFrames.append(FrameID(rawValue: id))
            touch(.frame, id)
        }
    }
}

/// The states that are stored, by how much they say.
enum StoredState: String {
    case noted, quarantined, recorded

    var rank: Int {
        switch self {
        case .noted: 0
        case .quarantined: 1
        case .recorded: 2
        }
    }
}

extension FrameReport.State {
    var stored: StoredState {
        switch self {
        case .recorded: .recorded
        case .quarantined: .quarantined
        case .noted: .noted
        }
    }

    var reason: String? {
        if case .quarantined(let reason) = self { reason } else { nil }
    }
}

extension FrameReport {
    var worth: Worth {
        if !detections.isEmpty { return .detection }
        return nearMisses.isEmpty ? .plain : .nearMiss
    }
}

extension FrameIdentity {
    var storedInode: (device: Int64, inode: Int64)? {
        guard case .inode(let device, let inode) = file else { return nil }
        return (Int64(bitPattern: device), Int64(bitPattern: inode))
    }
}

extension Duration {
    /// Never negative: a clock read twice may be; a hundredth of a millisecond is enough for a record.
    var storedMilliseconds: Double { max(0, (milliseconds * 100).rounded() / 100) }
}

extension Double {
    /// 0 to 1: sums of many small floats pass 1 a little.
    var storedFraction: Double { isFinite ? min(max(self, 0), 1) : 0 }
}
