/// Tells a form sent from one of our own pages from one that another site made the browser send.
///
/// Browsers say where a request comes from (`Sec-Fetch-Site`, `Origin`); where they say nothing, the form must carry
/// the token that only our pages know. Programs send neither header and no form.
struct SameOrigin: Sendable {
    /// The secret in our forms: new with each start, the same for all pages, unreadable for other sites.
    let formToken: String

    init() {
        var random = SystemRandomNumberGenerator()
        formToken = String(random.next(), radix: 36) + String(random.next(), radix: 36)
    }

    /// What the headers say.
    enum Evidence: Hashable, Sendable {
        case ours, foreign, unknown
    }

    /// Judges `Sec-Fetch-Site` first, then `Origin` against `Host`.
    static func evidence(fetchSite: String?, origin: String?, host: String?) -> Evidence {
        switch fetchSite {
        case "same-origin", "none": return .ours
        case .some: return .foreign
        case nil: break
        }
        guard let origin else { return .unknown }
        if origin == "null" { return .unknown }  // sandboxed frames send it, but pages without a referrer do too
        guard let scheme = ["http://", "https://"].first(where: origin.hasPrefix),
            let from = HostHeader(String(origin.dropFirst(scheme.count))), let to = host.flatMap(HostHeader.init)
        else { return .foreign }
        let preset = scheme == "http://" ? 80 : 443
        return from.name == to.name && (from.port ?? preset) == (to.port ?? preset) ? .ours : .foreign
    }

    /// Whether a form may be taken.
    func allowsForm(_ evidence: Evidence, token: String?) -> Bool {
        switch evidence {
        case .ours: true
        case .foreign: false
        case .unknown: token.map { Credentials.same(Array($0.utf8), Array(formToken.utf8)) } ?? false
        }
    }

    /// Whether a request of the API may be taken: programs say nothing, pages of ours say so.
    static func allowsProgram(_ evidence: Evidence, origin: String?) -> Bool {
        evidence == .ours || (evidence == .unknown && origin == nil)
    }
}
