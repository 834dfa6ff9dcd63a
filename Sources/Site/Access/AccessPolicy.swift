/// Who may ask for what: a pure function of the settings and a request's address, path and headers.
///
/// Without a token only this machine may ask, and only under a name of this machine: a page elsewhere that points its
/// own name at 127.0.0.1 (DNS rebinding) is refused. With a token everyone needs it, this machine too, because a proxy
/// on this machine would make everyone look local.
struct AccessPolicy: Sendable {
    /// What to do with a request.
    enum Decision: Hashable, Sendable {
        /// Answer it.
        case allowed
        /// Answer it only if it asks for something the feeds publish; the handler decides.
        case asPublic
        /// Ask for the token.
        case needsToken
        /// The token is wrong: count it, ask again.
        case wrongToken
        /// Refuse with a reason.
        case refused(String)
    }

    /// What is known of a request.
    struct Question: Sendable {
        var peer: PeerAddress
        var host: String?
        var path: String
        var authorization: String?
    }

    private let token: [UInt8]?
    private let publicFeeds: Bool

    /// - Parameters:
    ///   - token: nil: loopback only.
    ///   - publicFeeds: feeds and their pictures need no token.
    init(token: String?, publicFeeds: Bool) {
        self.token = token.map { Array($0.utf8) }
        self.publicFeeds = publicFeeds
    }

    /// Whether there is a token; then who was let in showed it, but for `/healthz`.
    var hasToken: Bool { token != nil }

    /// Decides; `/healthz` is open to all.
    func decide(_ question: Question) -> Decision {
        guard let host = question.host.flatMap(HostHeader.init) else {
            return .refused("the Host header is missing or malformed")
        }
        if question.path == "/healthz" { return .allowed }
        guard let token else {
            guard question.peer.isLoopback else {
                return .refused("without a token Rooster answers this machine only; set http.token_file")
            }
            guard host.isLoopback else {
                return .refused(
                    "without a token Rooster answers under a name of this machine only (localhost, 127.0.0.1, [::1]), "
                        + "not '\(host.name)'; set http.token_file to use other names")
            }
            return .allowed
        }
        if let presented = question.authorization.flatMap(Credentials.secret(in:)) {
            if Credentials.same(presented, token) { return .allowed }
            return .wrongToken
        }
        return publicFeeds && AccessPolicy.isFeedOrPicture(question.path) ? .asPublic : .needsToken
    }

    private static func isFeedOrPicture(_ path: String) -> Bool {
        path == "/feed.json" || path == "/feed.atom" || path.hasPrefix("/frames/") || path.hasPrefix("/thumbnails/")
            || path.hasPrefix("/assets/")
    }
}

/// Reading and comparing tokens.
enum Credentials {
    /// The secret of an `Authorization` header: the token of `Bearer`, the password of `Basic` (any user name).
    /// - Returns: nil for other schemes and malformed headers.
    static func secret(in header: String) -> [UInt8]? {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        let value = parts[1].drop { $0 == " " }
        switch parts[0].lowercased() {
        case "bearer": return Array(value.utf8)
        case "basic":
            guard let pair = base64(value), let colon = pair.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            return Array(pair[(colon + 1)...])
        default: return nil
        }
    }

    /// Compares in a time that depends on the length of `presented` alone.
    static func same(_ presented: [UInt8], _ token: [UInt8]) -> Bool {
        guard !token.isEmpty else { return false }
        var difference = presented.count ^ token.count
        for (place, byte) in presented.enumerated() { difference |= Int(byte ^ token[place % token.count]) }
        return difference == 0
    }

    private static func base64(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in text.utf8 where byte != UInt8(ascii: "=") {
            let value: UInt8
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = byte - UInt8(ascii: "A")
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = byte - UInt8(ascii: "a") + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte - UInt8(ascii: "0") + 52
            case UInt8(ascii: "+"): value = 62
            case UInt8(ascii: "/"): value = 63
            default: return nil
            }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }
}
