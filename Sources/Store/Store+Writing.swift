import GRDB
import Glibc
import Synchronization
public import Vocabulary

/// Whether a write reached the database.
public enum WriteOutcome: Hashable, Sendable {
    /// In the database.
    case written
    /// In memory: the disk refuses it, and it is tried again with the next write.
    case waiting(StoreError)
}

extension Store {
    /// Records what the frame's path says of some frames, in one transaction: frames, answers, detections, visits and
    /// outbox rows. Recording a frame again changes nothing, or adds what was missing.
    /// - Parameters:
    ///   - publications: what each channel wants to be told of.
    ///   - withheld: frames whose picture is never to be shown (`people: drop`).
    @discardableResult
    public func record(
        _ reports: [FrameReport], publications: [Publication] = [], withheld: Set<FrameID> = [], at now: Instant
    ) async -> WriteOutcome {
        await submit(.frames(reports, publications: publications, withheld: withheld, at: now))
    }

    /// Takes down how an action went on. A final state is never replaced; a report that comes before the record of its
    /// frame is kept for it.
    @discardableResult
    public func update(_ report: ActionReport, of detection: DetectionID, at now: Instant) async -> WriteOutcome {
        await submit(.action(report, of: detection, at: now))
    }

    /// Adds what versions that do not act said of a frame that was recorded before.
    @discardableResult
    public func add(_ answers: [FrameReport.LateAnswer], to frame: FrameID) async -> WriteOutcome {
        await submit(.late(answers, of: frame))
    }

    /// Ends visits and makes the messages due that wait for it. Ended ones stay as they are.
    @discardableResult
    public func endVisits(_ ids: [VisitID], at now: Instant) async -> WriteOutcome {
        await submit(.visitsEnded(ids, at: now))
    }

    /// Takes down that the files of frames are gone: their identities may be taken again.
    @discardableResult
    public func frameGone(_ ids: [FrameID], at now: Instant) async -> WriteOutcome {
        await submit(.framesGone(ids, at: now))
    }

    /// Takes down that sources came into a condition, or (with an end) out of it. The same again changes nothing.
    /// - Parameter publications: what each channel wants to be told of.
    @discardableResult
    public func record(
        conditions: [ConditionReport], publications: [Publication] = [], at now: Instant
    ) async -> WriteOutcome {
        await submit(.conditions(conditions, publications: publications, at: now))
    }

    /// Makes all that was recorded survive a power cut: before an original is deleted.
    /// - Throws: why it does not, or that some of it waits in memory.
    public func makeDurable() async throws(StoreError) {
        if case .waiting(let error) = await connection.withWriter({ self.drain($0) }) { throw error }
        guard !isInMemory else {
            throw state.withLock { $0.fault }.map { StoreError($0.kind, $0.message) }
                ?? StoreError(.readOnly, "the record is in memory alone")
        }
        let log = DatabaseFile.path(in: directory) + "-wal"
        // Commits lie in the log, or were moved from it to the database after both were synchronised. No lock of
        // SQLite's is on the log's descriptor, so that closing ours frees none.
        try await connection.onFiles { try OwnedDescriptor(reading: log)?.synchronize() }
    }

    /// Puts a wrong answer right: `label` is what a person saw in the region of that detection; nil takes it back.
    /// - Throws: `notFound`.
    public func correct(_ detection: DetectionID, label: String?, at now: Instant) async throws(StoreError) {
        try refuseInMemory()
        try await perform { writer in try writer.correct(detection, label: label, at: now) }
    }

    /// The same for a region of a frame in which no rule saw anything.
    /// - Parameter region: nil: the first region of the frame.
    /// - Throws: `notFound`.
    public func correct(
        frame: FrameID, region: String? = nil, label: String?, at now: Instant
    ) async throws(StoreError) {
        try refuseInMemory()
        try await perform { writer in try writer.correct(frame: frame, region: region, label: label, at: now) }
    }

    /// What a person says, and can say again, is refused rather than forgotten when the record goes to the disk.
    private func refuseInMemory() throws(StoreError) {
        guard isInMemory else { return }
        let fault = state.withLock { $0.fault }
        throw StoreError(fault?.kind ?? .readOnly, fault?.message ?? "the record is in memory alone")
    }

    /// Arms or disarms. Holds across restarts.
    public func setArmed(_ state: ArmedState) async throws(StoreError) {
        try await perform { writer in
            try writer.execute(
                "INSERT OR REPLACE INTO armed (id, armed, since, until) VALUES (1, ?, ?, ?)",
                [state.armed, state.since.milliseconds, state.armed ? nil : state.until?.milliseconds])
            writer.touch(.armed, "")
        }
    }

    /// Keeps a small text under a name, such as the state of the rules; nil forgets it.
    public func setNote(_ name: String, to text: String?) async throws(StoreError) {
        try await perform { writer in
            guard let text else { return try writer.execute("DELETE FROM note WHERE name = ?", [name]) }
            try writer.execute("INSERT OR REPLACE INTO note (name, text) VALUES (?, ?)", [name, text])
        }
    }
}
