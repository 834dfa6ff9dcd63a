import Vocabulary

/// What rules remember from frame to frame: the last frame of each source, confirmations, last actions, vetoes, visits.
///
/// Bounded: what a rule remembers is a few values a source and region, visits are at most ``RuleState/visitsKept`` a
/// source and region. All times are monotonic; ``resume(boot:now:)`` carries them over a restart.
public struct RuleState: Hashable, Sendable, Codable {
    /// The last frame decided in order.
    struct LastFrame: Hashable, Sendable, Codable {
        var id: FrameID
        var completed: Duration
    }

    /// Both clocks at the last use, so that times can be carried over to another boot.
    struct Reading: Hashable, Sendable, Codable {
        var monotonic: Duration
        var wall: Instant
    }

    var boot: String?
    var reading: Reading?
    /// By source.
    var lastFrames: [String: LastFrame] = [:]
    /// By rule, source and region.
    var confirmations: [String: Confirmations] = [:]
    /// By rule, source and region.
    var lastActions: [String: LastAction] = [:]
    /// By rule and source.
    var vetoes: [String: VetoRun] = [:]
    /// By source and region, in the order in which they began.
    var visits: [String: [Visit]] = [:]

    /// Nothing seen yet.
    public init() {}

    /// Names joined by a character no name may hold.
    static func key(_ parts: String...) -> String { parts.joined(separator: "\u{1F}") }

    /// False for a frame older than the last one decided of its source, and for that one itself when it comes again.
    func isInOrder(_ frame: FrameFacts) -> Bool {
        guard let last = lastFrames[frame.source] else { return true }
        return frame.completed.monotonic >= last.completed && frame.id != last.id
    }

    mutating func noteDecided(_ frame: FrameFacts) {
        lastFrames[frame.source] = LastFrame(id: frame.id, completed: frame.completed.monotonic)
    }

    /// Starts the cool-down of what is due.
    mutating func noteDue(_ detection: Detection, now: Moment) {
        let key = RuleState.key(detection.rule, detection.source, detection.region)
        lastActions[key] = LastAction(
            time: now.monotonic, detection: detection.id, before: lastActions[key]?.time)
    }

    /// Forgets what belongs to rules that are no longer in force.
    public mutating func forget(rulesNotIn book: RuleBook) {
        let rules = Set(book.rules.map(\.name))
        func isInForce(_ key: String) -> Bool { rules.contains(String(key.prefix { $0 != "\u{1F}" })) }
        confirmations = confirmations.filter { isInForce($0.key) }
        lastActions = lastActions.filter { isInForce($0.key) }
        vetoes = vetoes.filter { isInForce($0.key) }
    }
}
