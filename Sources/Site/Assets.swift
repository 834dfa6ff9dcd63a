import HTTPTypes
import Hummingbird
import NIOCore

/// A file that is part of the program. Its address changes with its content, so browsers may keep it for ever.
struct Asset: Sendable {
    /// The bytes.
    let bytes: [UInt8]
    /// Its media type.
    let contentType: String
    /// Where the site serves it: `/assets/<fingerprint>.<extension>`.
    let path: String

    init(_ bytes: [UInt8], contentType: String, extension suffix: String) {
        self.bytes = bytes
        self.contentType = contentType
        path = "/assets/\(Fingerprint(bytes).hex.prefix(16)).\(suffix)"
    }

    /// The style sheet.
    static let style = Asset(PackageResources.style_css, contentType: "text/css; charset=utf-8", extension: "css")
    /// What keeps the page fresh.
    static let live = Asset(PackageResources.live_js, contentType: "text/javascript; charset=utf-8", extension: "js")
    /// The rooster.
    static let mark = Asset(PackageResources.mark_svg, contentType: "image/svg+xml", extension: "svg")

    /// All of them.
    static let all = [style, live, mark]
}

extension Router<SiteContext> {
    /// Serves the files that are part of the program.
    func addAssets() {
        for asset in Asset.all {
            get(RouterPath(asset.path)) { _, _ in
                var headers = HTTPFields()
                headers[.contentType] = asset.contentType
                headers[.cacheControl] = CachePolicy.immutable
                return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: asset.bytes)))
            }
        }
        get("/favicon.ico") { _, _ in Response.seeOther(Asset.mark.path, status: .movedPermanently) }
    }
}

/// How long browsers may keep an answer.
enum CachePolicy {
    /// What never changes under its address; `private`: no proxy keeps pictures of a household.
    static let immutable = "private, max-age=31536000, immutable"
    /// What may be kept if it is asked for again each time.
    static let revalidate = "private, no-cache"
}
