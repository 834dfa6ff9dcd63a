import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Store
import Synchronization
import TestSupport
import Vocabulary

@testable import Site

extension FuzzTarget {
    /// A whole request on all routes over a real store: `METHOD PATH`, then a header a line, an empty line, a body. Asked twice:
    /// of a site without a token, and of one with it.
    static let httpRequest = FuzzTarget("http-request", longest: 4_096) { bytes in
        guard let request = FuzzRequest(bytes) else { return }
        for site in [FuzzSite.open, FuzzSite.guarded] {
            let answer = site.ask(request)
            promise(answer.status != 500, "a request made the site fail")
            promise(answer.headers[.contentSecurityPolicy] != nil, "an answer without its security headers")
            let shown = request.authorization.flatMap { Credentials.secret(in: $0) }
            guard let token = site.token, shown != Array(token.utf8) else { continue }
            let isOpen = ["/healthz", "/feed.json", "/feed.atom"].contains(request.pathOnly)
            let mayBeFed = ["/frames/", "/thumbnails/", "/assets/"].contains { request.pathOnly.hasPrefix($0) }
            promise(isOpen || mayBeFed || answer.status >= 400, "\(request.pathOnly) was answered without the token")
        }
    }
}

/// A request out of bytes, with only what gets past the reader of HTTP in front of the routes.
private struct FuzzRequest {
    var method: HTTPRequest.Method
    var path: String
    var authority: String?
    var fields = HTTPFields()
    var body: [UInt8]

    var authorization: String? { fields[.authorization] }
    var pathOnly: String { String(path.prefix { $0 != "?" && $0 != "#" }) }

    init?(_ bytes: UnsafeRawBufferPointer) {
        let all = Array(bytes)
        let end = (0..<all.count).first { all[$0] == 10 && ($0 + 1 == all.count || all[$0 + 1] == 10) } ?? all.count
        body = Array(all.dropFirst(end + 2))
        var lines = all[..<end].split(separator: 10, omittingEmptySubsequences: false)[...]
        guard let first = lines.popFirst() else { return nil }
        let words = first.split(separator: 32, maxSplits: 1)
        guard words.count == 2, let method = HTTPRequest.Method(String(decoding: words[0], as: UTF8.self)),
            words[1].first == UInt8(ascii: "/"), words[1].allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { return nil }
        self.method = method
        path = String(decoding: words[1], as: UTF8.self)
        for line in lines.prefix(40) {
            let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[1].allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
            let value = String(decoding: parts[1].drop { $0 == 32 }, as: UTF8.self)
            let name = String(decoding: parts[0], as: UTF8.self)
            if name.lowercased() == "host" {
                authority = value
            } else if let name = HTTPField.Name(name) {
                fields.append(HTTPField(name: name, value: value))
            }
        }
    }
}

/// A site with a few things recorded.
private final class FuzzSite: Sendable {
    static let secret = "kikeriki"
    static let open = FuzzSite(token: nil)
    static let guarded = FuzzSite(token: secret)
    private static let now = Instant(milliseconds: 1_778_568_120_000)

    let token: String?
    private let directory: TemporaryDirectory
    private let responder: RouterResponder<SiteContext>

    private init(token: String?) {
        self.token = token
        do {
            directory = try TemporaryDirectory()
            let store = try Store(directory: directory.path("state"), now: Self.now)
            let settings = SiteSettings(port: 0, token: token, publicFeeds: true, timeZone: "Europe/London")
            let parts = SiteParts(
                settings: settings, store: store, controls: FuzzControls(), patience: 0, now: { Self.now })
            responder = SiteServer.router(parts, listeners: Listeners(most: 4)).buildResponder()
            Self.wait { await Self.fill(store) }
        } catch {
            fatalError("there is no site to ask: \(error)")
        }
    }

    /// What was answered, as much of it as comes at once.
    func ask(_ request: FuzzRequest) -> (status: Int, headers: HTTPFields) {
        let head = HTTPRequest(
            method: request.method, scheme: "http", authority: request.authority ?? "localhost:8463",
            path: request.path, headerFields: request.fields)
        let asked = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: request.body)))
        let responder = responder
        return Self.wait {
            var logger = Logger(label: "fuzz")
            logger.logLevel = .critical
            let context = SiteContext(source: Source(logger: logger), peer: PeerAddress("127.0.0.1"))
            do {
                let response = try await responder.respond(to: asked, context: context)
                let isStream = response.headers[.contentType]?.hasPrefix("text/event-stream") ?? false
                if !isStream { try await response.body.write(Sink()) }
                return (response.status.code, response.headers)
            } catch {
                return (500, [:])
            }
        }
    }

    /// Two frames with a jay of one visit, one that could not be read.
    private static func fill(_ store: Store) async {
        let labels = Labels(names: ["jay", "hen"], groups: [:])
        let model = ModelID(name: "henhouse", version: "1")
        var visit: VisitID?
        for number in 1...3 {
            let identity = FrameIdentity(
                source: "nest", file: .inode(device: 1, inode: UInt64(number)), size: 1, modified: Int64(number))
            var report = FrameReport(
                identity: identity, path: "/var/lib/motion/\(number).jpg", time: now - .seconds(60 - number),
                state: number == 3 ? .quarantined(reason: "truncated: <it>") : .recorded, deadline: .seconds(1),
                latency: .milliseconds(84), timings: [.decode: .milliseconds(3)])
            if number < 3 {
                let prediction = Prediction(
                    region: "frame", model: model, labels: labels, probabilities: [0.97, 0.03])
                report.answers = [.init(.wholeFrame, prediction)]
                let id = DetectionID(frame: report.id, rule: "jay & co", region: "frame")
                visit = visit ?? id
                report.detections = [
                    Detection(
                        id: id, visit: visit ?? id, frame: report.id, time: report.time, source: "nest",
                        region: "frame", rule: "jay & co", label: "jay", probability: 0.97, model: model,
                        labels: prediction.best(5), trace: [], action: nil, heldBack: nil, superseded: false,
                        publish: [])
                ]
            }
            promise(await store.record([report], publications: [], at: now) == .written, "nothing can be recorded")
        }
    }

    /// libFuzzer knows no tasks: waits for one.
    private static func wait<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) -> Value {
        let value = Mutex<Value?>(nil)
        let done = DispatchSemaphore(value: 0)
        Task {
            let found = await work()
            value.withLock { $0 = found }
            done.signal()
        }
        done.wait()
        guard let found = value.withLock({ $0 }) else { fatalError("a task left no value") }
        return found
    }

    private struct Source: RequestContextSource { let logger: Logger }

    private struct Sink: ResponseBodyWriter {
        func write(_ buffer: ByteBuffer) async throws {}
        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}

/// Does nothing, and says so as an appliance would.
private struct FuzzControls: Controls {
    func status() async -> ApplianceStatus {
        ApplianceStatus(
            build: .init(version: "0", commit: "0", instructionSet: "scalar"), started: Instant(milliseconds: 0),
            armed: .armed(since: Instant(milliseconds: 0)),
            model: .init(id: ModelID(name: "henhouse", version: "1"), digest: "0", labels: ["jay", "hen"]),
            sources: [
                .init(name: "nest", directory: "/var/lib/motion", state: .well, deadline: .seconds(1), frames: 3)
            ],
            actions: [.init(name: "sprinkler")], channels: [.init(name: "phone", kind: "ntfy")])
    }
    func arm(by asker: Asker) async throws {}
    func disarm(for duration: Duration?, by asker: Asker) async throws {
        promise(
            duration.map { $0 > .zero && $0 <= .seconds(366 * 86_400) } ?? true,
            "disarmed for \(String(describing: duration))")
    }
    func correct(_ detection: DetectionID, label: String, by asker: Asker) async throws {
        promise(!label.isEmpty && !label.contains("/") && detection.isWellFormed, "a label is '\(label)'")
    }
    func correct(frame: FrameID, region: String?, label: String, by asker: Asker) async throws {
        promise(!label.isEmpty && !label.contains("/") && frame.isWellFormed, "a label is '\(label)'")
    }
    func reload(by asker: Asker) async throws {}
    func testAction(_ name: String, by asker: Asker) async throws -> ActionReport {
        guard name == "sprinkler" else { throw ControlError(.notFound, "no action") }
        return ActionReport(name: name, state: .done)
    }
    func thumbnail(of frame: FrameID) async throws -> [UInt8]? { [0xFF, 0xD8, 0xFF, 0xD9] }
    func backlog(limit: Int) async -> [FrameItem] { [] }
}
