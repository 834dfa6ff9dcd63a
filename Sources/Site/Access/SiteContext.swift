import HTTPTypes
import Hummingbird
import Store

/// What a handler knows of its request beside the request itself.
struct SiteContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Who asks.
    let peer: PeerAddress
    /// True where nobody showed a token and only what the feeds publish may be answered.
    var isPublic = false

    /// True where somebody showed the token; false where none is set.
    var hasToken = false

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = PeerAddress(source.channel.remoteAddress)
    }

    /// A context of a test.
    init(source: some RequestContextSource, peer: PeerAddress) {
        coreContext = .init(source: source)
        self.peer = peer
    }

    /// Who asks for a change by this request.
    /// - Parameter isForm: true for a form of a page.
    func asker(of request: Request, isForm: Bool) -> Asker {
        let isCommand = request.headers[.userAgent]?.hasPrefix("rooster/") == true
        return Asker(
            isForm ? .page : isCommand ? .commandLine : .program, address: peer.description, hasToken: hasToken)
    }

    /// Forms and commands are small.
    var maxUploadSize: Int { 16 * 1024 }
}
