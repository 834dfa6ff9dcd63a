import GRDB
import Synchronization
public import Vocabulary

extension Store {
    /// Settled messages are looked at for so long.
    private static let keepMessages: Duration = .seconds(30 * 86_400)
    /// No budget is small enough for records of the last day to go.
    private static let keepRecordsAtLeast: Duration = .seconds(86_400)
    /// Pages that one sweep gives back to the file system: a few megabytes.
    private static let vacuumPages = 512
    /// Directories that one sweep compares with the record: all of them within a day at a sweep a minute.
    private static let shardsCompared = 1
    /// Frames that a record in memory holds.
    private static let framesInMemory = 2_000

    /// Removes what `limits` no longer allow, at most about `limits.step` things, oldest first; files before their
    /// records, so that room is made even when the database cannot be written. Then takes up the reserve again.
    public func sweep(_ limits: RetentionLimits, now: Instant) async throws(StoreError) -> SweepReport {
        guard let pictures else { return try await sweepMemory() }
        var report = SweepReport()
        var left = max(1, limits.step)
        for step in SweepStep.byAge(limits, now: now) where left > 0 {
            try await run(step, upTo: .max, files: pictures, left: &left, report: &report)
        }
        try await removeRecords(before: now - limits.keepRecords, files: pictures, left: &left, report: &report)
        try await makeRoom(limits, now: now, files: pictures, left: &left, report: &report)
        try await tidy(min(limits.keepRecords, Self.keepMessages), step: max(1, limits.step), now: now)
        await compareShards(pictures)
        let directory = self.directory
        let reserve = self.reserve
        try await connection.onFiles { reserve?.takeUp(free: try Disk(of: directory).free - limits.keepFree / 2) }
        report.isUnfinished = left <= 0
        return report
    }

    private func makeRoom(
        _ limits: RetentionLimits, now: Instant, files: PictureFiles, left: inout Int, report: inout SweepReport
    ) async throws(StoreError) {
        var excess = try await excess(limits)
        for step in SweepStep.byNeed(now: now) where excess > 0 && left > 0 {
            let before = report.bytes
            try await run(step, upTo: excess, files: files, left: &left, report: &report)
            excess -= report.bytes - before
        }
        guard excess > 0, left > 0 else { return }
        // No picture is left: then it is the records themselves, but not because others filled the disk.
        let before = report.records
        if try await diskFigures().used > limits.budget {
            try await removeRecords(before: now - Self.keepRecordsAtLeast, files: files, left: &left, report: &report)
        }
        report.isOverBudget = report.records == before
    }

    private func excess(_ limits: RetentionLimits) async throws(StoreError) -> Int64 {
        let figures = try await diskFigures()
        return max(figures.used - limits.budget, limits.keepFree - figures.free)
    }

    private func run(
        _ step: SweepStep, upTo bytes: Int64, files: PictureFiles, left: inout Int, report: inout SweepReport
    ) async throws(StoreError) {
        let limit = left
        var candidates = try await read { try step.candidates(limit: limit, in: $0) }
        var sum: Int64 = 0
        candidates = Array(
            candidates.prefix { candidate in
                defer { sum += candidate.bytes(step.kinds) }
                return sum < bytes
            })
        guard !candidates.isEmpty else { return }
        let chosen = candidates
        try await connection.onFiles { files.remove(chosen.map(\.id), step.kinds) }
        try await perform { writer in try writer.noteRemoved(chosen, step.kinds) }
        left -= chosen.count
        report.bytes += chosen.reduce(0) { $0 + $1.bytes(step.kinds) }
        if step.kinds.contains(.pictures) { report.pictures += chosen.count { $0.pictureBytes > 0 } }
        if step.kinds.contains(.thumbnails) { report.thumbnails += chosen.count { $0.thumbnailBytes > 0 } }
    }

    private func removeRecords(
        before: Instant, files: PictureFiles, left: inout Int, report: inout SweepReport
    ) async throws(StoreError) {
        guard left > 0 else { return }
        let limit = left
        let chosen = try await read { try RecordWriter.oldRecords(before: before, limit: limit, in: $0) }
        guard !chosen.isEmpty else { return }
        try await connection.onFiles { files.remove(chosen.map(\.id)) }
        try await perform { writer in try writer.removeRecords(chosen) }
        left -= chosen.count
        report.records += chosen.count
        report.bytes += chosen.reduce(0) { $0 + $1.bytes(PictureFiles.Kind.allCases) }
    }

    private func tidy(_ keep: Duration, step: Int, now: Instant) async throws(StoreError) {
        try await perform { writer in try writer.removeSettledMessages(before: now - keep, limit: step) }
        let failure: StoreError? = await connection.withWriter { database in
            do {
                try database.execute(sql: "PRAGMA incremental_vacuum(\(Self.vacuumPages))")
                return nil
            } catch {
                return StoreError(error)
            }
        }
        if let failure { throw failure }
    }

    /// Files whose record a crash lost are taken over or removed: one directory of each kind a sweep.
    private func compareShards(_ files: PictureFiles) async {
        let shard = state.withLock { state in
            defer { state.shard = (state.shard + Self.shardsCompared) % PictureFiles.shards }
            return state.shard
        }
        for kind in PictureFiles.Kind.allCases {
            await compare(files, kind, shard: shard)
        }
    }

    func compare(_ files: PictureFiles, _ kind: PictureFiles.Kind, shard: Int) async {
        let found = try? await connection.onFiles {
            files.ids(kind, shard: shard).compactMap { id in files.size(kind, id).map { (id, $0) } }
        }
        guard let found, !found.isEmpty else { return }
        let orphans = try? await perform { writer in
            try found.compactMap { id, bytes -> FrameID? in
                let row = try writer.row(
                    "SELECT picture, thumbnailBytes FROM frame WHERE id = ? AND state <> 'noted'", [id.rawValue])
                guard let row, row["picture"] as String != "withheld" else { return id }
                switch kind {
                case .pictures:
                    if row["picture"] as String == "removed" { return id }
                    try writer.execute(
                        "UPDATE frame SET picture = 'kept', pictureBytes = ? WHERE id = ? AND picture = 'none'",
                        [bytes, id.rawValue])
                case .thumbnails:
                    try writer.execute(
                        "UPDATE frame SET thumbnailBytes = ? WHERE id = ? AND thumbnailBytes IS NULL",
                        [bytes, id.rawValue])
                }
                return nil
            }
        }
        if let orphans, !orphans.isEmpty {
            connection.onFilesLater { files.remove(orphans, [kind]) }
        }
    }

    private func sweepMemory() async throws(StoreError) -> SweepReport {
        try await perform { writer in
            let old = try Row.fetchAll(
                writer.database,
                sql: """
                    SELECT sequence, id, pictureBytes, thumbnailBytes FROM frame
                    WHERE sequence <= (SELECT max(sequence) FROM frame) - ?
                    """, arguments: [Self.framesInMemory]
            ).map(SweepCandidate.init)
            for frame in old { try writer.execute("UPDATE frame SET gone = 0 WHERE sequence = ?", [frame.sequence]) }
            try writer.removeRecords(old)
            var report = SweepReport()
            report.records = old.count
            return report
        }
    }
}
