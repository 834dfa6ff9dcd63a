import Foundation
import Logging
import NIOCore
import Testing

@testable import Site

@Suite struct ServerTests {
    private func health(_ port: Int) async throws -> String {
        try await LiveSite.connect(port, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n") {
            try await $0.readToEnd()
        }
    }

    @Test func aServerTellsItsPortAndAnswersThere() async throws {
        let site = try SiteFixture()
        try await LiveSite.run(site) { port, _ in
            #expect(port > 0)
            let alive = try await health(port)
            #expect(alive.hasSuffix("alive\n"))
        }
    }

    @Test func aTakenPortIsSaidWithWhatToDo() async throws {
        let site = try SiteFixture()
        try await LiveSite.run(site) { port, _ in
            let second = try SiteServer(
                store: site.store, controls: site.controls, settings: SiteSettings(port: port),
                logger: Logger(label: "test"))
            await #expect { try await second.run() } throws: { error in
                "\(error)"
                    == "127.0.0.1:\(port) is taken, by another Rooster or another program: set http.listen to another port"
            }
        }
    }

    @Test func listeningBeyondThisMachineNeedsAToken() throws {
        let site = try SiteFixture()
        for host in ["0.0.0.0", "::", "192.168.1.5", "henhouse"] {
            #expect(throws: SiteStartError.self) {
                _ = try SiteServer(
                    store: site.store, controls: site.controls, settings: SiteSettings(host: host),
                    logger: Logger(label: "test"))
            }
        }
        _ = try SiteServer(
            store: site.store, controls: site.controls, settings: SiteSettings(host: "0.0.0.0", token: "secret"),
            logger: Logger(label: "test"))
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
        "nonsense\r\n\r\n", "GET /\u{0} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "POST /armed HTTP/1.1\r\nHost: a b\r\nContent-Length: 0\r\n\r\n",
    ])
    func requestsThatMakeNoSenseAreRefusedAndTheServerGoesOn(request: String) async throws {
        let site = try SiteFixture()
        try await LiveSite.run(site) { port, _ in
            try await LiveSite.connect(port, request) {
                let answer = try await $0.read(until: "\r\n")
                #expect(answer.contains(" 400 ") || answer.contains(" 403 ") || answer.contains(" 404 "), "\(answer)")
            }
            let alive = try await health(port)
            #expect(alive.hasSuffix("alive\n"))
        }
    }
}
