import GRDB
import Synchronization
import Vocabulary

// Retention on the write path: before a picture or a thumbnail is written, the oldest and least remarkable ones make room
// for it, so that the budget and the free space hold at any speed. `sweep` does the rest now and then: ages, records,
// files that a crash left.
extension Store {
    /// Records younger than this stay whatever the budget: the page tells of the last day.
    private static let keepRecordsAtLeast: Duration = .seconds(86_400)
    /// Those of frames in which nothing was seen may go earlier, where the database alone takes half of the budget.
    private static let keepPlainRecordsAtLeast: Duration = .seconds(3_600)

    /// From now on pictures and thumbnails are written only where `limits` leave room, or room can be made.
    public func keep(within limits: RetentionLimits) {
        state.withLock { state in
            state.room.limits = limits
            state.room.looked(free: 0)
        }
    }

    /// Makes room for a file.
    /// - Parameters:
    ///   - bytes: its size.
    ///   - needsDisk: false for a second name of a file that is there already.
    /// - Returns: false where nothing more can be removed and it does not fit.
    func makeRoom(for bytes: Int64, needsDisk: Bool = true) async throws(StoreError) -> Bool {
        let bytes = Disk.allocated(bytes)
        if state.withLock({ $0.room.take(bytes) }) { return true }
        guard let pictures else { return true }
        return try await sweeping.through { () async throws(StoreError) -> Bool in
            // Another one may have looked while this one waited.
            guard let limits = self.state.withLock({ $0.room.take(bytes) ? nil : $0.room.limits }) else { return true }
            var figures = try await self.diskFigures()
            var isUnfinished = false
            if limits.excess(figures, adding: bytes, needsDisk: needsDisk) > 0 {
                var work = SweepWork(files: pictures, left: max(1, limits.step))
                try await self.evict(
                    limits, figures, adding: bytes + limits.slack, needsDisk: needsDisk, now: .now, &work)
                isUnfinished = work.left <= 0
                figures = try await self.diskFigures()
            }
            let free = -limits.excess(figures, adding: bytes, needsDisk: needsDisk)
            self.state.withLock { $0.room.looked(free: free) }
            // More is removed with the next one: this one need not wait for all of it.
            return free >= 0 || isUnfinished
        }
    }

    /// Removes what `limits` do not allow, least remarkable first (DESIGN section 11), until `bytes` more fit.
    func evict(
        _ limits: RetentionLimits, _ figures: DiskFigures, adding bytes: Int64, needsDisk: Bool = true, now: Instant,
        _ work: inout SweepWork
    ) async throws(StoreError) {
        var excess = limits.excess(figures, adding: bytes, needsDisk: needsDisk)
        guard excess > 0 else { return }
        let share = limits.sampleBytes(figures)
        // Not at all costs: where the database cannot be written, files go all the same.
        _ = try? await perform { writer in try writer.thinSample(to: share) }
        for step in SweepStep.unremarkable(now: now) where excess > 0 && work.left > 0 {
            excess -= try await run(step, upTo: excess, &work)
        }
        if excess > 0, work.left > 0, figures.database > limits.budget / 2 {
            let before = now - Self.keepPlainRecordsAtLeast
            try await removeRecords(before: before, ofPlainOnly: true, &work)
            excess = limits.excess(try await diskFigures(), adding: bytes, needsDisk: needsDisk)
        }
        for step in SweepStep.remarkable where excess > 0 && work.left > 0 {
            excess -= try await run(step, upTo: excess, &work)
        }
        guard excess > 0, work.left > 0, figures.used > limits.budget else { return }
        // No picture is left: then it is the records themselves, but not because others filled the disk.
        try await removeRecords(before: now - Self.keepRecordsAtLeast, &work)
    }

    /// Removes files of a step, oldest first, until `bytes` are free.
    /// - Returns: bytes that were freed.
    @discardableResult
    func run(_ step: SweepStep, upTo bytes: Int64, _ work: inout SweepWork) async throws(StoreError) -> Int64 {
        let limit = work.left
        let candidates = try await read { try step.candidates(limit: limit, in: $0) }
        var freed: Int64 = 0
        let chosen = Array(
            candidates.prefix { candidate in
                guard freed < bytes else { return false }
                freed += candidate.bytes(step.kinds)
                return true
            })
        guard !chosen.isEmpty else { return 0 }
        let files = work.files
        // Files before their records, so that room is made even when the database cannot be written.
        try await connection.onFiles { files.remove(chosen.map(\.id), step.kinds) }
        try await perform { writer in try writer.noteRemoved(chosen, step.kinds) }
        work.removed(chosen, step.kinds)
        return freed
    }

    /// Removes records with their files, and gives their pages back to the file system.
    func removeRecords(
        before: Instant, ofPlainOnly: Bool = false, _ work: inout SweepWork
    ) async throws(StoreError) {
        guard work.left > 0 else { return }
        let limit = work.left
        let chosen = try await read {
            try RecordWriter.oldRecords(before: before, ofPlainOnly: ofPlainOnly, limit: limit, in: $0)
        }
        guard !chosen.isEmpty else { return }
        let files = work.files
        try await connection.onFiles { files.remove(chosen.map(\.id)) }
        try await perform { writer in try writer.removeRecords(chosen) }
        work.removedRecords(chosen)
        try await giveBackPages()
    }

    /// Gives pages of removed records back to the file system.
    func giveBackPages() async throws(StoreError) {
        let failure: StoreError? = await connection.withWriter { database in
            do {
                try database.execute(sql: "PRAGMA incremental_vacuum(\(Self.vacuumPages))")
                // The file gets shorter when the log is written back; readers at work put that off to the next time.
                try database.execute(sql: "PRAGMA wal_checkpoint(PASSIVE)")
                return nil
            } catch {
                return StoreError(error)
            }
        }
        if let failure { throw failure }
    }

    /// Pages that are given back at once: a few megabytes.
    private static let vacuumPages = 512
}
