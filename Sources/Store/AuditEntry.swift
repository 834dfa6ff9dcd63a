public import Vocabulary

/// Who asked for a change.
public struct Asker: Hashable, Sendable, Codable {
    /// By which way.
    public enum Way: String, Sendable, Codable, CaseIterable {
        /// A form on a page.
        case page
        /// A program, through the API.
        case program
        /// The `rooster` command, through the API. Told by what it calls itself: a program can say so too.
        case commandLine = "command_line"
        /// SIGHUP: somebody on this machine with the rights of the daemon's user.
        case signal
    }

    /// By which way.
    public var way: Way
    /// From which address; nil for a signal.
    public var address: String?
    /// True where the token was shown; false where none is needed.
    public var hasToken: Bool

    /// Who asked.
    public init(_ way: Way, address: String? = nil, hasToken: Bool = false) {
        self.way = way
        self.address = address
        self.hasToken = hasToken
    }

    private enum CodingKeys: String, CodingKey {
        case way, address
        case hasToken = "token"
    }

    /// All keys, also those without a value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(way, forKey: .way)
        try container.encode(address, forKey: .address)
        try container.encode(hasToken, forKey: .hasToken)
    }
}

/// A change that somebody made: who, what, old and new, when.
public struct AuditEntry: Hashable, Sendable {
    /// What was done. A kind of change is added here and nowhere else in the store.
    public enum Deed: String, Sendable, Codable, CaseIterable {
        /// Actions may start again.
        case arm
        /// Actions are held back.
        case disarm
        /// A label was put right.
        case correct
        /// Changed settings were taken.
        case reload
        /// An action was tried.
        case actionTest = "action_test"
        /// Another model version serves.
        case promote
        /// The version before serves again.
        case rollback
    }

    /// When.
    public var time: Instant
    /// Who.
    public var asker: Asker
    /// What was done.
    public var deed: Deed
    /// To what: a detection, an action; nil where it is the whole appliance.
    public var subject: String?
    /// How it was, in words; nil where there is nothing to say.
    public var before: String?
    /// How it is, in words.
    public var after: String?

    /// A change. Words beyond ``mostLetters`` are cut.
    public init(
        time: Instant, asker: Asker, deed: Deed, subject: String? = nil, before: String? = nil, after: String? = nil
    ) {
        self.time = time
        self.asker = asker
        self.deed = deed
        self.subject = subject.map(AuditEntry.cut)
        self.before = before.map(AuditEntry.cut)
        self.after = after.map(AuditEntry.cut)
    }

    /// Settings may change in hundreds of keys at once.
    public static let mostLetters = 2_000

    private static func cut(_ text: String) -> String {
        text.count > mostLetters ? "\(text.prefix(mostLetters - 1))\u{2026}" : text
    }
}

/// A recorded change as the API shows it.
public struct AuditItem: Hashable, Sendable, Encodable {
    /// Its number.
    public var id: String
    /// The change.
    public var entry: AuditEntry

    /// A recorded change.
    public init(id: String, entry: AuditEntry) {
        self.id = id
        self.entry = entry
    }

    private enum Key: String, CodingKey { case id, time, who, what, subject, from, to }

    /// `{id, time, who: {way, address, token}, what, subject, from, to}`, all keys always.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(id, forKey: .id)
        try container.encode(entry.time, forKey: .time)
        try container.encode(entry.asker, forKey: .who)
        try container.encode(entry.deed, forKey: .what)
        try container.encode(entry.subject, forKey: .subject)
        try container.encode(entry.before, forKey: .from)
        try container.encode(entry.after, forKey: .to)
    }
}

/// Which changes a page wants.
public struct AuditFilter: Hashable, Sendable {
    /// Only what was recorded before this place.
    public var before: PageCursor?
    /// At most so many, up to ``PageLimit/most``.
    public var limit: Int
    /// Only of this time or later.
    public var since: Instant?

    /// All conditions are optional.
    public init(before: PageCursor? = nil, limit: Int = PageLimit.preset, since: Instant? = nil) {
        self.before = before
        self.limit = limit
        self.since = since
    }
}
