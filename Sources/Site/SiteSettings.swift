/// What the site is told by the settings (`http`, `place`).
public struct SiteSettings: Hashable, Sendable {
    /// The address to listen on.
    public var host: String
    /// The port; 0: any free one.
    public var port: Int
    /// The token; nil: this machine only.
    public var token: String?
    /// Feeds and their pictures need no token.
    public var publicFeeds: Bool
    /// `https://...` where feeds are reached from outside; nil: as the request's `Host` header says.
    public var baseURL: String?
    /// The name of the place: title of pages and feeds.
    public var title: String
    /// IANA name of the zone in which pages tell the time; nil: the system's.
    public var timeZone: String?

    /// What the site is told by the settings.
    public init(
        host: String = "127.0.0.1", port: Int = 8463, token: String? = nil, publicFeeds: Bool = false,
        baseURL: String? = nil, title: String = "Rooster", timeZone: String? = nil
    ) {
        self.host = host
        self.port = port
        self.token = token
        self.publicFeeds = publicFeeds
        self.baseURL = baseURL
        self.title = title
        self.timeZone = timeZone
    }
}
