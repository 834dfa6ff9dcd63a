import HTTPTypes
import Hummingbird
import NIOCore
import Store
import Vocabulary

/// The visits as JSON Feed and Atom.
struct FeedRoutes {
    let site: SiteParts

    /// How many visits a page of a feed holds.
    static let pageLength = 50
    /// Under what name the store keeps what tells this Rooster's feeds from all others.
    static let identityNote = "feed identity"

    /// Adds `/feed.json` and `/feed.atom`.
    func add(to router: Router<SiteContext>) {
        router.get("/feed.json") { request, _ in
            let feed = try await feed(request)
            let response = try Response.json(JSONFeed(feed), type: "application/feed+json; charset=utf-8")
            return try await conditional(response, feed, request)
        }
        router.get("/feed.atom") { request, _ in
            let feed = try await feed(request)
            let response = Response.text(AtomFeed(feed).markup.text, type: "application/atom+xml; charset=utf-8")
            return try await conditional(response, feed, request)
        }
    }

    private func feed(_ request: Request) async throws -> VisitFeed {
        let query = try QueryText(of: request, known: ["before", "label", "source"])
        let filter = VisitFilter(
            before: query["before"].map { PageCursor($0) }, limit: FeedRoutes.pageLength, label: query["label"],
            source: query["source"])
        let page = try await site.store.visits(filter)
        let kept = [("label", query["label"]), ("source", query["source"])]
        return VisitFeed(
            title: site.settings.title, identity: try await identity(), base: try base(request), path: request.uri.path,
            query: URLPath.query(kept + [("before", query["before"])]),
            next: page.next.map { URLPath.query(kept + [("before", $0.text)]) }, visits: page.items, time: site.time)
    }

    /// Made with the record, kept with it.
    private func identity() async throws -> String {
        if let known = try await site.store.note(FeedRoutes.identityNote) { return known }
        let random = [UInt64.random(in: .min ... .max), .random(in: .min ... .max)].map { String($0, radix: 36) }
        try await site.store.setNote(FeedRoutes.identityNote, to: random.joined())
        return try await site.store.note(FeedRoutes.identityNote) ?? random.joined()
    }

    /// Where this site is reached: as configured, else as the reader called it.
    private func base(_ request: Request) throws -> String {
        if let base = site.settings.baseURL { return base.hasSuffix("/") ? String(base.dropLast()) : base }
        guard let host = request.head.authority.flatMap(HostHeader.init) else {
            throw SiteError(.badRequest, "the Host header is missing or malformed")
        }
        return "http://\(host.text)"
    }

    private func conditional(_ response: Response, _ feed: VisitFeed, _ request: Request) async throws -> Response {
        var response = response
        let collector = BodyCollector()
        try await response.body.write(collector)
        let body = collector.body
        let tag = Fingerprint(body.readableBytesView).entityTag
        response.headers[.eTag] = tag
        response.headers[.cacheControl] = CachePolicy.revalidate
        if let updated = feed.updated { response.headers[.lastModified] = HTTPDate.text(updated) }
        if let same = Conditional.notModified(
            request, entityTag: tag, modified: feed.updated, headers: response.headers)
        {
            return same
        }
        response.body = .init(byteBuffer: body)
        return response
    }
}

/// What both feeds tell.
struct VisitFeed {
    let title: String
    let identity: String
    /// `http://host:port`, without a slash at the end.
    let base: String
    /// The path of this feed.
    let path: String
    /// The query of this page of it.
    let query: String
    /// The query of the next page.
    let next: String?
    let visits: [VisitItem]
    let time: LocalTime

    /// When anything in it last changed.
    var updated: Instant? { visits.map(\.changed).max() }

    /// The id of the feed: the same for ever, whatever it is called.
    func urn(of kind: String) -> String { Fingerprint("rooster feed \(identity) \(kind)".utf8).urn }

    /// The items, newest first.
    var items: [VisitEntry] { visits.map { VisitEntry($0, base: base, time: time) } }
}

/// One visit in a feed.
struct VisitEntry {
    let visit: VisitItem
    let base: String
    let time: LocalTime

    init(_ visit: VisitItem, base: String, time: LocalTime) {
        self.visit = visit
        self.base = base
        self.time = time
    }

    /// Made from the visit's id, which is that of its first detection: never changes.
    var urn: String { Fingerprint("rooster visit \(visit.id.rawValue)".utf8).urn }
    /// The page about it.
    var url: String { base + URLPath.of("detections", visit.id.rawValue) }
    /// `Jay at nest, left box`.
    var title: String { "\(Words.capitalised(visit.label)) at \(place)" }
    /// The best picture; nil where none is kept.
    var picture: (url: String, bytes: Int64?)? {
        visit.best.hasPicture ? (base + visit.best.frame.picturePath, visit.best.pictureBytes) : nil
    }

    private var place: String {
        visit.region == Region.wholeFrame.name ? visit.source : "\(visit.source), \(visit.region)"
    }

    /// What happened, in plain sentences.
    var sentences: [String] {
        let outcome = VisitOutcome(visit)
        let until = visit.last - visit.started >= .seconds(60) ? " till \(time.minute(visit.last))" : ""
        var sentences = [
            "Seen \(time.long(visit.started)), \(time.second(visit.started))\(until), in \(Words.count(visit.count, "photo", "photos")), "
                + "at best with \(Words.probability(visit.best.probability)).",
            outcome.sentence + ".",
        ]
        if let correction = visit.best.correction {
            sentences.append("Corrected: \(LabelForm.name(of: correction)).")
        }
        return sentences
    }

    /// The same as HTML, with the picture.
    var html: Markup {
        let image: Markup? = picture.map { "<p><img src=\"\($0.url)\" alt=\"\(title)\"></p>" }
        return sentences.reduce(image ?? .empty) { $0 + "<p>\($1)</p>" }
    }
}

/// Takes a body together again that is about to be sent.
private final class BodyCollector: ResponseBodyWriter {
    private(set) var body = ByteBuffer()

    func write(_ buffer: ByteBuffer) async throws { body.writeImmutableBuffer(buffer) }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
