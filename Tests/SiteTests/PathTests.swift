import Foundation
import Logging
import NIOCore
import Store
import TestSupport
import Testing
import Vocabulary

@testable import Site

/// No address leads out of what the site serves: tried on a real port, so that nothing tidies the path on its way.
@Suite struct PathTests {
    private static let ways = [
        "../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd",
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/etc/passwd", "%2fetc%2fpasswd", "..%252f..%252fetc%252fpasswd", "rooster.sqlite", "..%2frooster.sqlite",
        "../rooster.sqlite", "../../rooster.sqlite", "aaaaaaaaaaaaaaaaaaaa%00.jpg", "%00", "..\\..\\rooster.sqlite",
        "..%5c..%5crooster.sqlite", "aaaaaaaaaaaaaaaaaaaa/../../rooster.sqlite", ".", "..", "", "%", "%zz",
        "%c0%ae%c0%ae",
        "aa/aaaaaaaaaaaaaaaaaaaa.jpg",
    ]

    private func answer(_ port: Int, _ path: String) async throws -> String {
        try await LiveSite.connect(
            port, "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        ) { try await $0.readToEnd() }
    }

    @Test(arguments: ["/frames/", "/thumbnails/", "/assets/", "/api/v1/frames/", "/detections/", "/"])
    func noPathLeadsOut(of place: String) async throws {
        let site = try SiteFixture()
        try await Sightings(site: site).add("jay", 1)
        try await LiveSite.run(site) { port, _ in
            for way in Self.ways where !(place == "/" && ["", ".", "..", "/etc/passwd"].contains(way)) {
                let text = try await answer(port, place + way)
                let status = text.split(separator: " ").dropFirst().first ?? ""
                // `/x/..` may lead to a page of ours, and a list to itself.
                #expect(
                    ["400", "404"].contains(status) || ["", ".", ".."].contains(way),
                    "\(place + way): \(text.prefix(80))")
                #expect(!text.contains("root:") && !text.contains("SQLite format"), "\(place + way)")
            }
        }
    }

    @Test func aLinkInTheStateDirectoryIsNotFollowed() async throws {
        let site = try SiteFixture()
        let seen = try await Sightings(site: site).add("jay", 1)
        let secret = site.directory.path("secret")
        try Data("the secret".utf8).write(to: URL(filePath: secret))
        let id = seen.frame.rawValue
        for kind in ["pictures", "thumbnails"] {
            let folder = site.directory.path("state/\(kind)/\(id.prefix(2))")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try? FileManager.default.removeItem(atPath: "\(folder)/\(id).jpg")
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/\(id).jpg", withDestinationPath: secret)
        }
        // Nor one that takes the place of the camera's own file.
        let original = try #require(try await site.store.frame(seen.frame)).path
        try? FileManager.default.removeItem(atPath: original)
        try FileManager.default.createSymbolicLink(atPath: original, withDestinationPath: secret)
        try await LiveSite.run(site) { port, _ in
            for place in ["/frames/", "/thumbnails/"] {
                let text = try await answer(port, place + id)
                #expect(text.hasPrefix("HTTP/1.1 404 "), "\(text.prefix(80))")
                #expect(!text.contains("the secret"))
            }
        }
    }

    @Test func aLargePictureComesWholeInPieces() async throws {
        let site = try SiteFixture()
        let seen = try await Sightings(site: site).add("jay", 1)
        let path = site.directory.path("state/pictures/\(seen.frame.rawValue.prefix(2))/\(seen.frame).jpg")
        let bytes = Data((0..<700_001).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3 | 1) })
        try bytes.write(to: URL(filePath: path))
        let answer = try await site.ask(.get, seen.frame.picturePath)
        #expect(answer.status == 200)
        #expect(Data(answer.bytes) == bytes)
    }
}
