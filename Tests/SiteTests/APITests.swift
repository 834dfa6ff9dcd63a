import Foundation
import Store
import Testing
import Vocabulary

@testable import Site

@Suite struct APITests {
    @Test func listsArePagedNewestFirstWithoutGapOrRepeatWhileRecordsAreAdded() async throws {
        let site = try SiteFixture()
        for number in 1...25 { try await Sightings(site: site).add("jay", number, keep: false) }
        var seen: [String] = []
        var next: String? = "/api/v1/detections?limit=10&label=jay"
        while let path = next {
            let page = try await site.ask(.get, path).json
            let items = try #require(page["items"] as? [[String: Any]])
            seen += items.compactMap { $0["id"] as? String }
            next = page["next"] as? String
            #expect(page.keys.contains("next"))
            try await Sightings(site: site).add("jay", 100 + seen.count, keep: false)  // arrives between two pages
            if let next { #expect(next.contains("label=jay") && next.contains("limit=10")) }
        }
        #expect(seen.count == 25)
        #expect(Set(seen).count == 25)
    }

    @Test func aDetectionIsTheObjectOfTheDesign() async throws {
        let site = try SiteFixture()
        let id = try await Sightings(site: site).add("jay", 1, heldBack: .cooldown).detection
        let item = try await site.ask(.get, "/api/v1/detections/\(id)").json
        let keys = [
            "id", "visit", "time", "source", "region", "rule", "label", "probability", "model", "frame", "picture",
            "thumbnail", "deadline_ms", "latency_ms", "action", "trace", "correction",
        ]
        #expect(Set(item.keys) == Set(keys))
        #expect((item["time"] as? String)?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
        #expect(item["deadline_ms"] as? Double == 1_000)
        #expect(item["latency_ms"] as? Double == 84)
        #expect(item["model"] as? String == "efficientnet-lite0/1")
        let action = try #require(item["action"] as? [String: Any])
        #expect(action["state"] as? String == "held_back")
        let trace = try #require(item["trace"] as? [[String: Any]])
        #expect(trace.map { $0["passed"] as? Bool } == [true, false])
    }

    @Test func aFrameIsTheObjectOfTheDesign() async throws {
        let site = try SiteFixture()
        let frame = try await Sightings(site: site).add("jay", 1).frame
        try await Sightings(site: site).addBroken("half.jpg", reason: "cut short")
        let item = try await site.ask(.get, "/api/v1/frames/\(frame)").json
        let keys = [
            "id", "time", "source", "path", "state", "reason", "late", "model", "regions", "timings_ms", "picture",
            "thumbnail",
        ]
        #expect(Set(item.keys) == Set(keys))
        #expect((item["timings_ms"] as? [String: Double])?["infer"] == 5)
        let broken = try await site.ask(.get, "/api/v1/frames?state=quarantined").json
        let items = try #require(broken["items"] as? [[String: Any]])
        #expect(items.map { $0["reason"] as? String } == ["cut short"])
    }

    @Test func theSampleForLabellingIsAFilterAndItsFramesCanBeLabelled() async throws {
        let site = try SiteFixture()
        try await Sightings(site: site).add("jay", 1)
        let plain = try await Sightings(site: site).addUnseen("hen.jpg")
        let near = try await Sightings(site: site).addUnseen("nearly.jpg", nearMisses: ["jay on the eggs"])
        func ids(_ sample: String) async throws -> Set<String> {
            let page = try await site.ask(.get, "/api/v1/frames?sample=\(sample)").json
            return Set((page["items"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String })
        }
        #expect(try await ids("any") == [plain.rawValue, near.rawValue])
        #expect(try await ids("unremarkable") == [plain.rawValue])
        #expect(try await ids("near_miss") == [near.rawValue])
        #expect(
            try await site.ask(.get, "/api/v1/frames?sample=x").error
                == "sample must be one of any, unremarkable, near_miss, not 'x'")
        site.controls.expect(.correctFrame(near, region: nil, "magpie"))
        let path = "/api/v1/frames/\(near)/correction"
        let answer = try await site.ask(.post, path, body: #"{"label": " magpie "}"#)
        #expect(answer.status == 200)
        #expect(try answer.json["id"] as? String == near.rawValue)
        #expect(try await site.ask(.post, "/api/v1/frames/none/correction", body: #"{"label": "hen"}"#).status == 404)
        #expect(site.controls.missing == [])
    }

    @Test func whatWaitsComesFromTheAppliance() async throws {
        let site = try SiteFixture()
        site.controls.expect(.backlog(7)) {
            [
                FrameItem(
                    id: FrameID(rawValue: "x"), time: SiteFixture.now, source: "nest", path: "/a.jpg", state: .backlog)
            ]
        }
        let page = try await site.ask(.get, "/api/v1/frames?state=backlog&limit=7").json
        #expect((page["items"] as? [[String: Any]])?.first?["state"] as? String == "backlog")
    }

    @Test(arguments: [
        ("/api/v1/detections?limit=0", "limit must be a number from 1 to 500, not '0'"),
        ("/api/v1/detections?limit=501", "limit must be a number from 1 to 500, not '501'"),
        ("/api/v1/detections?limit=abc", "limit must be a number from 1 to 500, not 'abc'"),
        (
            "/api/v1/detections?since=yesterday",
            "since must be an instant such as 2026-05-12T07:42:00Z, not 'yesterday'"
        ),
        ("/api/v1/detections?lable=jay", "unknown parameter 'lable'; known are limit, before, after, since"),
        ("/api/v1/detections?label=%zz", "'label=%zz' is not percent-encoded UTF-8"),
        ("/api/v1/frames?state=lost", "state must be one of recorded, quarantined, noted, backlog, not 'lost'"),
        ("/events?only=cats", "only is a list of frame, detection, visit, source, armed, not 'cats'"),
    ])
    func whatCannotBeReadIsNamed(path: String, message: String) async throws {
        let answer = try await SiteFixture().ask(.get, path)
        #expect(answer.status == 400)
        #expect(answer.error.hasPrefix(message))
    }

    @Test(arguments: ["/api/v1/detections?before=nonsense", "/api/v1/frames?before=-1", "/feed.json?before=%27"])
    func aPlaceThatIsNoneIsTheAskersFault(path: String) async throws {
        let answer = try await SiteFixture().ask(.get, path)
        #expect(answer.status == 400)
        #expect(!answer.error.isEmpty)
    }

    @Test func commandsDoWhatTheySay() async throws {
        let site = try SiteFixture()
        let id = try await Sightings(site: site).add("jay", 1).detection
        site.controls.expect(.correct(id, "crow"))
        #expect(
            try await site.ask(.post, "/api/v1/detections/\(id)/correction", body: #"{"label":" crow"}"#).status == 200)
        site.controls.expect(.disarm(.milliseconds(7_200_000)))
        #expect(try await site.ask(.post, "/api/v1/disarm", body: #"{"for_ms":7200000}"#).status == 200)
        site.controls.expect(.disarm(nil))
        #expect(try await site.ask(.post, "/api/v1/disarm").status == 200)
        site.controls.expect(.disarm(nil))
        #expect(try await site.ask(.post, "/api/v1/disarm", body: "{}").status == 200)
        site.controls.expect(.arm)
        #expect(try await site.ask(.post, "/api/v1/arm").json["armed"] as? Bool == true)
        site.controls.expect(.reload)
        #expect(try await site.ask(.post, "/api/v1/reload").status == 200)
        site.controls.expect(.test("lamp & crow")) {
            ActionReport(name: "lamp & crow", state: .started, started: SiteFixture.now)
        }
        let tested = try await site.ask(.post, "/api/v1/actions/lamp%20%26%20crow/test").json
        #expect(tested["state"] as? String == "started")
        #expect(tested["started"] as? String == "2026-05-12T06:42:00.000Z")
        #expect(site.controls.missing == [])
    }

    @Test func refusalsSayWhatToDo() async throws {
        let site = try SiteFixture()
        site.controls.expect(.reload) {
            throw ControlError(.refused, "line 3: unknown key 'lables'; did you mean 'labels'?")
        }
        let reload = try await site.ask(.post, "/api/v1/reload")
        #expect(reload.status == 422)
        #expect(reload.error == "line 3: unknown key 'lables'; did you mean 'labels'?")
        let id = try await Sightings(site: site).add("jay", 1).detection
        for body in ["", "{", "[]", #"{"label":7}"#, #"{"lable":"crow"}"#] {
            let answer = try await site.ask(.post, "/api/v1/detections/\(id)/correction", body: body)
            #expect(answer.status == 400)
            #expect(answer.error.contains(#"{"label": "jay"}"#))
        }
        for span in ["0", "-5", "99999999999999"] {
            #expect(try await site.ask(.post, "/api/v1/disarm", body: "{\"for_ms\":\(span)}").status == 400)
        }
        #expect(try await site.ask(.post, "/api/v1/detections/x/correction", body: #"{"label":"jay"}"#).status == 404)
    }

    @Test func pagesOfOtherSitesCannotSendCommands() async throws {
        let site = try SiteFixture()
        for headers in [["Origin": "http://evil.example"], ["Origin": "null"], ["Sec-Fetch-Site": "cross-site"]] {
            #expect(try await site.ask(.post, "/api/v1/disarm", headers).status == 403)
        }
        site.controls.expect(.arm)
        #expect(try await site.ask(.post, "/api/v1/arm", ["Origin": "http://localhost:8463"]).status == 200)
    }

    @Test func theStatusHasItsFiguresInTheirUnits() async throws {
        let site = try SiteFixture()
        let status = try await site.ask(.get, "/api/v1/status").json
        let latency = try #require(status["latency"] as? [String: Any])
        #expect(latency["p95_ms"] as? Double == 48)
        #expect((status["build"] as? [String: Any])?["instruction_set"] as? String == "avx2")
        #expect((status["sources"] as? [[String: Any]])?.first?["deadline_ms"] as? Double == 1_000)
        #expect((status["armed"] as? [String: Any])?["armed"] as? Bool == true)
        #expect((status["last_day"] as? [String: Any])?["not_running"] as? Int == 0)
        #expect(status["resident_bytes"] as? Int == 40_000_000)
    }

    @Test func picturesAreServedAndThumbnailsMadeOnce() async throws {
        let site = try SiteFixture()
        let frame = try await Sightings(site: site).add("jay", 1).frame
        let picture = try await site.ask(.get, frame.picturePath)
        #expect(picture.status == 200)
        #expect(picture["Content-Type"] == "image/jpeg")
        #expect(picture["Cache-Control"]?.contains("immutable") == true)
        #expect(picture.bytes.starts(with: [0xFF, 0xD8]))
        #expect(try await site.ask(.get, frame.picturePath, ["If-None-Match": "\"\(frame)\""]).status == 304)
        site.controls.expect(.thumbnail(frame)) { [0xFF, 0xD8, 1, 0xFF, 0xD9] as [UInt8] }
        for _ in 0..<3 {
            let thumbnail = try await site.ask(.get, frame.thumbnailPath)
            #expect(thumbnail.status == 200)
            #expect(thumbnail.bytes == [0xFF, 0xD8, 1, 0xFF, 0xD9])
        }
        #expect(site.controls.missing == [])
    }

    @Test(arguments: ["x", "..", "%2e%2e", "..%2f..%2fetc%2fpasswd", "%00", String(repeating: "a", count: 5_000)])
    func noPathLeadsOutOfThePictures(id: String) async throws {
        let site = try SiteFixture()
        for place in ["frames", "thumbnails"] {
            let answer = try await site.ask(.get, "/\(place)/\(id)")
            #expect(answer.status == 404)
        }
    }

    @Test func manyWhoWantThumbnailsWaitAndTooManyAreTurnedAway() async throws {
        let turnstile = Turnstile(places: 1, waiting: 2)
        let (gate, open) = AsyncStream<Void>.makeStream()
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<5 {
                group.addTask {
                    do {
                        try await turnstile.through { for await _ in gate {} }
                        return true
                    } catch {
                        return false
                    }
                }
            }
            var outcomes: [Bool] = []
            for await outcome in group {
                outcomes.append(outcome)
                if outcomes.count == 2 { open.finish() }  // the two that were turned away came first
            }
            return outcomes
        }
        #expect(outcomes.filter { $0 }.count == 3)
    }
}
