import Foundation
import Store
import Testing
import Vocabulary

@testable import Site

@Suite struct PageTests {
    private static let hostile = "<img src=x onerror=alert(1)>\"'&"

    @Test func aNewSiteSaysWhereItLooks() async throws {
        let site = try SiteFixture()
        let answer = try await site.ask(.get, "/", ["Accept": "text/html"])
        #expect(answer.status == 200)
        #expect(PageChecker(answer.text).faults == [])
        #expect(answer.text.contains("<code>/var/lib/motion</code>"))
        #expect(answer.text.contains("No photo yet"))
        #expect(answer.text.contains("Nothing seen yet"))
    }

    @Test func theNewestPhotosTheVisitsAndTheReasonsAreShown() async throws {
        let site = try SiteFixture()
        let sightings = Sightings(site: site)
        let fired = try await sightings.add("jay", 1)
        try await sightings.add("magpie", 2, source: "yard", heldBack: .cooldown)
        try await sightings.add("hen", 3, rule: "hens", action: nil)
        try await sightings.addBroken("half.jpg", reason: "it ends inside the image data at byte 10240")
        let page = try await site.ask(.get, "/").text
        let checker = PageChecker(page)
        #expect(checker.faults == [])
        #expect(page.contains("Sprinkler fired after 84\u{A0}ms"))
        #expect(page.contains("Too soon after the last time (12 s of 30 s left)"))
        #expect(page.contains("No rule asks for more"))
        #expect(page.contains("It ends inside the image data at byte 10240"))
        #expect(checker.all("a").contains { $0.attributes["href"] == "/detections/\(fired.detection)" })
        #expect(checker.all("img").contains { $0.attributes["src"] == fired.frame.thumbnailPath })
        #expect(page.contains("31\u{A0}ms") && page.contains("48\u{A0}ms") && page.contains("71\u{A0}ms"))
    }

    @Test func hostileNamesStayText() async throws {
        let site = try SiteFixture()
        let hostile = PageTests.hostile
        let seen = try await Sightings(site: site).add(hostile, 1, source: hostile, rule: hostile, file: "\"><b>.jpg")
        try await Sightings(site: site).addBroken("<script>.jpg", reason: hostile)
        site.controls.change {
            $0.sources = [
                .init(
                    name: hostile, directory: hostile, state: .silent, sentence: hostile, deadline: .seconds(1),
                    conditions: [
                        ConditionReport(
                            source: hostile, condition: .silent, since: SiteFixture.now,
                            frame: FrameID(rawValue: hostile), detail: hostile)
                    ])
            ]
            $0.actions = [.init(name: hostile)]
            $0.channels = [.init(name: hostile, kind: hostile, trouble: hostile)]
            $0.model.labels = [hostile]
            $0.settings = .init(path: hostile, fault: hostile)
            $0.troubles = [.init(title: hostile, sentence: hostile)]
            $0.idleRules = [.init(name: hostile, reason: hostile)]
            $0.model.trouble = hostile
        }
        for path in ["/", "/live", "/detections/\(seen.detection)"] {
            let text = try await site.ask(.get, path).text
            #expect(!text.contains("<img src=x") && !text.contains("<script>") && !text.contains("<b>"), "\(path)")
            if path != "/live" { #expect(PageChecker(text).faults == [], "\(path)") }
        }
    }

    @Test func liveSendsTheBlocksOfThePageAndAWordThatFitsAHeader() async throws {
        let site = try SiteFixture()
        try await Sightings(site: site).add("jay au ♥", 1)
        let page = try await site.ask(.get, "/").text
        let live = try await site.ask(.get, "/live")
        for block in NowPage.Block.allCases {
            #expect(page.contains("data-block=\"\(block.rawValue)\""))
            #expect(live.text.contains("<template data-block=\"\(block.rawValue)\">"))
        }
        let word = try #require(live["X-Rooster-Word"])
        #expect(word.utf8.allSatisfy { $0 > 32 && $0 < 127 })
        #expect(URLPath.decoded(word) == "Live. Last seen: Jay au ♥, nest, 07:32. No photo late since yesterday.")
    }

    @Test func theWordDoesNotChangeWithEveryPhoto() async throws {
        let site = try SiteFixture()
        let first = try await Sightings(site: site).add("jay", 1)
        let before = try await site.ask(.get, "/live")["X-Rooster-Word"]
        try await Sightings(site: site).add("jay", 2, visit: first.detection)
        #expect(try await site.ask(.get, "/live")["X-Rooster-Word"] == before)
    }

    @Test func everyTroubleIsSaidWithWhatRoosterStillDoes() async throws {
        let site = try SiteFixture()
        site.controls.change {
            $0.sources[0].state = .silent
            $0.sources[0].conditions = [
                ConditionReport(
                    source: "nest", condition: .silent, since: SiteFixture.now - .seconds(1_560),
                    detail: "no picture for 20\u{A0}min")
            ]
            $0.armed = .disarmed(since: SiteFixture.now, until: SiteFixture.now + .seconds(3_600))
            $0.channels[0].trouble = "connection refused"
            $0.channels[0].since = SiteFixture.now - .seconds(5_520)
            $0.settings.fault = "line 3: unknown key 'lables'"
            $0.limits.keepFree = .max
        }
        let page = try await site.ask(.get, "/").text
        #expect(PageChecker(page).faults == [])
        for words in [
            "Nest silent since 07:16.", "Check its power and its card.", "Off till 08:42",
            "Rooster watches and records, but fires nothing.", "Phone unreachable since 06:10.",
            "The new settings were refused.", "Line 3: unknown key &#39;lables&#39;.", "free on the disk.",
            "2 problems",
        ] {
            #expect(page.contains(words), "\(words)")
        }
    }

    @Test func aCameraInTroubleIsShownWithSinceWhenAndThePhotoThatShowsIt() async throws {
        let site = try SiteFixture()
        let seen = try await Sightings(site: site).add("jay", 1)
        let condition = ConditionReport(
            source: "nest", condition: .blurred, since: SiteFixture.now - .seconds(1_560), frame: seen.frame,
            detail: "it has 4 % of the fine detail that is usual here")
        site.controls.change {
            $0.sources[0].state = .blurred
            $0.sources[0].conditions = [condition]
        }
        let page = try await site.ask(.get, "/").text
        let checker = PageChecker(page)
        #expect(checker.faults == [])
        #expect(page.contains("Nest blurred since 07:16."))
        #expect(page.contains("Clean the lens"))
        #expect(page.contains("1\u{A0}problem"))
        #expect(checker.all("a").contains { $0.attributes["class"] == "proof" })
        let sources = try #require(try await site.ask(.get, "/api/v1/status").json["sources"] as? [[String: Any]])
        #expect(sources.first?["state"] as? String == "blurred")
        let shown = try #require((sources.first?["conditions"] as? [[String: Any]])?.first)
        #expect(shown["state"] as? String == "blurred")
        #expect(shown["since"] as? String == "2026-05-12T06:16:00.000Z")
        #expect(shown["frame"] as? String == seen.frame.rawValue)
        #expect(shown["picture"] as? String == seen.frame.picturePath)
    }

    @Test func theNightIsSaidCalmly() async throws {
        let site = try SiteFixture()
        site.controls.change {
            $0.sources[0].state = .dark
            $0.sources[0].conditions = [
                ConditionReport(
                    source: "nest", condition: .dark, since: SiteFixture.now - .seconds(36_000),
                    detail: "even its bright parts are nearly black (12 of 255)")
            ]
        }
        let page = try await site.ask(.get, "/").text
        #expect(PageChecker(page).faults == [])
        #expect(page.contains("All well"))
        #expect(page.contains(">dark</span> since <time datetime=\"2026-05-11T21:42:00.000+01:00\">Mon 21:42</time>"))
    }

    @Test func aDetectionShowsWhyAndWhereTheTimeWent() async throws {
        let site = try SiteFixture()
        let seen = try await Sightings(site: site).add("jay", 1, heldBack: .veto)
        let page = try await site.ask(.get, "/detections/\(seen.detection)").text
        #expect(PageChecker(page).faults == [])
        #expect(page.contains("Something there forbids it"))
        #expect(page.contains("0.97 of 0.60 needed"))
        #expect(page.contains("Classified") && page.contains("5\u{A0}ms"))
        #expect(page.contains("<option value=\"magpie\">"))
        #expect(try await site.ask(.get, "/detections/nonsense").status == 404)
    }

    @Test func armingAndDisarmingAreFormsThatEndOnThePageWithASentence() async throws {
        let site = try SiteFixture()
        site.controls.expect(.disarm(.seconds(3_600)))
        site.controls.expect(.disarm(nil))
        site.controls.expect(.arm)
        for (value, words) in [("off-1h", "Off for 1\u{A0}hour."), ("off", "Off."), ("on", "Armed.")] {
            let answer = try await site.send("/armed", [("armed", value)])
            #expect(answer.status == 303)
            let page = try await site.ask(.get, try #require(answer["Location"])).text
            #expect(page.contains("<strong>\(words)</strong>"))
            #expect(PageChecker(page).faults == [])
        }
        #expect(try await site.send("/armed", [("armed", "perhaps")]).status == 400)
        #expect(site.controls.missing == [])
    }

    @Test func aWrongLabelIsPutRightAndThePersonIsToldOnThePageTheyCameFrom() async throws {
        let site = try SiteFixture()
        let id = try await Sightings(site: site).add("jay", 1).detection
        site.controls.expect(.correct(id, "crow"))
        let now = try await site.send("/detections/\(id)/label", [("label", " crow "), ("page", "now")])
        #expect(now.status == 303)
        #expect(now["Location"]?.hasPrefix("/?said=") == true)
        let page = try await site.ask(.get, try #require(now["Location"])).text
        #expect(page.contains("You said crow.") && page.contains("Rooster had said jay."))
        site.controls.expect(.correct(id, "empty"))
        let detail = try await site.send("/detections/\(id)/label", [("label", "empty"), ("page", "detection")])
        #expect(detail["Location"]?.hasPrefix("/detections/\(id)?said=") == true)
        #expect(try await site.ask(.get, try #require(detail["Location"])).text.contains("Nothing was there."))
        for label in ["", "  ", "a/b", "..", "a\nb", String(repeating: "x", count: 101)] {
            #expect(try await site.send("/detections/\(id)/label", [("label", label)]).status == 422, "\(label)")
        }
        #expect(try await site.send("/detections/nonsense/label", [("label", "crow")]).status == 404)
        #expect(site.controls.missing == [])
    }

    @Test func photosInWhichNothingWasSeenCanBeLabelled() async throws {
        let site = try SiteFixture()
        #expect(try await site.ask(.get, "/sample").text.contains("None now."))
        let id = try await Sightings(site: site).addUnseen("a.jpg", nearMisses: ["jay <on> eggs"])
        let page = try await site.ask(.get, "/sample").text
        #expect(page.contains("action=\"/frames/\(id)/label\""))
        #expect(page.contains("nearly: jay &lt;on&gt; eggs"))
        #expect(page.contains("Hen 0.60"))
        site.controls.expect(.correctFrame(id, region: nil, "magpie"))
        let answer = try await site.send("/frames/\(id)/label", [("label", "magpie")])
        #expect(answer["Location"]?.hasPrefix("/sample") == true)
        #expect(try await site.send("/frames/\(id)/label", [("label", "a/b")]).status == 422)
        #expect(site.controls.missing == [])
    }

    @Test func tryingAnActionSaysWhatCameOfIt() async throws {
        let site = try SiteFixture()
        site.controls.expect(.test("lamp & crow")) {
            ActionReport(name: "lamp & crow", state: .failed, reason: "exit 2: <valve> not found")
        }
        let answer = try await site.send("/actions/lamp%20%26%20crow/test", [])
        let page = try await site.ask(.get, try #require(answer["Location"])).text
        #expect(page.contains("Lamp &amp; crow did not start."))
        #expect(page.contains("Exit 2: &lt;valve&gt; not found."))
        site.controls.expect(.test("nonsense")) { throw ControlError(.notFound, "no action 'nonsense'") }
        #expect(try await site.send("/actions/nonsense/test", []).status == 404)
    }

    @Test func anAddressCannotPutWordsIntoThePage() async throws {
        let site = try SiteFixture()
        for said in ["<b>", "Disarmed", "zzzzzzzzzzzzzzzzzzzzzzzz", "%00"] {
            #expect(try await !site.ask(.get, "/?said=\(said)").text.contains("role=\"status\"><div class=\"flash"))
        }
    }

    @Test func formsOfOtherSitesDoNothing() async throws {
        let site = try SiteFixture()
        let token = site.parts.origin.formToken
        for headers in [
            ["Sec-Fetch-Site": "cross-site"], ["Origin": "http://evil.example"], ["Sec-Fetch-Site": "same-site"],
        ] {
            #expect(try await site.ask(.post, "/armed", headers, body: "armed=off&form=\(token)").status == 403)
        }
        for headers in [[:], ["Origin": "null"]] {
            #expect(try await site.ask(.post, "/armed", headers, body: "armed=off").status == 403)
            #expect(try await site.ask(.post, "/armed", headers, body: "armed=off&form=old").status == 403)
        }
        site.controls.expect(.disarm(nil))
        let ours = try await site.ask(.post, "/armed", ["Sec-Fetch-Site": "same-origin"], body: "armed=off")
        #expect(ours.status == 303)
    }

    @Test func aLongBodyIsRefused() async throws {
        let site = try SiteFixture()
        let body = "armed=off&x=" + String(repeating: "a", count: 20_000)
        #expect(try await site.ask(.post, "/armed", ["Sec-Fetch-Site": "same-origin"], body: body).status == 413)
    }

    @Test func flashesAreForgottenAndNeverMany() {
        let flashes = Flashes()
        let now = ContinuousClock.now
        let ids = (0..<40).map { flashes.keep(Flash(.plain, .check, "\($0)"), now: now) }
        #expect(flashes.take(ids[0], now: now) == nil)
        #expect(flashes.take(ids[39], now: now)?.title == "39")
        #expect(flashes.take(ids[39], now: now + .seconds(61)) == nil)
    }
}
