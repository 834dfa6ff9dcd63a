import Hummingbird

/// What a handler knows of its request beside the request itself.
struct SiteContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Who asks.
    let peer: PeerAddress
    /// True where nobody showed a token and only what the feeds publish may be answered.
    var isPublic = false

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = PeerAddress(source.channel.remoteAddress)
    }

    /// A context of a test.
    init(source: some RequestContextSource, peer: PeerAddress) {
        coreContext = .init(source: source)
        self.peer = peer
    }

    /// Forms and commands are small.
    var maxUploadSize: Int { 16 * 1024 }
}
