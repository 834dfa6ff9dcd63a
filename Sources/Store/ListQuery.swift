import GRDB
import Vocabulary

/// A list by keyset: newest first by the number under which a record was first stored. Rows that are added while somebody
/// pages come before the first page; none is shown twice, none is left out, and no page gets slower with its depth.
///
/// The number, not the time: a clock that is set back must not put new records below old ones (DESIGN section 11).
struct ListQuery {
    let table: String
    let alias: String
    let columns: String
    let joins: String
    private var conditions: [String] = []
    private var arguments: [(any DatabaseValueConvertible)?] = []

    init(table: String, alias: String, columns: String, joins: String = "") {
        self.table = table
        self.alias = alias
        self.columns = columns
        self.joins = joins
    }

    /// Adds a condition with one argument; none where the argument is nil.
    mutating func add(_ condition: String, _ argument: (any DatabaseValueConvertible)?) {
        guard let argument else { return }
        conditions.append(condition)
        arguments.append(argument)
    }

    /// Adds a condition without arguments.
    mutating func add(_ condition: String) { conditions.append(condition) }

    /// Only rows of this time or later. The lowest number among them bounds the walk, so that a page that few rows match
    /// does not read the whole table; the time itself is no index to walk by (`+`).
    mutating func since(_ instant: Instant?, time: String) {
        guard let instant else { return }
        add("\(alias).sequence >= (SELECT min(sequence) FROM \(table) WHERE \(time) >= ?)", instant.milliseconds)
        add("+\(alias).\(time) >= ?", instant.milliseconds)
    }

    func page<Item: Sendable>(
        before: PageCursor?, after: PageCursor?, limit: Int, in database: Database, items: ([Row]) throws -> [Item]
    ) throws -> Page<Item> {
        let limit = PageLimit.clamped(limit)
        var query = self
        if let before {
            query.add("\(alias).sequence < ?", try sequence(of: before, in: database))
        }
        if let after {
            query.add("\(alias).sequence > ?", try sequence(of: after, in: database))
        }
        // After a place without a place before: the nearest ones, then turned round.
        let upwards = after != nil && before == nil
        let clause = query.conditions.isEmpty ? "" : "WHERE " + query.conditions.joined(separator: " AND ")
        var rows = try Row.fetchAll(
            database,
            sql: """
                SELECT \(columns) FROM \(table) \(alias) \(joins) \(clause)
                ORDER BY \(alias).sequence \(upwards ? "ASC" : "DESC") LIMIT ?
                """, arguments: StatementArguments(query.arguments + [limit + 1]))
        let hasMore = rows.count > limit
        rows = Array(rows.prefix(limit))
        if upwards { rows.reverse() }
        let oldest: Int64? = rows.last?["sequence"]
        let newest: Int64? = rows.first?["sequence"]
        // Upwards, what follows further down is at least the place that was asked for.
        let next = upwards || hasMore ? oldest : nil
        return Page(
            items: try items(rows), next: next.map(PageCursor.init(sequence:)),
            newest: newest.map(PageCursor.init(sequence:)))
    }

    /// The number of a cursor, or of the record whose id it is.
    private func sequence(of cursor: PageCursor, in database: Database) throws -> Int64 {
        if let sequence = cursor.sequence { return sequence }
        if DetectionID(rawValue: cursor.text).isWellFormed {
            let found = try Int64.fetchOne(
                database, sql: "SELECT sequence FROM \(table) WHERE id = ?", arguments: [cursor.text])
            if let found { return found }
            throw StoreError(.notFound, "no record '\(cursor)': never recorded, or older than it is kept")
        }
        throw StoreError(.invalid, "'\(cursor.text)' is no place in this list: take 'next' of a page, or an id")
    }
}
