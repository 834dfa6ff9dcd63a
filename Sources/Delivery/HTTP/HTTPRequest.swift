/// A request to be sent.
public struct HTTPRequest: Sendable {
    /// `GET`, `POST`, `PUT`...
    public var method: String
    /// `http` or `https`.
    public var url: String
    /// Names and values in their order. Values are ASCII; see ``HTTPRequest/fault``.
    public var headers: [(name: String, value: String)]
    /// What is sent; nil sends no body.
    public var body: [UInt8]?
    /// Of the whole exchange.
    public var timeout: Duration
    /// Whether it may arrive twice: libcurl sends a request again when the kept connection it used turns out to be dead.
    /// False takes a connection of its own, over which nothing is sent again.
    public var isRepeatable = true

    /// A request.
    public init(
        _ method: String, _ url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil,
        timeout: Duration = .seconds(30)
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }

    /// Why it cannot be sent as it stands: a sentence without the value at fault (it may be a secret); nil: it can.
    public var fault: String? {
        let lower = url.lowercased()
        if !lower.hasPrefix("http://") && !lower.hasPrefix("https://") {
            return "the address does not begin with http:// or https://"
        }
        if url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) {
            return "the address holds a blank or a control character: write %20 for a blank"
        }
        if method.isEmpty || !method.utf8.allSatisfy(isTokenByte) { return "the method is not a word such as POST" }
        for (name, value) in headers {
            if name.isEmpty || !name.utf8.allSatisfy(isTokenByte) { return "a header has no proper name" }
            if value.utf8.contains(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }) {
                return "the header '\(name)' holds a line break or another control character"
            }
        }
        return nil
    }
}

/// The letters of a token of RFC 9110.
private func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}

/// An answer, whatever its status.
public struct HTTPResponse: Sendable {
    /// 200 and so on.
    public var status: Int
    /// The beginning of the body, as much as the client keeps.
    public var body: [UInt8]
    /// True where the body was longer.
    public var isCut = false
    /// What a `Retry-After` header asks for, given in seconds or as a date.
    public var retryAfter: Duration?

    /// True for 200 to 299.
    public var isSuccess: Bool { (200..<300).contains(status) }
}

/// Why there is no answer.
public struct HTTPFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds that callers tell apart.
    public enum Kind: String, Sendable, CaseIterable {
        /// The request itself is at fault; it was not sent.
        case invalid
        /// No such host, or no name server.
        case unresolved
        /// No connection.
        case unreachable
        /// TLS: the other side could not prove who it is.
        case untrusted
        /// No answer in time.
        case timedOut
        /// The connection broke before the answer was whole.
        case connectionLost
        /// Whoever asked took the request back.
        case cancelled
        /// Too many requests at once, no memory, or the client is closed.
        case unavailable
    }

    /// What kind.
    public var kind: Kind
    /// A sentence with the host, never with headers or bodies.
    public var message: String

    /// A failure of a kind with a sentence.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The sentence.
    public var description: String { message }
}
