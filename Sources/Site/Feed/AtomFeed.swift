import Store
import Vocabulary

/// The visits as Atom (RFC 4287), paged as RFC 5005 says.
struct AtomFeed {
    let feed: VisitFeed

    init(_ feed: VisitFeed) { self.feed = feed }

    /// The document.
    var markup: Markup {
        let next: Markup? = feed.next.map {
            "<link rel=\"next\" href=\"\(feed.base + feed.path + $0)\" type=\"application/atom+xml\"/>\n"
        }
        let updated = (feed.updated ?? .init(milliseconds: 0)).description
        return """
            <?xml version="1.0" encoding="utf-8"?>
            <feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
            <id>\(feed.urn(of: feed.path))</id>
            <title>\(feed.title)</title>
            <updated>\(updated)</updated>
            <author><name>Rooster</name></author>
            <generator>Rooster</generator>
            <icon>\(feed.base + Asset.mark.path)</icon>
            <link rel="self" href="\(feed.base + feed.path + feed.query)" type="application/atom+xml"/>
            <link rel="alternate" href="\(feed.base)/" type="text/html"/>
            \(next)\(feed.items.map(entry))</feed>

            """
    }

    private func entry(_ item: VisitEntry) -> Markup {
        let enclosure: Markup? = item.picture.map { picture in
            let length: Markup? = picture.bytes.map { " length=\"\(String($0))\"" }
            return "<link rel=\"enclosure\" href=\"\(picture.url)\" type=\"image/jpeg\"\(length)/>\n"
        }
        return """
            <entry>
            <id>\(item.urn)</id>
            <title>\(item.title)</title>
            <published>\(item.visit.started.description)</published>
            <updated>\(item.visit.changed.description)</updated>
            <link rel="alternate" href="\(item.url)" type="text/html"/>
            \(enclosure)<category term="\(item.visit.label)"/>
            <content type="html">\(item.html.text)</content>
            </entry>

            """
    }
}
