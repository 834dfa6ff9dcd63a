import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Store
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Site

/// A site over a real store in a directory of its own, asked without a socket.
final class SiteFixture: Sendable {
    let directory: TemporaryDirectory
    let store: Store
    let controls: ScriptedControls
    let parts: SiteParts
    let listeners: Listeners
    private let responder: RouterResponder<SiteContext>

    /// 2026-05-12, 07:42 in Edinburgh.
    static let now = Instant(milliseconds: 1_778_568_120_000)

    init(token: String? = nil, publicFeeds: Bool = false, baseURL: String? = nil, listeners: Int = 4) throws {
        directory = try TemporaryDirectory()
        store = try Store(directory: directory.path("state"), now: SiteFixture.now)
        controls = ScriptedControls(.sample)
        let settings = SiteSettings(
            port: 0, token: token, publicFeeds: publicFeeds, baseURL: baseURL, title: "Henhouse",
            timeZone: "Europe/London")
        parts = SiteParts(
            settings: settings, store: store, controls: controls, patience: 0, now: { SiteFixture.now })
        self.listeners = Listeners(most: listeners)
        responder = SiteServer.router(parts, listeners: self.listeners).buildResponder()
    }

    /// Asks as a program on this machine would, unless told otherwise.
    func ask(
        _ method: HTTPRequest.Method = .get, _ path: String, _ headers: [String: String] = [:], body: String = "",
        host: String? = "localhost:8463", peer: String = "127.0.0.1"
    ) async throws -> Answer {
        var fields = HTTPFields()
        for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
        let request = Request(
            head: HTTPRequest(method: method, scheme: "http", authority: host, path: path, headerFields: fields),
            body: RequestBody(buffer: ByteBuffer(string: body)))
        let context = SiteContext(source: Source(logger: Logger(label: "test")), peer: PeerAddress(peer))
        let response = try await responder.respond(to: request, context: context)
        let collector = Collector()
        try await response.body.write(collector)
        return Answer(status: response.status.code, headers: response.headers, bytes: collector.bytes.withLock { $0 })
    }

    /// Sends a form of one of our pages, as a browser without `Sec-Fetch-Site` would.
    func send(_ path: String, _ fields: [(name: String, value: String?)]) async throws -> Answer {
        let body = URLPath.query(fields + [("form", parts.origin.formToken)]).dropFirst()
        return try await ask(
            .post, path, ["Content-Type": "application/x-www-form-urlencoded"], body: String(body))
    }

    private struct Source: RequestContextSource { let logger: Logger }

    private final class Collector: ResponseBodyWriter, Sendable {
        let bytes = Mutex<[UInt8]>([])

        func write(_ buffer: ByteBuffer) async throws { bytes.withLock { $0 += buffer.readableBytesView } }
        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}

/// What came back.
struct Answer {
    let status: Int
    let headers: HTTPFields
    let bytes: [UInt8]

    var text: String { String(decoding: bytes, as: UTF8.self) }

    subscript(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }

    /// The body as a JSON object.
    var json: [String: Any] {
        get throws { try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]) }
    }

    /// What went wrong, as the API says it.
    var error: String { (try? json["error"] as? String) ?? "no error in: \(text)" }
}

extension ApplianceStatus {
    /// A well appliance with two cameras.
    static var sample: ApplianceStatus {
        ApplianceStatus(
            build: .init(version: "0.1", commit: "abc1234", instructionSet: "avx2"),
            started: SiteFixture.now - .seconds(7_200), armed: .armed(since: SiteFixture.now - .seconds(7_200)),
            model: .init(
                id: ModelID(name: "efficientnet-lite0", version: "1"), digest: String(repeating: "ab", count: 32),
                labels: ["hen", "jay", "magpie"]),
            sources: [
                .init(name: "nest", directory: "/var/lib/motion", state: .well, deadline: .seconds(1), frames: 12),
                .init(name: "yard", directory: "/srv/ftp/yard", state: .waiting, deadline: .seconds(2)),
            ],
            latency: .init(
                count: 12, sum: .milliseconds(400), p50: .milliseconds(31), p95: .milliseconds(48),
                p99: .milliseconds(71), most: .milliseconds(84)),
            stages: [.infer: .init(count: 12, sum: .milliseconds(60), p50: .milliseconds(5))],
            missed: [.wait: 1], counts: .init(frames: [.recorded: 12], detections: 3, actions: [.done: 1]),
            actions: [.init(name: "sprinkler"), .init(name: "lamp & crow", isDryRun: true)],
            channels: [.init(name: "phone", kind: "ntfy")], resident: 40_000_000)
    }
}
