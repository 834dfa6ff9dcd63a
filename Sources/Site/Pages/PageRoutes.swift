import HTTPTypes
import Hummingbird
import Store
import Vocabulary

/// The pages, and the forms on them.
struct PageRoutes {
    let site: SiteParts

    /// Adds `/`, `/live`, `/detections/ID` and the forms.
    func add(to router: Router<SiteContext>) {
        router.get("/", use: now)
        router.get("/live", use: live)
        router.get("/detections/:id", use: detection)
        router.post("/detections/:id/label", use: label)
        router.get("/sample", use: sample)
        router.post("/frames/:id/label", use: labelFrame)
        router.post("/armed", use: armed)
        router.post("/actions/:name/test", use: test)
    }

    @Sendable func now(_ request: Request, _ context: SiteContext) async throws -> Response {
        let flash = flash(of: request)
        return .html(try await site.shelf.page(site).markup(flash: flash))
    }

    @Sendable func live(_ request: Request, _ context: SiteContext) async throws -> Response {
        let page = try await site.shelf.page(site)
        var response = Response.html(page.live)
        if let name = HTTPField.Name("X-Rooster-Word") { response.headers[name] = URLPath.encoded(page.word) }
        return response
    }

    @Sendable func detection(_ request: Request, _ context: SiteContext) async throws -> Response {
        let flash = flash(of: request)
        let detection = try await site.detection(context)
        let now = try await site.shelf.page(site)
        let page = DetectionPage(
            detection: detection, frame: try await site.store.frame(detection.frame),
            messages: try await site.store.messages(of: detection.visit), labels: now.data.status.model.labels, now: now
        )
        return .html(page.markup(flash: flash))
    }

    @Sendable func label(_ request: Request, _ context: SiteContext) async throws -> Response {
        let form = try await form(request, context)
        let detection = try await site.detection(context)
        let label = try LabelText.checked(form["label"] ?? "")
        try await site.controls.correct(
            detection.id, label: label, by: context.asker(of: request, isForm: true))
        let title = label == LabelForm.nothing ? "Nothing was there." : "You said \(label)."
        let model = label == detection.label ? "So did Rooster." : "Rooster had said \(detection.label)."
        let flash = Flash(.plain, .pencil, title, "\(model) Kept for teaching.")
        let isDetection = form["page"] == LabelForm.Page.detection.rawValue
        return show(flash, at: isDetection ? URLPath.of("detections", detection.id.rawValue) : "/")
    }

    @Sendable func sample(_ request: Request, _ context: SiteContext) async throws -> Response {
        let flash = flash(of: request)
        let now = try await site.shelf.page(site)
        let frames = try await site.store.frames(FrameFilter(limit: SamplePage.shown, sample: .any))
        return .html(SamplePage(frames: frames.items, now: now).markup(flash: flash))
    }

    @Sendable func labelFrame(_ request: Request, _ context: SiteContext) async throws -> Response {
        let form = try await form(request, context)
        let label = try LabelText.checked(form["label"] ?? "")
        try await site.controls.correct(
            frame: try await site.frame(context).id, region: form["region"], label: label,
            by: context.asker(of: request, isForm: true))
        let title = label == LabelForm.nothing ? "Nothing was there." : "You said \(label)."
        return show(Flash(.plain, .pencil, title, "Kept for teaching."), at: "/sample")
    }

    @Sendable func armed(_ request: Request, _ context: SiteContext) async throws -> Response {
        let form = try await form(request, context)
        let asker = context.asker(of: request, isForm: true)
        switch form["armed"] {
        case "on":
            try await site.controls.arm(by: asker)
            return show(Flash(.plain, .check, "Armed.", "Rules may set off actions."), at: "/")
        case "off":
            try await site.controls.disarm(for: nil, by: asker)
            return show(Flash(.warning, .hold, "Off.", "Rooster fires nothing until it is armed again."), at: "/")
        case "off-1h":
            try await site.controls.disarm(for: .seconds(3_600), by: asker)
            return show(
                Flash(.warning, .hold, "Off for 1\u{A0}hour.", "Then Rooster is armed again by itself."), at: "/")
        default: throw SiteError(.badRequest, "armed must be on, off or off-1h")
        }
    }

    @Sendable func test(_ request: Request, _ context: SiteContext) async throws -> Response {
        _ = try await form(request, context)
        guard let name = URLPath.decoded(try context.parameters.require("name")) else {
            throw SiteError(.badRequest, "the name of the action is not percent-encoded UTF-8")
        }
        let report = try await site.controls.testAction(name, by: context.asker(of: request, isForm: true))
        let title = Words.capitalised(report.name)
        let reason = report.reason.map(Words.sentence) ?? ""
        let flash: Flash =
            switch report.state {
            case .done: Flash(.plain, .check, "\(title) is done.", "With a sample, as a trial.")
            case .started, .queued: Flash(.plain, .fire, "\(title) is still running.", "With a sample, as a trial.")
            case .dryRun: Flash(.plain, .fire, "\(title) would have started.", "It is set to dry run.")
            case .heldBack, .expired: Flash(.warning, .hold, "\(title) was held back.", reason)
            case .failed where report.started != nil, .timedOut: Flash(.fault, .fire, "\(title) failed.", reason)
            case .failed: Flash(.fault, .fire, "\(title) did not start.", reason)
            }
        return show(flash, at: "/")
    }

    /// A form of one of our own pages.
    private func form(_ request: Request, _ context: SiteContext) async throws -> QueryText {
        let evidence = SameOrigin.evidence(
            fetchSite: request.headers[.fetchSite], origin: request.headers[.origin], host: request.head.authority)
        guard evidence != .foreign else {
            throw SiteError(.forbidden, "this form comes from another site; open Rooster's own page")
        }
        let body = try await BodyText.read(request, context)
        let form = try QueryText(String(buffer: body))
        guard site.origin.allowsForm(evidence, token: form["form"]) else {
            throw SiteError(
                .forbidden, "this form is from before Rooster was started again; reload the page and send it once more")
        }
        return form
    }

    private func show(_ flash: Flash, at path: String) -> Response {
        .seeOther(path + URLPath.query([("said", site.flashes.keep(flash))]))
    }

    private func flash(of request: Request) -> Flash? {
        guard let query = try? QueryText(request.uri.query ?? "") else { return nil }
        return query["said"].flatMap { site.flashes.take($0) }
    }
}
