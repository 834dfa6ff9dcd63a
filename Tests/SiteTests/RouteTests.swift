import Foundation
import HTTPTypes
import Testing
import Vocabulary

@testable import Site

/// What the gate lets through, as routes see it.
@Suite struct RouteTests {
    private static let everything = [
        "/", "/live", "/detections/x", "/feed.json", "/feed.atom", "/frames/x", "/thumbnails/x", "/metrics", "/readyz",
        "/events", "/api/v1/detections", "/api/v1/frames", "/api/v1/status", Asset.style.path, "/nowhere",
    ]

    @Test(arguments: everything) func withATokenNothingIsShownWithoutIt(path: String) async throws {
        let site = try SiteFixture(token: "secret")
        let answer = try await site.ask(.get, path, peer: "192.0.2.7")
        #expect(answer.status == 401)
        #expect(answer["WWW-Authenticate"]?.hasPrefix("Basic realm=") == true)
        #expect(answer["Content-Security-Policy"] == SecurityHeaders.contentSecurityPolicy)
    }

    @Test func theTokenOpensThePageToAPhone() async throws {
        let site = try SiteFixture(token: "secret")
        let password = "Basic " + Data("me:secret".utf8).base64EncodedString()
        let answer = try await site.ask(
            .get, "/", ["Authorization": password], host: "henhouse.example", peer: "192.0.2.7")
        #expect(answer.status == 200)
    }

    @Test func aGuesserIsMadeToWaitAndOthersAreNot() async throws {
        let site = try SiteFixture(token: "secret")
        for _ in 0..<10 {
            #expect(try await site.ask(.get, "/", ["Authorization": "Bearer no"], peer: "192.0.2.7").status == 401)
        }
        let blocked = try await site.ask(.get, "/", ["Authorization": "Bearer secret"], peer: "192.0.2.7")
        #expect(blocked.status == 429)
        #expect(Int(blocked["Retry-After"] ?? "") ?? 0 > 0)
        #expect(try await site.ask(.get, "/healthz", peer: "192.0.2.7").status == 200)
        #expect(try await site.ask(.get, "/", ["Authorization": "Bearer secret"], peer: "192.0.2.8").status == 200)
    }

    @Test func aReboundNameIsRefusedWithWordsThatSayWhatToDo() async throws {
        let site = try SiteFixture()
        let answer = try await site.ask(.get, "/api/v1/status", host: "evil.example")
        #expect(answer.status == 403)
        #expect(answer.error.contains("http.token_file"))
    }

    @Test(arguments: everything + ["/healthz"]) func everyAnswerHasTheStrictHeaders(path: String) async throws {
        let site = try SiteFixture()
        if path == "/events" { return }  // needs a connection: see EventTests
        let answer = try await site.ask(.get, path)
        #expect(answer["Content-Security-Policy"] == SecurityHeaders.contentSecurityPolicy)
        #expect(answer["X-Content-Type-Options"] == "nosniff")
        #expect(answer["Referrer-Policy"] == "same-origin")
        #expect(answer["Cache-Control"] != nil)
        #expect(answer["Content-Security-Policy"]?.contains("unsafe") == false)
    }

    @Test func errorsArePagesForPeopleAndJSONForPrograms() async throws {
        let site = try SiteFixture()
        let page = try await site.ask(.get, "/nowhere/<b>", ["Accept": "text/html,*/*"])
        #expect(page.status == 404)
        #expect(PageChecker(page.text).faults == [])
        #expect(!page.text.contains("<b>"))
        let json = try await site.ask(.get, "/api/v1/nowhere", ["Accept": "text/html"])
        #expect(json.status == 404)
        #expect(json.error == "there is nothing at /api/v1/nowhere")
    }

    @Test func assetsAreServedUnderTheirFingerprintForEver() async throws {
        let site = try SiteFixture()
        for asset in Asset.all {
            let answer = try await site.ask(.get, asset.path)
            #expect(answer.status == 200)
            #expect(answer.bytes == asset.bytes)
            #expect(answer["Cache-Control"]?.contains("immutable") == true)
            #expect(answer["Content-Type"] == asset.contentType)
        }
        #expect(Set(Asset.all.map(\.path)).count == 3)
    }

    @Test func theStyleSheetLoadsNothingFromElsewhere() {
        let style = String(decoding: Asset.style.bytes, as: UTF8.self)
        #expect(!style.contains("url(") && !style.contains("@import"))
        let script = String(decoding: Asset.live.bytes, as: UTF8.self)
        #expect(!script.contains("http:") && !script.contains("https:") && !script.contains("eval"))
    }

    @Test func healthAndReadinessAreTwoThings() async throws {
        let site = try SiteFixture()
        #expect(try await site.ask(.get, "/readyz").text == "ready\n")
        site.controls.change { $0.unready = "the model is still being loaded" }
        let answer = try await site.ask(.get, "/readyz")
        #expect(answer.status == 503)
        #expect(answer.error == "the model is still being loaded")
        #expect(try await site.ask(.get, "/healthz").status == 200)
    }

    @Test func headAnswersLikeGetWithoutABody() async throws {
        let site = try SiteFixture()
        let answer = try await site.ask(.head, "/feed.json")
        #expect(answer.status == 200)
        #expect(answer.bytes.isEmpty)
        #expect(answer["ETag"] != nil)
    }
}
