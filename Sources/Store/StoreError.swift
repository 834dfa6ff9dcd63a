public import Vocabulary

/// Why the store could not do what it was asked: what kind of fault, where, and what to do.
public struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of faults that callers tell apart.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// No space left; the reserve is used up too.
        case diskFull = "disk_full"
        /// The directory or the file system refuses writing.
        case readOnly = "read_only"
        /// The disk failed.
        case io
        /// The database is damaged; it is set aside and a new one begun.
        case damaged
        /// The database was written by a newer Rooster.
        case newer
        /// Another process held the database for longer than the busy timeout.
        case busy
        /// There is no such record: never recorded, or older than it is kept.
        case notFound = "not_found"
        /// What was handed in cannot be stored.
        case invalid
    }

    /// What kind of fault.
    public var kind: Kind
    /// A sentence for people: what, where, and what to do.
    public var message: String

    /// A fault of a kind with a sentence.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The sentence.
    public var description: String { message }
}

/// How well the store can write: what pages, metrics and `readyz` show.
public struct StoreHealth: Hashable, Sendable {
    /// A fault that has not passed.
    public struct Fault: Hashable, Sendable {
        /// What kind.
        public var kind: StoreError.Kind
        /// A sentence for people.
        public var message: String
        /// When it was first seen.
        public var since: Instant

        /// A fault.
        public init(kind: StoreError.Kind, message: String, since: Instant) {
            self.kind = kind
            self.message = message
            self.since = since
        }
    }

    /// A damaged database that was put aside.
    public struct SetAside: Hashable, Sendable, Codable {
        /// Where it lies now.
        public var path: String
        /// Why.
        public var reason: String
        /// When.
        public var at: Instant
    }

    /// The fault in force; nil when all is well.
    public var fault: Fault?
    /// Writes that wait in memory until the fault has passed.
    public var waiting: Int
    /// Writes that were given up since the start: the queue in memory is bounded.
    public var lost: Int
    /// What the record refused last, because it made no sense; nil where nothing was.
    public var refused: String?
    /// Damaged databases put aside, newest first.
    public var setAside: [SetAside]
    /// True while the reserve for a full disk is used up.
    public var reserveUsed: Bool

    /// The state of a store.
    public init(
        fault: Fault? = nil, waiting: Int = 0, lost: Int = 0, refused: String? = nil, setAside: [SetAside] = [],
        reserveUsed: Bool = false
    ) {
        self.fault = fault
        self.waiting = waiting
        self.lost = lost
        self.refused = refused
        self.setAside = setAside
        self.reserveUsed = reserveUsed
    }

    /// True when records reach the disk.
    public var isWell: Bool { fault == nil }
}
