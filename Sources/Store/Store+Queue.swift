import GRDB
import Synchronization
public import Vocabulary

// The one way in for everything that must not be lost: a write joins the queue in memory, then the queue is emptied into
// the database, oldest first, a chunk a transaction. What the disk refuses stays; what can never be stored is given up and
// counted. A damaged database is replaced by a new one while we run.
extension Store {
    func submit(_ write: PendingWrite) async -> WriteOutcome {
        state.withLock { state in
            state.pending.append(write)
            if isInMemory, let write = write.forDisk { state.forDisk.append(write) }
        }
        return await drainMending()
    }

    /// Tries again what the disk refused, if anything waits: as long as that is so the fault is told of.
    public func retry() async {
        guard state.withLock({ $0.fault != nil && !$0.pending.isEmpty }) else { return }
        _ = await drainMending()
    }

    /// Frames that did not fit into memory while the disk refused them, once all that did is written: they go on record
    /// when their files are found again.
    public func takeGivenUp() -> [FrameIdentity] {
        state.withLock { $0.fault == nil && $0.pending.isEmpty ? $0.pending.takeGivenUp() : [] }
    }

    private func drainMending() async -> WriteOutcome {
        await mendingDamage(on: { self.drain($0) }) { outcome in
            if case .waiting(let error) = outcome { error } else { nil }
        }
    }

    /// Runs `body` on the writing connection, and once more on another one where SQLite called the database damaged.
    private func mendingDamage<Value: Sendable>(
        on body: @escaping @Sendable (Database) -> Value, fault: (Value) -> StoreError?
    ) async -> Value {
        let connection = self.connection
        let writer = connection.writer
        let value = await connection.withWriter(body)
        guard let error = fault(value), error.kind == .damaged, await replace(writer) else { return value }
        return await connection.withWriter(body)
    }

    /// Writes what waits. On the writing connection.
    func drain(_ database: Database) -> WriteOutcome {
        if database.isInMemory && !isInMemory {
            return .waiting(StoreError(.busy, "the record has just gone to the disk"))
        }
        if connection.wasMoved {
            let error = StoreError(.damaged, "the database file was moved or removed while it was in use")
            failed(error)
            return .waiting(error)
        }
        while true {
            // After a failure one at a time until nothing waits: a disk that fails now and then takes a short
            // transaction sooner than a long one.
            let batch = state.withLock { $0.pending.next(probing: $0.fault != nil) }
            if batch.isEmpty { return .written }
            do {
                try writeWithReserve(batch, to: database)
                state.withLock { $0.pending.remove(batch) }
                clearedIfNothingWaits()
            } catch {
                if error.mayPass {
                    failed(error)
                    return .waiting(error)
                }
                // One of them is at fault: find it, write the others.
                if let waiting = writeOneByOne(batch, to: database) { return waiting }
            }
        }
    }

    private func writeOneByOne(_ batch: [PendingWrites.Entry], to database: Database) -> WriteOutcome? {
        for entry in batch {
            do {
                try writeWithReserve([entry], to: database)
                state.withLock { $0.pending.remove([entry]) }
            } catch {
                if error.mayPass {
                    failed(error)
                    return .waiting(error)
                }
                state.withLock {
                    $0.pending.giveUp(entry.number)
                    $0.refused = error
                }
            }
        }
        return nil
    }

    /// On a full disk the reserve is given up and the write tried once more.
    private func writeWithReserve(_ batch: [PendingWrites.Entry], to database: Database) throws(StoreError) {
        do {
            try write(batch, to: database)
        } catch {
            guard error.kind == .diskFull, reserve?.release() == true else { throw error }
            try write(batch, to: database)
        }
    }

    private func write(_ batch: [PendingWrites.Entry], to database: Database) throws(StoreError) {
        var writer = RecordWriter(database: database, models: models, early: state.withLock { $0.early })
        do {
            try database.inTransaction(.immediate) {
                for entry in batch { try writer.write(entry.write) }
                try writer.finish()
                return .commit
            }
        } catch {
            models.forget()
            throw StoreError(error)
        }
        let removed = writer.replacedFrames
        state.withLock { $0.early = writer.early }
        changeFeed.publish(writer.lastChange)
        if let pictures, !removed.isEmpty { connection.onFilesLater { pictures.remove(removed) } }
    }

    /// A write that its caller waits for and can repeat: not queued, but behind what is.
    func perform<Value: Sendable>(
        _ body: @escaping @Sendable (inout RecordWriter) throws -> Value
    ) async throws(StoreError) -> Value {
        let result = await mendingDamage(on: { self.performBehindQueue(body, on: $0) }) { result in
            if case .failure(let error) = result { error } else { nil }
        }
        switch result {
        case .success: clearedIfNothingWaits()
        case .failure(let error): if error.mayPass { failed(error) }
        }
        return try result.get()
    }

    private func performBehindQueue<Value>(
        _ body: (inout RecordWriter) throws -> Value, on database: Database
    ) -> Result<Value, StoreError> {
        if case .waiting(let error) = drain(database), error.kind == .damaged { return .failure(error) }
        return Result { try performNow(body, on: database) }.mapError { StoreError($0) }
    }

    private func performNow<Value>(
        _ body: (inout RecordWriter) throws -> Value, on database: Database
    ) throws -> Value {
        func once() throws -> Value {
            var writer = RecordWriter(database: database, models: models, early: state.withLock { $0.early })
            var value: Value?
            try database.inTransaction(.immediate) {
                value = try body(&writer)
                try writer.finish()
                return .commit
            }
            changeFeed.publish(writer.lastChange)
            guard let value else { throw StoreError(.invalid, "the transaction gave nothing") }
            return value
        }
        do {
            return try once()
        } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL && reserve?.release() == true {
            return try once()
        }
    }

    /// Opens the database anew in the place of a connection that found it damaged. SQLite says so of each page that the disk
    /// did not hand over as well: only a database that is damaged as a whole check sees it is put aside.
    /// - Returns: whether to try again.
    private func replace(_ damaged: any DatabaseWriter) async -> Bool {
        guard !isInMemory else { return false }
        let directory = self.directory
        let connection = self.connection
        do {
            try await connection.onFiles {
                guard connection.writer === damaged else { return }  // somebody else has
                let opened = try Self.openOrPutAside(directory, checking: .always, now: .now)
                connection.begin(opened.writer)
                self.models.forget()
                if let aside = opened.aside { self.state.withLock { $0.setAside.insert(aside, at: 0) } }
            }
            return true
        } catch {
            failed(error)
            return false
        }
    }

    func failed(_ error: StoreError) {
        state.withLock { state in
            if state.fault?.kind == error.kind { return }
            state.fault = StoreHealth.Fault(kind: error.kind, message: error.message, since: .now)
        }
    }

    /// A write reached the disk. A record in memory alone stays one.
    private func clearedIfNothingWaits() {
        guard !isInMemory else { return }
        state.withLock { if $0.pending.isEmpty { $0.fault = nil } }
    }
}
