import Hummingbird
import Store
import Vocabulary

/// The values of a query string or a form, read strictly: what is unknown or unreadable is refused by name.
struct QueryText: Sendable {
    private let values: [String: String]

    /// - Parameters:
    ///   - text: `a=1&b=2`; of a name that comes twice the first counts.
    ///   - known: the names that mean something; nil: any.
    /// - Throws: a ``SiteError`` that names what is wrong.
    init(_ text: String, known: [String]? = nil) throws {
        var values: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = URLPath.decoded(parts[0]), let value = URLPath.decoded(parts.count > 1 ? parts[1] : "")
            else { throw SiteError(.badRequest, "'\(pair.prefix(40))' is not percent-encoded UTF-8") }
            if let known, !known.contains(name) {
                throw SiteError(
                    .badRequest, "unknown parameter '\(name.prefix(40))'; known are \(known.joined(separator: ", "))")
            }
            if values[name] == nil { values[name] = value }
        }
        self.values = values
    }

    /// The query of a request.
    init(of request: Request, known: [String]) throws { try self.init(request.uri.query ?? "", known: known) }

    /// The text; nil where it is absent or empty.
    subscript(_ name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// How many items a page may have.
    func limit() throws -> Int {
        guard let text = self["limit"] else { return PageLimit.preset }
        guard let limit = Int(text), (1...PageLimit.most).contains(limit) else {
            throw SiteError(.badRequest, "limit must be a number from 1 to \(PageLimit.most), not '\(text.prefix(40))'")
        }
        return limit
    }

    /// An instant in RFC 3339.
    func instant(_ name: String) throws -> Instant? {
        guard let text = self[name] else { return nil }
        guard let instant = Instant(text) else {
            throw SiteError(
                .badRequest, "\(name) must be an instant such as 2026-05-12T07:42:00Z, not '\(text.prefix(40))'")
        }
        return instant
    }
}
