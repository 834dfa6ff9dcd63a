import Store
import Synchronization

/// Which sources were looked through before: what lies there at the very first look is history, and noted, not answered.
///
/// Kept with the record, as soon as the whole first look is on record, and behind it: a first start that is cut short
/// begins again, and what comes after the first look is never history, however soon the process dies.
final class FirstStarts: Sendable {
    private let seen: Mutex<Set<String>>

    /// Reads what earlier lives left.
    init(_ sources: [String], store: Store) async {
        var known = Set<String>()
        for source in sources {
            do {
                if try await store.note(FirstStarts.note(source)) != nil { known.insert(source) }
            } catch {
                known.insert(source)  // what cannot be read is no reason to take for history what may be news
            }
        }
        seen = Mutex(known)
    }

    /// Whether a source was never looked through.
    func isFirst(_ source: String) -> Bool { seen.withLock { !$0.contains(source) } }

    /// The source was looked through, and all that was found is on record.
    func looked(at source: String, store: Store) async {
        guard !store.isInMemory, seen.withLock({ $0.insert(source).inserted }) else { return }
        try? await store.setNote(FirstStarts.note(source), to: "looked through")
    }

    private static func note(_ source: String) -> String { "source \(source)" }
}
