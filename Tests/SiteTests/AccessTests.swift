import Foundation
import Testing

@testable import Site

@Suite struct AccessTests {
    private func decide(
        token: String? = nil, publicFeeds: Bool = false, peer: String = "127.0.0.1", host: String? = "localhost:8463",
        path: String = "/", authorization: String? = nil
    ) -> AccessPolicy.Decision {
        AccessPolicy(token: token, publicFeeds: publicFeeds).decide(
            .init(peer: PeerAddress(peer), host: host, path: path, authorization: authorization))
    }

    private func basic(_ pair: String) -> String { "Basic " + Data(pair.utf8).base64EncodedString() }

    @Test(arguments: ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
    func withoutATokenThisMachineIsAnswered(peer: String) {
        #expect(decide(peer: peer) == .allowed)
    }

    @Test(arguments: [
        "192.168.1.7", "10.0.0.1", "fe80::1%eth0", "2001:db8::1", "::ffff:192.0.2.1", "127.0.0.1.evil", "",
    ])
    func withoutATokenNobodyElseIs(peer: String) {
        guard case .refused(let reason) = decide(peer: peer) else {
            Issue.record("\(peer) was let in")
            return
        }
        #expect(reason.contains("token_file"))
    }

    @Test(arguments: [
        "localhost", "localhost:8463", "LOCALHOST:1", "rooster.localhost", "127.0.0.1:8463", "[::1]:8463",
    ])
    func withoutATokenNamesOfThisMachineAreTaken(host: String) {
        #expect(decide(host: host) == .allowed)
    }

    /// DNS rebinding: a page of evil.example asks its own name, which by now means 127.0.0.1.
    @Test(arguments: [
        "evil.example", "evil.example:8463", "127.0.0.1.evil.example", "localhost.evil.example", "127.0.0.256",
        "127.0.0", "[::2]:80", "192.168.1.5:8463", "0.0.0.0:8463",
    ])
    func withoutATokenOtherNamesAreRefused(host: String) {
        guard case .refused(let reason) = decide(host: host) else {
            Issue.record("\(host) was let in")
            return
        }
        #expect(reason.contains("name of this machine"))
    }

    @Test(arguments: [nil, "", "a b", "a\u{0}", "a/b", "a:0", "a:99999", "a:8:8", "[::1", "[zz]", "a@b", "<a>"])
    func aMalformedHostIsRefusedEverywhere(host: String?) {
        for token in [nil, "secret"] {
            guard case .refused = decide(token: token, host: host, path: "/healthz") else {
                Issue.record("\(host ?? "none") was let in")
                return
            }
        }
    }

    @Test func withATokenEveryoneNeedsItThisMachineToo() {
        for peer in ["127.0.0.1", "192.0.2.7"] {
            #expect(decide(token: "secret", peer: peer, host: "henhouse.example") == .needsToken)
            #expect(decide(token: "secret", peer: peer, authorization: "Bearer secret") == .allowed)
            #expect(decide(token: "secret", peer: peer, authorization: "bearer  secret") == .allowed)
            #expect(decide(token: "secret", peer: peer, authorization: basic("anyone:secret")) == .allowed)
            #expect(decide(token: "secret", peer: peer, authorization: basic(":secret")) == .allowed)
            #expect(decide(token: "se:cret", peer: peer, authorization: basic("anyone:se:cret")) == .allowed)
        }
    }

    @Test func wrongTokensAreToldFromMissingOnes() {
        for wrong in ["Bearer secre", "Bearer secrets", "Bearer ", "Bearer x", basic("secret:"), basic("a:Secret")] {
            #expect(decide(token: "secret", authorization: wrong) == (wrong == "Bearer " ? .needsToken : .wrongToken))
        }
        for none in ["", "Bearer", "Digest secret", "Basic secret", "Basic !!!", basic("secret")] {
            #expect(decide(token: "secret", authorization: none) == .needsToken)
        }
    }

    @Test func anEmptyTokenOpensNothing() {
        #expect(decide(token: "", authorization: "Bearer x") == .wrongToken)
        #expect(!Credentials.same([], []))
    }

    @Test func healthIsOpenToAll() {
        #expect(decide(peer: "192.0.2.7", host: "henhouse.example", path: "/healthz") == .allowed)
        #expect(decide(token: "secret", path: "/healthz") == .allowed)
        #expect(decide(token: "secret", path: "/readyz") == .needsToken)
        #expect(decide(token: "secret", path: "/metrics") == .needsToken)
    }

    @Test func publicFeedsOpenFeedsAndPicturesAndNothingElse() {
        for path in ["/feed.json", "/feed.atom", "/frames/x", "/thumbnails/x"] {
            #expect(decide(token: "secret", publicFeeds: true, path: path) == .asPublic)
            #expect(decide(token: "secret", publicFeeds: false, path: path) == .needsToken)
            #expect(decide(token: "secret", publicFeeds: true, path: path, authorization: "Bearer secret") == .allowed)
            #expect(decide(token: "secret", publicFeeds: true, path: path, authorization: "Bearer no") == .wrongToken)
        }
        for path in ["/", "/live", "/api/v1/status", "/events", "/metrics", "/feed.json/x", "/frames", "/detections/x"]
        {
            #expect(decide(token: "secret", publicFeeds: true, path: path) == .needsToken)
        }
    }

    @Test func tenWrongTokensInAMinuteAreEnough() {
        let failures = FailedAttempts(limit: 10, window: .seconds(60), capacity: 3)
        let start = ContinuousClock.now
        for count in 0..<10 {
            #expect(failures.wait("a", at: start) == nil, "after \(count)")
            failures.note("a", at: start)
        }
        #expect(failures.wait("a", at: start + .seconds(20)) == .seconds(40))
        #expect(failures.wait("b", at: start) == nil)
        #expect(failures.wait("a", at: start + .seconds(60)) == nil)
        failures.note("a", at: start + .seconds(61))
        #expect(failures.wait("a", at: start + .seconds(61)) == nil)
    }

    @Test func addressesAreForgottenOldestFirstSoThatTheTableStaysSmall() {
        let failures = FailedAttempts(limit: 1, window: .seconds(60), capacity: 3)
        let start = ContinuousClock.now
        for (place, address) in ["a", "b", "c", "d"].enumerated() {
            failures.note(address, at: start + .seconds(place))
        }
        #expect(failures.wait("a", at: start + .seconds(4)) == nil)
        #expect(failures.wait("b", at: start + .seconds(4)) != nil)
        #expect(failures.wait("d", at: start + .seconds(4)) != nil)
    }

    @Test func wholeIPv6NetworksCountAsOne() {
        #expect(PeerAddress("2001:db8:0:1::5").neighbourhood == PeerAddress("2001:db8:0:1:ffff::9").neighbourhood)
        #expect(PeerAddress("2001:db8:0:1::5").neighbourhood != PeerAddress("2001:db8:0:2::5").neighbourhood)
        #expect(PeerAddress("::ffff:192.0.2.1").neighbourhood == "192.0.2.1")
    }

    @Test(
        arguments: [
            ("same-origin", nil, SameOrigin.Evidence.ours), ("none", nil, .ours), ("same-site", nil, .foreign),
            ("cross-site", "http://localhost:8463", .foreign), (nil, "http://localhost:8463", .ours),
            (nil, "http://localhost", .foreign), (nil, "http://evil.example", .foreign), (nil, "null", .unknown),
            (nil, "file://", .foreign), (nil, "http://localhost:8463.evil.example", .foreign), (nil, nil, .unknown),
            (nil, "http://LOCALHOST:8463", .ours), (nil, "https://localhost:8463", .ours),
        ] as [(String?, String?, SameOrigin.Evidence)])
    func browsersSayWhereAFormComesFrom(fetchSite: String?, origin: String?, evidence: SameOrigin.Evidence) {
        #expect(SameOrigin.evidence(fetchSite: fetchSite, origin: origin, host: "localhost:8463") == evidence)
    }

    @Test func aFormOfUnknownOriginNeedsOurToken() {
        let origin = SameOrigin()
        #expect(origin.allowsForm(.ours, token: nil))
        #expect(!origin.allowsForm(.foreign, token: origin.formToken))
        #expect(!origin.allowsForm(.unknown, token: nil))
        #expect(!origin.allowsForm(.unknown, token: SameOrigin().formToken))
        #expect(origin.allowsForm(.unknown, token: origin.formToken))
    }
}
