import GRDB
import Synchronization
public import Vocabulary

extension Store {
    /// Settled messages are looked at for so long.
    private static let keepMessages: Duration = .seconds(30 * 86_400)
    /// Directories that one sweep compares with the record: all of them within a day at a sweep a minute.
    private static let shardsCompared = 1
    /// Frames that a record in memory holds.
    private static let framesInMemory = 2_000

    /// Removes what `limits` no longer allow, at most about `limits.step` things, oldest first; files before their
    /// records, so that room is made even when the database cannot be written. Then takes up the reserve again.
    public func sweep(_ limits: RetentionLimits, now: Instant) async throws(StoreError) -> SweepReport {
        guard let pictures else { return try await sweepMemory() }
        return try await sweeping.through { () async throws(StoreError) -> SweepReport in
            var work = SweepWork(files: pictures, left: max(1, limits.step))
            for step in SweepStep.byAge(limits, now: now) where work.left > 0 {
                try await self.run(step, upTo: .max, &work)
            }
            try await self.removeRecords(before: now - limits.keepRecords, &work)
            let removedByAge = work.report.records
            try await self.evict(limits, try await self.diskFigures(), adding: 0, now: now, &work)
            try await self.tidy(min(limits.keepRecords, Self.keepMessages), step: max(1, limits.step), now: now)
            await self.compareShards(pictures)
            let directory = self.directory
            let reserve = self.reserve
            try await self.connection.onFiles {
                reserve?.takeUp(free: try Disk(of: directory).free - limits.keepFree / 2)
            }
            work.report.isUnfinished = work.left <= 0
            let excess = limits.excess(try await self.diskFigures(), adding: 0)
            work.report.isOverBudget = excess > 0 && work.left > 0 && work.report.records == removedByAge
            return work.report
        }
    }

    private func tidy(_ keep: Duration, step: Int, now: Instant) async throws(StoreError) {
        try await perform { writer in try writer.removeSettledMessages(before: now - keep, limit: step) }
        try await giveBackPages()
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
