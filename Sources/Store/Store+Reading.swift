import GRDB
import Synchronization
public import Vocabulary

extension Store {
    /// Reads; damage that is found marks the database for a whole check at the next start.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await connection.read(body)
        } catch {
            if error.kind == .damaged, !isInMemory {
                let directory = self.directory
                connection.onFilesLater { Self.markSuspect(directory) }
            }
            if error.kind == .damaged || error.kind == .io { failed(error) }
            throw error
        }
    }

    /// Detections, newest first.
    /// - Throws: `notFound` or `invalid` for a cursor that leads nowhere.
    public func detections(
        _ filter: DetectionFilter = DetectionFilter()
    ) async throws(StoreError) -> Page<DetectionItem> {
        try await read { try DetectionRecord.page(filter, in: $0) }
    }

    /// One detection; nil where there is none.
    public func detection(_ id: DetectionID) async throws(StoreError) -> DetectionItem? {
        try await read { try DetectionRecord.item(id, in: $0) }
    }

    /// Those of the detections that are on record.
    public func onRecord(_ ids: Set<DetectionID>) async throws(StoreError) -> Set<DetectionID> {
        try await read { database in
            let statement = try database.cachedStatement(sql: "SELECT 1 FROM detection WHERE id = ?")
            return try ids.filter { try Bool.fetchOne(statement, arguments: [$0.rawValue]) != nil }
        }
    }

    /// Frames, newest first.
    /// - Throws: `notFound` or `invalid` for a cursor that leads nowhere.
    public func frames(_ filter: FrameFilter = FrameFilter()) async throws(StoreError) -> Page<FrameItem> {
        try await read { try FrameRecord.page(filter, models: self.models, in: $0) }
    }

    /// One frame; nil where there is none.
    public func frame(_ id: FrameID) async throws(StoreError) -> FrameItem? {
        try await read { try FrameRecord.item(id, models: self.models, in: $0) }
    }

    /// What versions said of the regions of a frame, with all labels that are kept; empty where there is no such frame.
    public func answers(of frame: FrameID) async throws(StoreError) -> [AnswerItem] {
        try await read { try FrameRecord.answers(frame, models: self.models, in: $0) }
    }

    /// The newest frame of each source that was answered in order, sorted by source.
    public func newestFrames() async throws(StoreError) -> [FrameItem] {
        try await read { try FrameRecord.newest(models: self.models, in: $0) }
    }

    /// Visits, newest first.
    /// - Throws: `notFound` or `invalid` for a cursor that leads nowhere.
    public func visits(_ filter: VisitFilter = VisitFilter()) async throws(StoreError) -> Page<VisitItem> {
        try await read { try VisitRecord.page(filter, in: $0) }
    }

    /// One visit; nil where there is none.
    public func visit(_ id: VisitID) async throws(StoreError) -> VisitItem? {
        try await read { try VisitRecord.item(id, in: $0) }
    }

    /// Visits that have not ended, oldest first: for the start after a crash.
    public func openVisits() async throws(StoreError) -> [VisitItem] {
        try await read { try VisitRecord.open(in: $0) }
    }

    /// Conditions of sources that go on, oldest first: for the start after a crash.
    public func openConditions() async throws(StoreError) -> [ConditionReport] {
        try await read { try ConditionRecord.open(in: $0) }
    }

    /// A condition of a source by its ``ConditionReport/id``; nil where there is none.
    public func condition(_ id: String) async throws(StoreError) -> ConditionReport? {
        try await read { try ConditionRecord.item(id, in: $0) }
    }

    /// Detections whose action was started since an instant, newest first.
    public func actions(
        since: Instant, limit: Int = PageLimit.preset
    ) async throws(StoreError) -> [DetectionItem] {
        try await read { try DetectionRecord.withActions(since: since, limit: limit, in: $0) }
    }

    /// Whether rules may set off actions; armed where nobody said otherwise.
    public func armedState() async throws(StoreError) -> ArmedState {
        try await read { database in
            guard let row = try Row.fetchOne(database, sql: "SELECT * FROM armed") else {
                return .armed(since: Instant(milliseconds: 0))
            }
            return ArmedState(
                armed: row["armed"], since: Instant(milliseconds: row["since"]),
                until: (row["until"] as Int64?).map(Instant.init(milliseconds:)))
        }
    }

    /// What was kept under a name.
    public func note(_ name: String) async throws(StoreError) -> String? {
        try await read { try String.fetchOne($0, sql: "SELECT text FROM note WHERE name = ?", arguments: [name]) }
    }

    /// Changes after a number, oldest first; `limit` at most.
    public func changes(
        since sequence: Int64, limit: Int = PageLimit.most
    ) async throws(StoreError) -> Changes {
        try await read { database in
            let last = try Self.lastChange(in: database)
            let first = try Int64.fetchOne(database, sql: "SELECT min(sequence) FROM change") ?? last + 1
            // A number from the future is one of another database: the one before was put aside.
            guard sequence <= last, sequence >= first - 1 else {
                return Changes(items: [], isComplete: false, last: last)
            }
            let items = try Row.fetchAll(
                database, sql: "SELECT * FROM change WHERE sequence > ? ORDER BY sequence LIMIT ?",
                arguments: [sequence, PageLimit.clamped(limit)]
            ).compactMap { row in
                Change.Kind(rawValue: row["kind"]).map {
                    Change(sequence: row["sequence"], kind: $0, subject: row["subject"])
                }
            }
            return Changes(items: items, isComplete: true, last: items.last?.sequence ?? sequence)
        }
    }

    /// The number of the newest change: for the first answer of `/events` and as an `ETag` of lists.
    public func lastChange() async throws(StoreError) -> Int64 {
        try await read { try Self.lastChange(in: $0) }
    }

    /// Wakes those who wait for ``changes()`` where another process, such as `rooster import`, wrote into the record. To be
    /// called now and then: SQLite tells nobody by itself.
    public func lookForOthers() async {
        guard !isInMemory else { return }
        let last: Int64? = await connection.withWriter { database in
            // On the connection that writes here, the number changes with the writes of others alone.
            guard let version = try? Int64.fetchOne(database, sql: "PRAGMA data_version") else { return nil }
            let before = self.state.withLock { state in
                defer { state.othersVersion = version }
                return state.othersVersion
            }
            return before == nil || before == version ? nil : try? Self.lastChange(in: database)
        }
        changeFeed.publish(last)
    }

    private static func lastChange(in database: Database) throws -> Int64 {
        try Int64.fetchOne(database, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'change'") ?? 0
    }

    /// Whether this frame was taken already. Blocks on the database: for plain threads, not for the cooperative pool.
    public func isKnown(_ id: FrameID) -> Bool {
        if state.withLock({ $0.pending.contains(id) }) { return true }
        let found = try? connection.writer.read { database in
            try Bool.fetchOne(
                database.cachedStatement(sql: "SELECT 1 FROM frame WHERE id = ? AND gone IS NULL"),
                arguments: [id.rawValue])
        }
        return found == true
    }

    /// Those of the frames that were taken already: one look for many. Blocks on the database: for plain threads, not for
    /// the cooperative pool.
    public func known(among ids: [FrameID]) -> Set<FrameID> {
        let waiting = state.withLock { state in state.pending.isEmpty ? [] : ids.filter(state.pending.contains) }
        let found = try? connection.writer.read { database in
            let statement = try database.cachedStatement(sql: "SELECT 1 FROM frame WHERE id = ? AND gone IS NULL")
            return try ids.filter { try Bool.fetchOne(statement, arguments: [$0.rawValue]) == true }
        }
        return Set(waiting).union(found ?? [])
    }

    /// The frames of a source whose files are there as far as is known.
    public func knownFrames(of source: String) async throws(StoreError) -> Set<FrameID> {
        try await read { database in
            try Set(
                String.fetchCursor(
                    database, sql: "SELECT id FROM frame WHERE source = ? AND gone IS NULL", arguments: [source]
                ).map(FrameID.init(rawValue:)))
        }
    }
}
