import Store
import Vocabulary

@testable import Site

extension FuzzTarget {
    /// The site's own readers, each on the same text: queries and forms, `Host`, `Authorization`, `Origin`, addresses, and the
    /// writers that foreign words go through.
    static let httpText = FuzzTarget(text: "http-text", longest: 1_024) { text in
        if let query = try? QueryText(text) {
            _ = try? query.limit()
            _ = (try? query.instant("since"), query["before"].map { PageCursor($0) })
        }
        if let decoded = URLPath.decoded(text) {
            promise(URLPath.decoded(URLPath.encoded(decoded)) == decoded, "an address changes when it is encoded")
        }
        let encoded = URLPath.encoded(text)
        promise(
            encoded.utf8.allSatisfy { (0x21..<0x7F).contains($0) && !"/?#&=<>\"'".utf8.contains($0) }, "not encoded")
        if let host = HostHeader(text) {
            promise(HostHeader(host.text) == host, "a host changes when it is written")
            promise(!host.text.contains { "/\\@?#<>\"' ".contains($0) }, "a host holds what an address must not")
        }
        if let secret = Credentials.secret(in: text) {
            promise(secret.count <= text.utf8.count, "a secret is longer than its header")
            promise(secret.isEmpty || Credentials.same(secret, secret), "a secret is not itself")
            promise(!Credentials.same(secret + [0], secret), "a longer secret passes")
        }
        let peer = PeerAddress(text)
        _ = (peer.neighbourhood, peer.isLoopback)
        _ = SameOrigin.evidence(fetchSite: nil, origin: text, host: "localhost:8463")
        _ = try? LabelText.checked(text)
        let markup = Markup.escaped(text)
        promise(!markup.utf8.contains { "<>\"'".utf8.contains($0) }, "markup gets through")
        let event = ServerSentEvent(id: 1, event: text, data: text).frame
        promise(event.components(separatedByLineEnds: "id:") == 1, "an event holds another event")
    }
}

extension String {
    /// How many lines begin with `start`.
    fileprivate func components(separatedByLineEnds start: String) -> Int {
        utf8.split { $0 == 10 || $0 == 13 }.count { $0.starts(with: start.utf8) }
    }
}
