import Store
import Testing
import Vocabulary

@testable import Site

/// Who changed what: told to the appliance, listed for programs, shown on the page.
@Suite struct AuditTests {
    private func entry(_ number: Int, _ deed: AuditEntry.Deed = .arm, from way: Asker.Way = .page) -> AuditEntry {
        AuditEntry(
            time: SiteFixture.now - .seconds(100 - number),
            asker: Asker(way, address: way == .signal ? nil : "192.0.2.\(number)", hasToken: way == .page), deed: deed,
            subject: deed == .actionTest ? "<b>lamp" : nil,
            before: deed == .actionTest ? nil : "off until 2026-05-12T08:42:00.000Z", after: "on")
    }

    @Test func eachWayOfAskingIsTold() async throws {
        let site = try SiteFixture(token: "secret")
        let token = ["Authorization": "Bearer secret"]
        for _ in 0..<3 { site.controls.expect(.arm) }
        _ = try await site.ask(.post, "/api/v1/arm", token, peer: "192.0.2.7")
        _ = try await site.ask(
            .post, "/api/v1/arm", token.merging(["User-Agent": "rooster/0.1.0"]) { $1 }, peer: "127.0.0.1")
        _ = try await site.ask(
            .post, "/armed", token.merging(["Sec-Fetch-Site": "same-origin"]) { $1 }, body: "armed=on",
            peer: "::ffff:192.0.2.9")
        #expect(
            site.controls.askers == [
                Asker(.program, address: "192.0.2.7", hasToken: true),
                Asker(.commandLine, address: "127.0.0.1", hasToken: true),
                Asker(.page, address: "192.0.2.9", hasToken: true),
            ])
    }

    @Test func withoutATokenNobodyIsSaidToHaveShownOne() async throws {
        let site = try SiteFixture()
        site.controls.expect(.reload)
        _ = try await site.ask(.post, "/api/v1/reload", ["Authorization": "Bearer anything"])
        #expect(site.controls.askers == [Asker(.program, address: "127.0.0.1", hasToken: false)])
    }

    @Test func theListIsNewestFirstAndPages() async throws {
        let site = try SiteFixture()
        for number in 0..<5 { await site.store.note(entry(number), keep: .seconds(1_000)) }
        let first = try await site.ask(.get, "/api/v1/audit?limit=2")
        #expect(
            first.text.hasPrefix(
                #"{"items":[{"from":"off until 2026-05-12T08:42:00.000Z","id":"5","subject":null,"time":""#),
            "\(first.text)")
        #expect(first.text.contains(#""who":{"address":"192.0.2.4","token":true,"way":"page"}"#), "\(first.text)")
        var addresses: [String] = []
        var path: String? = "/api/v1/audit?limit=2"
        while let next = path {
            let json = try await site.ask(.get, next).json
            for item in json["items"] as? [[String: Any]] ?? [] {
                addresses.append((item["who"] as? [String: Any])?["address"] as? String ?? "")
            }
            path = json["next"] as? String
        }
        #expect(addresses == [4, 3, 2, 1, 0].map { "192.0.2.\($0)" })
    }

    @Test(arguments: ["before=x", "before=aaaaaaaaaaaaaaaaaaaa", "before=-1", "limit=0", "after=3", "since=yesterday"])
    func whatMakesNoSenseIsRefused(query: String) async throws {
        let site = try SiteFixture()
        #expect(try await site.ask(.get, "/api/v1/audit?\(query)").status == 400)
    }

    @Test func thePageShowsTheLastChangesAsText() async throws {
        let site = try SiteFixture()
        #expect(try await site.ask(.get, "/").text.contains("Nobody has changed anything yet"))
        await site.store.note(entry(1, .disarm), keep: .seconds(1_000))
        await site.store.note(entry(2, .actionTest), keep: .seconds(1_000))
        await site.store.note(entry(3, .reload, from: .signal), keep: .seconds(1_000))
        let page = try await site.ask(.get, "/")
        #expect(PageChecker(page.text).faults == [])
        #expect(page.text.contains("Switched off, on the page, from 192.0.2.1, with the token"))
        #expect(page.text.contains("&lt;b&gt;lamp tried"))
        #expect(page.text.contains("Settings taken, by a signal."))
        #expect(page.text.contains("off until 09:42 \u{2192} on"))
    }
}
