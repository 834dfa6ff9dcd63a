import HTTPTypes
import Hummingbird
import Store
import Vocabulary

/// Lists of the record for programs: newest first, paged by a place that stays where it is while records are added.
struct APIRoutes {
    let site: SiteParts

    /// Adds the routes below `/api/v1`.
    func add(to router: Router<SiteContext>) {
        let api = router.group("/api/v1")
        api.get("detections", use: detections)
        api.get("detections/:id", use: detection)
        api.get("frames", use: frames)
        api.get("frames/:id", use: frame)
        api.get("status", use: status)
        api.get("audit", use: audit)
    }

    @Sendable func detections(_ request: Request, _ context: SiteContext) async throws -> Response {
        let query = try QueryText(
            of: request,
            known: ["limit", "before", "after", "since", "until", "label", "rule", "source", "visit", "frame"])
        let filter = DetectionFilter(
            before: query["before"].map { PageCursor($0) }, after: query["after"].map { PageCursor($0) },
            limit: try query.limit(), since: try query.instant("since"), until: try query.instant("until"),
            label: query["label"], rule: query["rule"], source: query["source"],
            visit: query["visit"].map(VisitID.init), frame: query["frame"].map(FrameID.init))
        let page = try await site.store.detections(filter)
        return try .json(
            ItemList(
                items: page.items,
                next: next(
                    page.next, "detections", query,
                    keep: ["limit", "since", "until", "label", "rule", "source", "visit", "frame"])))
    }

    @Sendable func frames(_ request: Request, _ context: SiteContext) async throws -> Response {
        let query = try QueryText(
            of: request, known: ["limit", "before", "after", "since", "until", "source", "state", "sample"])
        let state = try query["state"].map { text in
            guard let state = FrameItem.State(rawValue: text) else {
                let known = FrameItem.State.allCases.map(\.rawValue).joined(separator: ", ")
                throw SiteError(.badRequest, "state must be one of \(known), not '\(text.prefix(40))'")
            }
            return state
        }
        let sample = try query["sample"].map { text in
            guard let sample = FrameSample(rawValue: text) else {
                let known = FrameSample.allCases.map(\.rawValue).joined(separator: ", ")
                throw SiteError(.badRequest, "sample must be one of \(known), not '\(text.prefix(40))'")
            }
            return sample
        }
        let limit = try query.limit()
        if state == .backlog {
            let waiting = await site.controls.backlog(limit: limit).filter {
                query["source"] == nil || $0.source == query["source"]
            }
            return try .json(ItemList(items: waiting, next: nil))
        }
        let filter = FrameFilter(
            before: query["before"].map { PageCursor($0) }, after: query["after"].map { PageCursor($0) }, limit: limit,
            since: try query.instant("since"), until: try query.instant("until"), source: query["source"], state: state,
            sample: sample)
        let page = try await site.store.frames(filter)
        return try .json(
            ItemList(
                items: page.items,
                next: next(page.next, "frames", query, keep: ["limit", "since", "until", "source", "state", "sample"])))
    }

    @Sendable func detection(_ request: Request, _ context: SiteContext) async throws -> Response {
        try .json(try await site.detection(context))
    }

    @Sendable func frame(_ request: Request, _ context: SiteContext) async throws -> Response {
        try .json(try await site.frame(context))
    }

    @Sendable func audit(_ request: Request, _ context: SiteContext) async throws -> Response {
        let query = try QueryText(of: request, known: ["limit", "before", "since"])
        let page = try await site.store.audit(
            AuditFilter(
                before: query["before"].map { PageCursor($0) }, limit: try query.limit(),
                since: try query.instant("since")))
        return try .json(
            ItemList(items: page.items, next: next(page.next, "audit", query, keep: ["limit", "since"])))
    }

    @Sendable func status(_ request: Request, _ context: SiteContext) async throws -> Response {
        try .json(StatusBody(try await NowData.gather(site)), snakeCase: true)
    }

    private func next(_ cursor: PageCursor?, _ list: String, _ query: QueryText, keep: [String]) -> String? {
        guard let cursor else { return nil }
        return "/api/v1/\(list)" + URLPath.query(keep.map { ($0, query[$0]) } + [("before", cursor.text)])
    }
}

/// A page of a list.
struct ItemList<Item: Encodable>: Encodable {
    /// Newest first.
    let items: [Item]
    /// Where the list goes on; null at its end.
    let next: String?

    private enum Key: String, CodingKey { case items, next }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(items, forKey: .items)
        try container.encode(next, forKey: .next)
    }
}

extension SiteParts {
    /// The frame that the route names.
    func frame(_ context: SiteContext) async throws -> FrameItem {
        let id = try context.parameters.require("id")
        guard let frame = try await store.frame(FrameID(rawValue: id)) else {
            throw SiteError(.notFound, "no frame \(id): never recorded, or older than keep_records")
        }
        return frame
    }

    /// The detection that the route names.
    func detection(_ context: SiteContext) async throws -> DetectionItem {
        let id = try context.parameters.require("id")
        guard let detection = try await store.detection(DetectionID(rawValue: id)) else {
            throw SiteError(.notFound, "no detection \(id): never recorded, or older than keep_records")
        }
        return detection
    }
}
