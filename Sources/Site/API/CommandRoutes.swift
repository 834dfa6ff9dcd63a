import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Store
import Vocabulary

/// What programs can make Rooster do: the commands of `rooster` come through here.
struct CommandRoutes {
    let site: SiteParts

    /// Adds the routes below `/api/v1`.
    func add(to router: Router<SiteContext>) {
        let api = router.group("/api/v1").add(middleware: ProgramsOnly())
        api.post("detections/:id/correction", use: correct)
        api.post("frames/:id/correction", use: correctFrame)
        api.post("arm", use: arm)
        api.post("disarm", use: disarm)
        api.post("reload", use: reload)
        api.post("actions/:name/test", use: test)
    }

    private struct Correction: Decodable {
        let label: String
        let region: String?
    }
    private struct Disarming: Decodable {
        let span: Int64?

        private enum CodingKeys: String, CodingKey { case span = "for_ms" }
    }

    @Sendable func correct(_ request: Request, _ context: SiteContext) async throws -> Response {
        let correction: Correction = try await body(request, context, example: #"{"label": "jay"}"#)
        let id = try await site.detection(context).id
        try await site.controls.correct(
            id, label: try LabelText.checked(correction.label), by: context.asker(of: request, isForm: false))
        return try .json(try await site.detection(context))
    }

    @Sendable func correctFrame(_ request: Request, _ context: SiteContext) async throws -> Response {
        let example = #"{"label": "jay", "region": "left box"}, without region the first"#
        let correction: Correction = try await body(request, context, example: example)
        let id = try await site.frame(context).id
        try await site.controls.correct(
            frame: id, region: correction.region, label: try LabelText.checked(correction.label),
            by: context.asker(of: request, isForm: false))
        return try .json(try await site.frame(context))
    }

    @Sendable func arm(_ request: Request, _ context: SiteContext) async throws -> Response {
        try await site.controls.arm(by: context.asker(of: request, isForm: false))
        return try await armed()
    }

    @Sendable func disarm(_ request: Request, _ context: SiteContext) async throws -> Response {
        let example = #"{"for_ms": 7200000}, {} until armed again"#
        let disarming: Disarming? = try await optionalBody(request, context, example: example)
        if let span = disarming?.span, span <= 0 || span > 366 * 86_400_000 {
            throw SiteError(.badRequest, "for_ms must be from 1 to a year of milliseconds, not \(span)")
        }
        try await site.controls.disarm(
            for: disarming?.span.map { .milliseconds($0) }, by: context.asker(of: request, isForm: false))
        return try await armed()
    }

    @Sendable func reload(_ request: Request, _ context: SiteContext) async throws -> Response {
        try await site.controls.reload(by: context.asker(of: request, isForm: false))
        return try .json(["reloaded": true])
    }

    @Sendable func test(_ request: Request, _ context: SiteContext) async throws -> Response {
        guard let name = URLPath.decoded(try context.parameters.require("name")) else {
            throw SiteError(.badRequest, "the name of the action is not percent-encoded UTF-8")
        }
        let asker = context.asker(of: request, isForm: false)
        return try .json(ActionBody(try await site.controls.testAction(name, by: asker)))
    }

    private func armed() async throws -> Response {
        try .json(ArmedBody(await site.controls.status().armed, now: site.now()))
    }

    private func body<Body: Decodable>(_ request: Request, _ context: SiteContext, example: String) async throws -> Body
    {
        guard let body: Body = try await optionalBody(request, context, example: example) else {
            throw SiteError(.badRequest, "a JSON body is needed, such as \(example)")
        }
        return body
    }

    private func optionalBody<Body: Decodable>(_ request: Request, _ context: SiteContext, example: String)
        async throws -> Body?
    {
        let buffer = try await BodyText.read(request, context)
        if buffer.readableBytes == 0 { return nil }
        do {
            return try JSONDecoder().decode(Body.self, from: Data(buffer.readableBytesView))
        } catch {
            throw SiteError(.badRequest, "the body is not JSON of the right shape; it should be \(example)")
        }
    }
}

/// Refuses commands that another site makes a browser send.
struct ProgramsOnly: RouterMiddleware {
    typealias Context = SiteContext

    func handle(
        _ request: Request, context: SiteContext, next: (Request, SiteContext) async throws -> Response
    ) async throws -> Response {
        let origin = request.headers[.origin]
        let evidence = SameOrigin.evidence(
            fetchSite: request.headers[.fetchSite], origin: origin, host: request.head.authority)
        guard SameOrigin.allowsProgram(evidence, origin: origin) else {
            throw SiteError(.forbidden, "this request comes from another site; use Rooster's own page, or a program")
        }
        return try await next(request, context)
    }
}

extension HTTPField.Name {
    /// Where a browser's request comes from: `same-origin`, `cross-site`, ….
    static let fetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .origin
}

/// Labels that people typed.
enum LabelText {
    /// - Returns: the label without space around it.
    /// - Throws: where it is empty, longer than 100 characters, or holds control characters or slashes (labels become
    ///   names of folders when photos are exported).
    static func checked(_ text: String) throws -> String {
        let label = text.trimmingCharacters(in: .whitespacesAndNewlines)
        let isPlain = label.unicodeScalars.allSatisfy {
            $0.properties.generalCategory != .control && $0 != "/" && $0 != "\\"
        }
        guard !label.isEmpty, label.count <= 100, label.utf8.count <= 400, isPlain, !label.hasPrefix(".") else {
            throw SiteError(
                .unprocessableContent,
                "a label is 1 to 100 characters on one line, without slashes, not beginning with a full stop")
        }
        return label
    }
}

/// Reading bodies within their limits.
enum BodyText {
    /// The whole body.
    /// - Throws: where it is longer than 16 kB, or does not come within 10 s.
    static func read(_ request: Request, _ context: SiteContext) async throws -> ByteBuffer {
        try await withThrowingTaskGroup(of: ByteBuffer?.self) { group in
            group.addTask { try await request.body.collect(upTo: context.maxUploadSize) }
            group.addTask {
                try await Task.sleep(for: .seconds(10))
                return nil
            }
            defer { group.cancelAll() }
            do {
                guard let first = try await group.next(), let body = first else {
                    throw SiteError(.requestTimeout, "the body did not come within 10 s")
                }
                return body
            } catch is NIOTooManyBytesError {
                throw SiteError(.contentTooLarge, "the body is longer than \(context.maxUploadSize / 1_024) kB")
            }
        }
    }
}
