import GRDB
public import Vocabulary

extension Store {
    /// Messages of a channel that are due, oldest first. Those past their time to live are marked expired instead.
    /// - Parameter limit: up to ``PageLimit/most``.
    public func dueDeliveries(channel: String, now: Instant, limit: Int) async throws(StoreError) -> [OutboxItem] {
        let isPastDue = try await read { database in
            try Bool.fetchOne(
                database,
                sql: "SELECT EXISTS (SELECT 1 FROM outbox WHERE channel = ? AND state = 'pending' AND expires <= ?)",
                arguments: [channel, now.milliseconds])
        }
        if isPastDue == true {
            try await perform { writer in
                try writer.execute(
                    """
                    UPDATE outbox SET state = 'expired', next = NULL, settled = ?1
                    WHERE channel = ?2 AND state = 'pending' AND expires <= ?1
                    """, [now.milliseconds, channel])
            }
        }
        return try await read { try OutboxRecord.due(channel, now: now, limit: limit, in: $0) }
    }

    /// The wall clock was set: moves the times of messages that wait along, so that they wait and live as long as before.
    /// - Parameters:
    ///   - step: forward is positive.
    ///   - exceptMade: messages made within this time were made by the clock as it is now.
    public func moveDeliveries(
        channel: String, by step: Duration, exceptMade: ClosedRange<Instant>
    ) async throws(StoreError) {
        try await perform { writer in
            try writer.execute(
                """
                UPDATE outbox SET next = next + ?1, expires = expires + ?1
                WHERE channel = ?2 AND state = 'pending' AND created NOT BETWEEN ?3 AND ?4
                """,
                [
                    step.wholeMilliseconds, channel, exceptMade.lowerBound.milliseconds,
                    exceptMade.upperBound.milliseconds,
                ])
        }
    }

    /// When the next message of a channel becomes due; nil where none waits for a time.
    public func nextDelivery(channel: String) async throws(StoreError) -> Instant? {
        try await read { try OutboxRecord.next(channel, in: $0) }
    }

    /// It was delivered. What is final stays so.
    public func markDelivered(_ id: Int64, at now: Instant) async throws(StoreError) {
        try await settle(id, as: .delivered, error: nil, isAttempt: true, at: now)
    }

    /// It failed and is tried again at `next`. What is final stays so.
    public func retry(_ id: Int64, at next: Instant, error: String) async throws(StoreError) {
        try await perform { writer in
            try writer.execute(
                "UPDATE outbox SET attempts = attempts + 1, next = ?, error = ? WHERE id = ? AND state = 'pending'",
                [next.milliseconds, error, id])
        }
    }

    /// It waits until `next` without having been tried: pacing, not failure.
    public func postpone(_ id: Int64, until next: Instant) async throws(StoreError) {
        try await perform { writer in
            try writer.execute(
                "UPDATE outbox SET next = ? WHERE id = ? AND state = 'pending'", [next.milliseconds, id])
        }
    }

    /// It is given up: `expired`, `limited` or `failed`. What is final stays so.
    /// - Throws: `invalid` for a state that is not one of these.
    public func giveUp(
        _ id: Int64, as state: OutboxItem.State, error: String?, at now: Instant
    ) async throws(StoreError) {
        guard state.isFinal, state != .delivered else {
            throw StoreError(.invalid, "a message is given up as expired, limited or failed, not as \(state)")
        }
        try await settle(id, as: state, error: error, isAttempt: state == .failed, at: now)
    }

    /// The messages of a visit in the order of their making: for pages.
    public func messages(of visit: VisitID) async throws(StoreError) -> [OutboxItem] {
        try await read { try OutboxRecord.messages(of: visit, in: $0) }
    }

    /// How many messages of a channel were delivered since an instant: for `at_most`, across restarts.
    public func delivered(channel: String, since: Instant) async throws(StoreError) -> Int {
        try await read { database in
            try Int.fetchOne(
                database,
                sql: "SELECT count(*) FROM outbox WHERE settled >= ? AND channel = ? AND state = 'delivered'",
                arguments: [since.milliseconds, channel]) ?? 0
        }
    }

    private func settle(
        _ id: Int64, as state: OutboxItem.State, error: String?, isAttempt: Bool, at now: Instant
    ) async throws(StoreError) {
        try await perform { writer in
            try writer.execute(
                """
                UPDATE outbox SET state = ?, attempts = attempts + ?, next = NULL, error = ifnull(?, error), settled = ?
                WHERE id = ? AND state = 'pending'
                """, [state.rawValue, isAttempt ? 1 : 0, error, now.milliseconds, id])
        }
    }
}
