import Foundation
import FoundationXML
import Testing
import Vocabulary

@testable import Site

@Suite struct FeedTests {
    @Test func theJSONFeedSaysOneItemAVisitWithItsPicture() async throws {
        let site = try SiteFixture()
        let first = try await Sightings(site: site).add("jay", 1)
        try await Sightings(site: site).add("jay", 2, visit: first.detection)
        let answer = try await site.ask(.get, "/feed.json", host: "henhouse.example:8463", peer: "127.0.0.1")
        #expect(answer.status == 403)
        let feed = try await site.ask(.get, "/feed.json")
        #expect(feed["Content-Type"] == "application/feed+json; charset=utf-8")
        let json = try feed.json
        #expect(json["version"] as? String == "https://jsonfeed.org/version/1.1")
        #expect(json["title"] as? String == "Henhouse")
        #expect(json["feed_url"] as? String == "http://localhost:8463/feed.json")
        let items = try #require(json["items"] as? [[String: Any]])
        #expect(items.count == 1)
        let item = try #require(items.first)
        #expect((item["id"] as? String)?.hasPrefix("urn:uuid:") == true)
        #expect(item["url"] as? String == "http://localhost:8463/detections/\(first.detection)")
        #expect(item["title"] as? String == "Jay at nest")
        #expect((item["date_published"] as? String).flatMap { Instant($0) } != nil)
        let attachment = try #require((item["attachments"] as? [[String: Any]])?.first)
        #expect((attachment["url"] as? String)?.hasPrefix("http://localhost:8463/frames/") == true)
        #expect(attachment["mime_type"] as? String == "image/jpeg")
        #expect((attachment["size_in_bytes"] as? Int ?? 0) > 0)
        #expect((item["_rooster"] as? [String: Any])?["detections"] as? Int == 2)
    }

    @Test func theIdOfAVisitNeverChangesWhateverHappensToIt() async throws {
        let site = try SiteFixture()
        let first = try await Sightings(site: site).add("jay", 1)
        func entry() async throws -> (id: String?, updated: String?, feed: String?) {
            let atom = try Atom(try await site.ask(.get, "/feed.atom").bytes)
            return (atom.entries.first?["id"], atom.entries.first?["updated"], atom.feed["id"])
        }
        let before = try await entry()
        try await Sightings(site: site).add("jay", 2, visit: first.detection)
        try await site.store.correct(first.detection, label: "crow", at: SiteFixture.now)
        let after = try await entry()
        await site.store.endVisits([first.detection], at: SiteFixture.now)
        let ended = try await entry()
        #expect(before.id != nil)
        #expect(before.id == after.id && after.id == ended.id)
        #expect(before.feed == ended.feed)
        #expect(try #require(before.updated) < #require(after.updated))
    }

    @Test func theAtomFeedHasWhatTheStandardAsksFor() async throws {
        let site = try SiteFixture()
        let hostile = "<jay> & \"co\" ]]> \u{1B}"
        try await Sightings(site: site).add(hostile, 1, source: "n<e>st")
        try await Sightings(site: site).add("magpie", 2, heldBack: .veto, keep: false)
        let answer = try await site.ask(.get, "/feed.atom")
        #expect(answer["Content-Type"] == "application/atom+xml; charset=utf-8")
        let atom = try Atom(answer.bytes)
        for name in ["id", "title", "updated"] {
            #expect(atom.feed[name]?.isEmpty == false, "\(name)")
            for entry in atom.entries { #expect(entry[name]?.isEmpty == false, "\(name)") }
        }
        #expect(atom.feed["name"] == "Rooster")
        #expect(atom.entries.count == 2)
        #expect(Set(atom.entries.compactMap { $0["id"] }).count == 2)
        #expect(atom.entries[1]["title"] == "<jay> & \"co\" ]]> \u{FFFD} at n<e>st")
        #expect(atom.entries[1]["content"]?.contains("&lt;jay&gt;") == true)
        #expect(atom.entries[1]["content"]?.contains("<jay>") == false)
        let enclosures = atom.links.filter { $0["rel"] == "enclosure" }
        #expect(enclosures.count == 2)
        #expect(enclosures.allSatisfy { $0["type"] == "image/jpeg" })
        #expect(Int(enclosures[1]["length"] ?? "") ?? 0 > 0)  // the other picture is not kept: only its file is there
        #expect(atom.links.contains { $0["rel"] == "self" && $0["href"] == "http://localhost:8463/feed.atom" })
        #expect(atom.links.allSatisfy { URL(string: $0["href"] ?? "")?.host != nil })
    }

    @Test func whoHasTheFeedAlreadyIsToldSoUntilSomethingHappens() async throws {
        let site = try SiteFixture()
        let seen = try await Sightings(site: site).add("jay", 1)
        for path in ["/feed.json", "/feed.atom"] {
            let first = try await site.ask(.get, path)
            let tag = try #require(first["ETag"])
            let date = try #require(first["Last-Modified"])
            #expect(tag.hasPrefix("\"") && tag.hasSuffix("\""))
            for headers in [
                ["If-None-Match": tag], ["If-None-Match": "\"x\", W/\(tag)"], ["If-None-Match": "*"],
                ["If-Modified-Since": date],
                ["If-None-Match": tag, "If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"],
            ] {
                let again = try await site.ask(.get, path, headers)
                #expect(again.status == 304, "\(headers)")
                #expect(again.bytes.isEmpty)
                #expect(again["ETag"] == tag)
            }
            for headers in [["If-None-Match": "\"x\""], ["If-None-Match": "\"x\"", "If-Modified-Since": date]] {
                #expect(try await site.ask(.get, path, headers).status == 200, "\(headers)")
            }
        }
        let tag = try #require(try await site.ask(.get, "/feed.json")["ETag"])
        try await Sightings(site: site).add("jay", 5, visit: seen.detection)
        #expect(try await site.ask(.get, "/feed.json", ["If-None-Match": tag]).status == 200)
    }

    @Test func aLongFeedIsPaged() async throws {
        let site = try SiteFixture()
        for number in 1...(FeedRoutes.pageLength + 5) {
            try await Sightings(site: site).add("jay", number, keep: false)
        }
        let first = try await site.ask(.get, "/feed.json").json
        #expect((first["items"] as? [Any])?.count == FeedRoutes.pageLength)
        let next = try #require(first["next_url"] as? String)
        let second = try await site.ask(.get, String(next.dropFirst("http://localhost:8463".count))).json
        #expect((second["items"] as? [Any])?.count == 5)
        #expect(second["next_url"] == nil)
        let atom = try Atom(try await site.ask(.get, "/feed.atom").bytes)
        #expect(atom.links.contains { $0["rel"] == "next" })
        #expect(try await site.ask(.get, "/feed.json?page=2").error.contains("unknown parameter 'page'"))
    }

    @Test func addressesAreThoseOfTheSettingsWhereTheyAreSet() async throws {
        let site = try SiteFixture(baseURL: "https://hens.example/")
        try await Sightings(site: site).add("jay", 1)
        let text = try await site.ask(.get, "/feed.atom").text
        #expect(text.contains("https://hens.example/frames/"))
        #expect(!text.contains("localhost"))
    }

    @Test func publicFeedsShowTheirPicturesAndNoOthers() async throws {
        let site = try SiteFixture(token: "secret", publicFeeds: true)
        let seen = try await Sightings(site: site).add("jay", 1)
        let stranger = { (path: String) in
            try await site.ask(.get, path, host: "hens.example", peer: "192.0.2.7").status
        }
        #expect(try await stranger("/feed.json") == 200)
        #expect(try await stranger("/feed.atom") == 200)
        #expect(try await stranger(seen.frame.picturePath) == 200)
        let path = site.directory.path("quiet.jpg")
        try Data([0xFF, 0xD8, 0xFF, 0xD9]).write(to: URL(filePath: path))
        let quiet = try await Sightings(site: site).addQuiet("quiet.jpg")
        #expect(try await stranger(quiet.picturePath) == 404)
        #expect(try await site.ask(.get, quiet.picturePath, ["Authorization": "Bearer secret"]).status == 200)
        #expect(try await stranger("/") == 401)
        let picture = try await site.ask(.get, seen.frame.picturePath, host: "hens.example", peer: "192.0.2.7")
        #expect(picture["Cross-Origin-Resource-Policy"] == "cross-origin")
        #expect(try await site.ask(.get, "/feed.json")["Cross-Origin-Resource-Policy"] == "same-origin")
    }
}

/// An Atom document as a strict XML parser sees it.
final class Atom: NSObject, XMLParserDelegate {
    private(set) var feed: [String: String] = [:]
    private(set) var entries: [[String: String]] = []
    private(set) var links: [[String: String]] = []
    private var text = ""
    private var isInEntry = false

    init(_ bytes: [UInt8]) throws {
        super.init()
        let parser = XMLParser(data: Data(bytes))
        parser.delegate = self
        try #require(parser.parse(), "\(parser.parserError.map { "\($0)" } ?? "")")
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String] = [:]
    ) {
        text = ""
        if name == "entry" {
            isInEntry = true
            entries.append([:])
        }
        if name == "link" { links.append(attributes) }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        if name == "entry" { isInEntry = false }
        if isInEntry { entries[entries.count - 1][name] = text } else if feed[name] == nil { feed[name] = text }
    }
}
