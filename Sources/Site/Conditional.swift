import HTTPTypes
import Hummingbird
import Vocabulary

/// Answers "nothing new" to who has it already (RFC 9110, section 13).
enum Conditional {
    /// 304 where the reader's copy is the current one; nil where it needs the answer.
    /// `If-None-Match` counts before `If-Modified-Since`.
    static func notModified(_ request: Request, entityTag: String, modified: Instant? = nil, headers: HTTPFields)
        -> Response?
    {
        var isSame = false
        if let tags = request.headers[.ifNoneMatch] {
            isSame = tags.split(separator: ",").contains { tag in
                let tag = tag.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " }
                return tag == "*" || tag == entityTag || tag == "W/" + entityTag
            }
        } else if let modified, let since = request.headers[.ifModifiedSince].flatMap(HTTPDate.instant) {
            isSame = modified.milliseconds / 1_000 <= since.milliseconds / 1_000
        }
        guard isSame else { return nil }
        var kept = headers
        kept[.contentType] = nil
        return Response(status: .notModified, headers: kept)
    }
}

/// The date format of HTTP: `Tue, 12 May 2026 06:42:00 GMT`.
enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// The text of an instant; fractions of seconds are cut.
    static func text(_ instant: Instant) -> String {
        let seconds = max(0, instant.milliseconds) / 1_000
        let day = seconds / 86_400
        let civil = Instant.civil(fromDays: day)
        let clock = [seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60].map(two).joined(separator: ":")
        return "\(days[Int(day % 7)]), \(two(civil.day)) \(months[Int(civil.month) - 1]) \(civil.year) \(clock) GMT"
    }

    /// Reads what ``text(_:)`` writes.
    static func instant(_ text: String) -> Instant? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])),
            let day = Int(parts[1])
        else { return nil }
        let two = { (value: Int) in (value < 10 ? "0" : "") + String(value) }
        return Instant("\(parts[3])-\(two(month + 1))-\(two(day))T\(parts[4])Z")
    }

    private static func two(_ value: Int64) -> String { (value < 10 ? "0" : "") + String(value) }
}
