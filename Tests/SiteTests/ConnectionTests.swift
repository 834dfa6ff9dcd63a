import Foundation
import Logging
import NIOCore
import Testing

@testable import Site

/// What one connection, or many, can do to the server: tried on a real port. Each test ends with a request that is
/// answered.
@Suite struct ConnectionTests {
    private static let health = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    /// Not shorter: a busy machine takes its time between a connection and the first byte.
    private static let impatient: ConnectionLimits = {
        var limits = ConnectionLimits()
        limits.head = .seconds(2)
        limits.body = .seconds(2)
        return limits
    }()

    /// What a request brings to the end of the connection; empty where it was cut off, however that showed.
    private func answer(_ port: Int, _ request: String) async -> String {
        (try? await LiveSite.connect(port, request) { try await $0.readToEnd() }) ?? ""
    }

    /// Asks until it is answered: while others hold all places it waits in the system's queue.
    private func isAlive(_ port: Int) async throws {
        try await LiveSite.withDeadline(.seconds(40)) {
            let request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            while await !answer(port, request).hasSuffix("alive\n") {}
        }
    }

    @Test(arguments: ["", "GET / HT", "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "])
    func aHeadThatNeverEndsIsNotWaitedFor(beginning: String) async throws {
        let site = try SiteFixture()
        try await LiveSite.run(site, limits: Self.impatient) { port, _ in
            let text = await answer(port, beginning)
            #expect(text == "", "closed without a word: there is no request to answer")
            try await isAlive(port)
        }
    }

    @Test func aBodyThatNeverComesIsNotWaitedFor() async throws {
        let site = try SiteFixture()
        try await LiveSite.run(site, limits: Self.impatient) { port, _ in
            let request = "POST /api/v1/disarm HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"
            _ = await answer(port, request)
            try await isAlive(port)
        }
        #expect(site.controls.missing.isEmpty)
    }

    @Test(arguments: ["/api/v1/disarm", "/armed", "/nowhere", "/"])
    func aBodyThatIsTooLongIsRefusedAndNotReadToItsEnd(path: String) async throws {
        let site = try SiteFixture()
        try await LiveSite.run(site) { port, _ in
            let head = "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999\r\n\r\n"
            // The connection stays open until the server ends it: the answer is read before that.
            let text = try await LiveSite.connect(port, head + String(repeating: "x", count: 20_000)) {
                try await $0.read(until: "\r\n\r\n")
            }
            let status = text.split(separator: " ").dropFirst().first ?? ""
            #expect(["400", "404", "405", "413"].contains(status), "\(text.prefix(200))")
            #expect(text.lowercased().contains("connection: close"), "\(text.prefix(300))")
            try await isAlive(port)
        }
    }

    @Test func aBodyWithoutEndIsCutOff() async throws {
        let site = try SiteFixture()
        let limits = ConnectionLimits()
        try await LiveSite.run(site, limits: limits) { port, _ in
            let head = "POST /api/v1/disarm HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
            let chunk = "4000\r\n" + String(repeating: "x", count: 0x4000) + "\r\n"
            let many = String(repeating: chunk, count: limits.bodyBytes / 0x4000 + 2)
            // The end of the connection, however it shows, is what is wanted; a refusal in words came before it.
            _ = await answer(port, head + many)
            try await isAlive(port)
        }
        #expect(site.controls.missing.isEmpty)
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: \(String(repeating: "x", count: 20_000))\r\n\r\n",
        "GET /\(String(repeating: "x", count: 40_000)) HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\n"
            + (0..<300).map { "X-\($0): 1\r\n" }.joined() + "\r\n",
    ])
    func aHugeHeadIsRefusedWithTheStrictHeaders(request: String) async throws {
        let site = try SiteFixture()
        try await LiveSite.run(site) { port, _ in
            let text = await answer(port, request)
            #expect(text.hasPrefix("HTTP/1.1 400 ") || text.hasPrefix("HTTP/1.1 431 "), "\(text.prefix(200))")
            #expect(text.lowercased().contains("content-security-policy: default-src 'none'"), "\(text.prefix(400))")
            try await isAlive(port)
        }
    }

    @Test(arguments: [
        "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n", "GET / HTTP/1.1\r\nHost: evil.example\r\n",
        "PUT / HTTP/1.1\r\nHost: localhost\r\n", "GET /frames/x HTTP/1.1\r\nHost: localhost\r\n",
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\n", "GET / HTTP/1.1\r\n", "nonsense\r\n",
    ])
    func everyAnswerOnTheWireHasTheStrictHeaders(request: String) async throws {
        let site = try SiteFixture()
        try await LiveSite.run(site) { port, _ in
            let text = try await LiveSite.connect(port, "\(request)Connection: close\r\n\r\n") {
                try await $0.read(until: "\r\n\r\n")
            }.lowercased()
            let policy = SecurityHeaders.contentSecurityPolicy.lowercased()
            #expect(text.contains("content-security-policy: \(policy)"), "\(text)")
            for header in [
                "x-content-type-options: nosniff", "x-frame-options: deny", "referrer-policy: same-origin",
                "cross-origin-resource-policy: same-origin", "cross-origin-opener-policy: same-origin",
            ] {
                #expect(text.contains(header), "\(header) is missing in: \(text)")
            }
            #expect(!text.contains("\r\nserver:"), "nobody needs to know what serves")
        }
    }

    @Test func thePolicyIsThatOfTheDesign() {
        #expect(
            SecurityHeaders.contentSecurityPolicy
                == "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
                + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
    }

    @Test func silentConnectionsGiveTheirPlacesBack() async throws {
        let site = try SiteFixture()
        try await LiveSite.run(site, limits: Self.impatient) { port, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<SiteServer.connections + 20 {
                    group.addTask { _ = await answer(port, "GET") }
                }
                try await isAlive(port)
                try await group.waitForAll()
            }
        }
    }

    @Test func oneAddressHoldsSomeOfThePlacesNeverAll() async throws {
        let site = try SiteFixture()
        var limits = ConnectionLimits()
        limits.ofOneAddress = 2
        limits.trustsThisMachine = false
        try await LiveSite.run(site, limits: limits) { port, _ in
            try await LiveSite.connect(port, Self.health) { first in
                _ = try await first.read(until: "alive\n")
                try await LiveSite.connect(port, Self.health) { second in
                    _ = try await second.read(until: "alive\n")
                    #expect(await answer(port, Self.health) == "")
                }
            }
            // The two that went give their places back, as soon as the server sees that they went.
            try await isAlive(port)
        }
    }

    @Test func aCrowdCountsEachAddress() {
        let crowd = Crowd()
        #expect(crowd.enter("a", most: 2) && crowd.enter("a", most: 2) && !crowd.enter("a", most: 2))
        #expect(crowd.enter("b", most: 2))
        crowd.leave("a")
        #expect(crowd.enter("a", most: 2))
    }

    @Test func requestsOneAfterTheOtherWithoutWaitingAreAnsweredInTheirOrder() async throws {
        let site = try SiteFixture()
        try await LiveSite.run(site) { port, _ in
            let requests = (0..<50).map { "GET /nowhere/\($0) HTTP/1.1\r\nHost: localhost\r\n\r\n" }.joined()
            try await LiveSite.connect(port, requests) { incoming in
                for number in 0..<50 {
                    let text = try await incoming.read(until: "there is nothing at /nowhere/\(number)\"")
                    #expect(!text.contains("/nowhere/\(number + 1)"))
                }
            }
            try await isAlive(port)
        }
    }

    @Test func twoLengthsAreRefused() async throws {
        let site = try SiteFixture()
        try await LiveSite.run(site) { port, _ in
            for head in ["Content-Length: 5\r\nContent-Length: 6", "Content-Length: 5\r\nTransfer-Encoding: chunked"] {
                let request =
                    "POST /armed HTTP/1.1\r\nHost: localhost\r\n\(head)\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n"
                let text = await answer(port, request)
                #expect(text.hasPrefix("HTTP/1.1 400 "), "\(text.prefix(100))")
            }
            try await isAlive(port)
        }
    }
}
