import HTTPTypes
import Hummingbird
import NIOCore
import NIOPosix
import Store
import Vocabulary

/// Kept pictures, and thumbnails made when somebody first wants them.
struct PictureRoutes {
    let site: SiteParts
    let thumbnails: Turnstile

    init(site: SiteParts) {
        self.site = site
        thumbnails = Turnstile(places: 1, waiting: 64)
    }

    /// Adds `/frames/ID` and `/thumbnails/ID`.
    func add(to router: Router<SiteContext>) {
        router.get("/frames/:id", use: picture)
        router.get("/thumbnails/:id", use: thumbnail)
    }

    @Sendable func picture(_ request: Request, _ context: SiteContext) async throws -> Response {
        let id = try await permitted(context)
        guard let picture = try await site.store.openPicture(of: id) else { throw missing(id) }
        return jpeg(picture, id, request)
    }

    @Sendable func thumbnail(_ request: Request, _ context: SiteContext) async throws -> Response {
        let id = try await permitted(context)
        if let kept = await site.store.openThumbnail(of: id) { return jpeg(kept, id, request) }
        guard try await site.store.openPicture(of: id) != nil else { throw missing(id) }
        // One at a time: a page with twelve new pictures must not take the cores from the frames.
        let made = try await thumbnails.through { () -> [UInt8]? in
            guard await site.store.openThumbnail(of: id) == nil else { return nil }
            guard let made = try await site.controls.thumbnail(of: id) else {
                throw SiteError(.unprocessableContent, "the picture of frame \(id) cannot be decoded")
            }
            try? await site.store.setThumbnail(of: id, to: made)  // a full disk: it is made again next time
            return made
        }
        if let made {
            return Response(status: .ok, headers: headers(id), body: .init(byteBuffer: ByteBuffer(bytes: made)))
        }
        guard let kept = await site.store.openThumbnail(of: id) else { throw missing(id) }
        return jpeg(kept, id, request)
    }

    /// The frame the route names, if the one who asks may see it: without a token only what is in the feeds.
    private func permitted(_ context: SiteContext) async throws -> FrameID {
        let id = FrameID(rawValue: try context.parameters.require("id"))
        guard context.isPublic else { return id }
        let seen = try await site.store.detections(DetectionFilter(limit: 1, frame: id))
        guard !seen.items.isEmpty else { throw missing(id) }
        return id
    }

    private func jpeg(_ picture: OpenPicture, _ id: FrameID, _ request: Request) -> Response {
        if let same = Conditional.notModified(request, entityTag: "\"\(id)\"", headers: headers(id)) { return same }
        return Response(status: .ok, headers: headers(id), body: PictureRoutes.body(of: picture))
    }

    /// A piece of a picture in memory at a time, however large it is and however slow its reader.
    private static let piece = 128 * 1_024

    private static func body(of picture: OpenPicture) -> ResponseBody {
        ResponseBody(contentLength: picture.size) { writer in
            var sent = 0
            while sent < picture.size {
                let offset = sent
                let bytes = try await NIOThreadPool.singleton.runIfActive {
                    picture.bytes(at: offset, upTo: min(piece, picture.size - offset))
                }
                // Fewer bytes than promised end the connection: the reader sees that it is not the whole picture.
                guard let bytes, !bytes.isEmpty else { throw SiteError(.internalServerError, "the picture was cut") }
                try await writer.write(ByteBuffer(bytes: bytes))
                sent += bytes.count
            }
            try await writer.finish(nil)
        }
    }

    private func headers(_ id: FrameID) -> HTTPFields {
        var headers = HTTPFields()
        headers[.contentType] = "image/jpeg"
        headers[.cacheControl] = CachePolicy.immutable
        headers[.eTag] = "\"\(id)\""
        if site.settings.publicFeeds { headers[.resourcePolicy] = "cross-origin" }  // feed readers on the web show them
        return headers
    }

    private func missing(_ id: FrameID) -> SiteError {
        SiteError(.notFound, "no picture of frame \(id): never kept, withheld, or older than keep_frames")
    }
}
