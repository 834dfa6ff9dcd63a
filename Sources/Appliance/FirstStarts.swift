import Store
import Synchronization
import Vocabulary

/// Since when each source is looked at: what was there long before the very first look is history, noted and not answered.
///
/// The instant is on record before the first look begins, so that a first start that is cut short goes on as the same
/// one: what came after it is answered, however late. It counts until the whole first look is on record, and is forgotten
/// behind it: what comes later is never history, however soon the process dies.
final class FirstStarts: Sendable {
    private let open: Mutex<[String: Instant]>
    private static let isDone = "looked through"

    /// Reads what earlier lives left, and takes down that sources are looked at from now on.
    init(_ sources: [String], store: Store, now: Instant) async {
        var open: [String: Instant] = [:]
        for source in sources {
            do {
                switch try await store.note(FirstStarts.note(source)) {
                case FirstStarts.isDone: continue
                case let since?: open[source] = Int64(since).map(Instant.init(milliseconds:))
                case nil:
                    open[source] = now
                    try await store.setNote(FirstStarts.note(source), to: "\(now.milliseconds)")
                }
            } catch {
                continue  // what cannot be read is no reason to take for history what may be news
            }
        }
        self.open = Mutex(open)
    }

    /// When a source was looked at for the first time; nil once it was looked through.
    func began(_ source: String) -> Instant? { open.withLock { $0[source] } }

    /// The source was looked through, and all that was found is on record.
    func looked(at source: String, store: Store) async {
        guard !store.isInMemory, open.withLock({ $0.removeValue(forKey: source) }) != nil else { return }
        try? await store.setNote(FirstStarts.note(source), to: FirstStarts.isDone)
    }

    private static func note(_ source: String) -> String { "source \(source)" }
}
