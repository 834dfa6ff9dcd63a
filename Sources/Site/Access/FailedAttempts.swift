import Synchronization

/// Counts wrong tokens by address, so that nobody can try them all.
///
/// Ten in a minute, and the address is not listened to until the minute is over. Holds a thousand addresses; when full
/// the one that began first is forgotten.
final class FailedAttempts: Sendable {
    private struct Record {
        var began: ContinuousClock.Instant
        var count: Int
    }

    private let limit: Int
    private let window: Duration
    private let capacity: Int
    private let records = Mutex<[String: Record]>([:])

    init(limit: Int = 10, window: Duration = .seconds(60), capacity: Int = 1_000) {
        self.limit = limit
        self.window = window
        self.capacity = capacity
    }

    /// Counts one wrong token.
    func note(_ address: String, at now: ContinuousClock.Instant) {
        records.withLock { records in
            if var record = records[address], now - record.began < window {
                record.count += 1
                records[address] = record
                return
            }
            if records.count >= capacity, records[address] == nil,
                let oldest = records.min(by: { $0.value.began < $1.value.began })?.key
            {
                records[oldest] = nil
            }
            records[address] = Record(began: now, count: 1)
        }
    }

    /// How long the address has to wait; nil where it need not.
    func wait(_ address: String, at now: ContinuousClock.Instant) -> Duration? {
        records.withLock { records in
            guard let record = records[address], record.count >= limit else { return nil }
            let left = record.began + window - now
            if left <= .zero {
                records[address] = nil
                return nil
            }
            return left
        }
    }
}
