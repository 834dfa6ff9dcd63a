/// A place in a list that stays where it is while records are added: the number under which a record was first stored.
///
/// As text it is opaque; an id of a record is taken for its place too.
public struct PageCursor: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The text, for URLs.
    public let text: String

    /// A cursor that came from a URL; refused by the query when it is neither a cursor nor an id.
    public init(_ text: String) { self.text = text }

    /// The place of a record.
    public init(sequence: Int64) { text = String(sequence) }

    /// The text.
    public var description: String { text }

    var sequence: Int64? { Int64(text).flatMap { $0 >= 0 ? $0 : nil } }
}

/// A part of a list, newest first.
public struct Page<Item: Sendable>: Sendable {
    /// Newest first.
    public var items: [Item]
    /// Handed to `before`, it brings what follows; nil at the end of the list.
    public var next: PageCursor?
    /// Handed to `after`, it brings what is newer than the first item; nil for an empty page.
    public var newest: PageCursor?

    /// A part of a list.
    public init(items: [Item], next: PageCursor?, newest: PageCursor?) {
        self.items = items
        self.next = next
        self.newest = newest
    }
}

/// How long a page may be.
public enum PageLimit {
    /// The most that one query returns, whatever is asked for.
    public static let most = 500
    /// Where nothing is asked for.
    public static let preset = 50

    static func clamped(_ limit: Int) -> Int { min(max(limit, 1), most) }
}
