import Store
import Vocabulary

/// The visits as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/).
struct JSONFeed: Encodable {
    struct Author: Encodable { let name: String }

    struct Attachment: Encodable {
        let url: String
        let mimeType = "image/jpeg"
        let size: Int64?

        private enum CodingKeys: String, CodingKey {
            case url
            case mimeType = "mime_type"
            case size = "size_in_bytes"
        }
    }

    /// What programs want and the format has no word for.
    struct Own: Encodable {
        let visit: VisitID
        let label, source, region, rule: String
        let probability: Double
        let detections: Int
        let started, last: Instant
        let ended: Instant?
        let model: ModelID
        let action: String?
        let correction: String?
    }

    struct Item: Encodable {
        let id, url, title, html, text: String
        let image: String?
        let published, modified: Instant
        let tags: [String]
        let attachments: [Attachment]?
        let own: Own

        private enum CodingKeys: String, CodingKey {
            case id, url, title, image, tags, attachments
            case html = "content_html"
            case text = "content_text"
            case published = "date_published"
            case modified = "date_modified"
            case own = "_rooster"
        }

        init(_ entry: VisitEntry) {
            let visit = entry.visit
            id = entry.urn
            url = entry.url
            title = entry.title
            html = entry.html.text
            text = entry.sentences.joined(separator: " ")
            image = entry.picture?.url
            published = visit.started
            modified = visit.changed
            tags = [visit.label]
            attachments = entry.picture.map { [Attachment(url: $0.url, size: $0.bytes)] }
            own = Own(
                visit: visit.id, label: visit.label, source: visit.source, region: visit.region, rule: visit.best.rule,
                probability: visit.best.probability.asFloat, detections: visit.count, started: visit.started,
                last: visit.last,
                ended: visit.ended, model: visit.best.model,
                action: (visit.fired ?? visit.best).action?.state.rawValue, correction: visit.best.correction)
        }
    }

    let version = "https://jsonfeed.org/version/1.1"
    let title, home, feed, icon: String
    let next: String?
    let authors = [Author(name: "Rooster")]
    let language = "en"
    let items: [Item]

    private enum CodingKeys: String, CodingKey {
        case version, title, icon, authors, language, items
        case home = "home_page_url"
        case feed = "feed_url"
        case next = "next_url"
    }

    init(_ visits: VisitFeed) {
        title = visits.title
        home = visits.base + "/"
        feed = visits.base + visits.path
        icon = visits.base + Asset.mark.path
        next = visits.next.map { visits.base + visits.path + $0 }
        items = visits.items.map(Item.init)
    }
}
