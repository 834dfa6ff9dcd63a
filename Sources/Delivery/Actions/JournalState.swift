internal import Vocabulary

/// What the lines of a journal add up to. Pure: lines go in, and what must be done about them comes out.
struct JournalState {
    /// An intent and how far it came.
    struct Entry: Equatable {
        var intent: Intent
        var started: Instant?
        var ended: ActionReport?
        /// Its frame is on record, and the report with it.
        var isOnRecord = false
    }

    /// In the order of the intents.
    private(set) var entries: [Entry] = []
    private var places: [Intent.Key: Int] = [:]

    /// So many are remembered beyond what is open or not yet on record: they restore `at_most`, and hold the latest start
    /// of each cool-down.
    static let kept = 1_024
    /// Beyond this the oldest go, whatever they are: a journal that nobody compacts must not eat the memory.
    static let most = 8 * kept

    /// What the bytes of a journal say, and how many of its lines are torn.
    static func read(_ bytes: some Collection<UInt8>) -> (JournalState, tornLines: Int) {
        var state = JournalState()
        var torn = 0
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            if let parsed = JournalLine(line) { state.apply(parsed) } else { torn += 1 }
        }
        return (state, torn)
    }

    /// Takes in a line. Lines about an intent nobody knows say nothing.
    mutating func apply(_ line: JournalLine) {
        switch line {
        case .intent(let intent):
            guard places[intent.key] == nil else { return }
            places[intent.key] = entries.count
            entries.append(Entry(intent: intent))
            if entries.count > Self.most {
                trim()
                if entries.count > Self.most { keep(Array(entries.suffix(Self.most / 2))) }
            }
        case .started(let key, let at):
            if let place = places[key] { entries[place].started = at }
        case .ended(let key, let report):
            if let place = places[key] { entries[place].ended = report }
        }
    }

    /// What is known of an action; nil: nothing.
    subscript(key: Intent.Key) -> Entry? { places[key].map { entries[$0] } }

    /// The frame of an action is on record: it will not be decided again, and what is known of the action stands there.
    mutating func noteOnRecord(_ key: Intent.Key) {
        if let place = places[key] { entries[place].isOnRecord = true }
    }

    /// Forgets the oldest that ended and are on record, beyond ``kept``, except for the latest of each rule at its source
    /// and region. A frame that is decided again after a crash, be it a thousand actions later, finds its own.
    mutating func trim() {
        var surplus = entries.count - Self.kept
        guard surplus > 0 else { return }
        var latest: [[String]: Int] = [:]
        for (place, entry) in entries.enumerated() { latest[entry.intent.cooldownKey] = place }
        var left: [Entry] = []
        for (place, entry) in entries.enumerated() {
            if surplus > 0, entry.ended != nil, entry.isOnRecord, latest[entry.intent.cooldownKey] != place {
                surplus -= 1
            } else {
                left.append(entry)
            }
        }
        keep(left)
    }

    private mutating func keep(_ left: [Entry]) {
        entries = left
        places = Dictionary(
            left.enumerated().map { ($1.intent.key, $0) }, uniquingKeysWith: { _, later in later })
    }

    /// The lines that add up to this state. What ended needs less to be known of it.
    var lines: [JournalLine] {
        entries.flatMap { entry in
            var intent = entry.intent
            if entry.ended != nil { (intent.labels, intent.picture) = ([], nil) }
            var lines = [JournalLine.intent(intent)]
            if let started = entry.started { lines.append(.started(intent.key, at: started)) }
            if let report = entry.ended { lines.append(.ended(intent.key, report)) }
            return lines
        }
    }
}

extension Intent {
    /// What a cool-down belongs to.
    fileprivate var cooldownKey: [String] { [rule, source, region] }
}
