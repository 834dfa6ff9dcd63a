import Store
import Vocabulary

/// One detection: its picture, why it fired or did not, where the time went, what the model said, what came of it.
struct DetectionPage {
    let detection: DetectionItem
    let frame: FrameItem?
    let messages: [OutboxItem]
    let labels: [String]
    /// What every page shows at its top, and what it knows.
    let now: NowPage
    private var data: NowData { now.data }

    func markup(flash: Flash?) -> Markup {
        let time = data.time
        let label = Words.capitalised(detection.label)
        let outcome = VisitOutcome(detection)
        let allowed = Words.duration(milliseconds: detection.deadline)
        let answered =
            [.started, .done].contains(detection.action?.state)
            ? "" : ". Answered after \(detection.latency.map { Words.duration(milliseconds: $0) } ?? "an unknown time")"
        let content: Markup = """
            \(flash.map { "<div role=\"status\">\($0.markup)</div>" as Markup })\
            <nav class="crumb" aria-label="Back"><a href="/">\(Icon.left.markup) Now</a></nav>
            <div class="head">
            <h1>\(label) at \(detection.source), \(time.element(detection.time, time.second(detection.time)))</h1>
            <p class="lede">\(outcome.sentence)\(answered) of the \(allowed) allowed. \(time.long(detection.time)).</p>
            </div>
            <div class="cols">
            <div>
            <section aria-label="Photo">\(photo)\(LabelForm(detection: detection, formToken: data.formToken, page: .detection)
                .long(labels: labels))</section>
            <section aria-labelledby="h-why"><h2 id="h-why">Why</h2>\(trace)</section>
            </div>
            <div>
            <section aria-labelledby="h-p"><h2 id="h-p">What the model said</h2>\(answers)</section>
            <section aria-labelledby="h-time"><h2 id="h-time">Where the time went</h2>\(times)</section>
            <section aria-labelledby="h-log"><h2 id="h-log">What happened next</h2>\(log)</section>
            <p class="small soft">Detection <code>\(detection.id.rawValue)</code>. \
            <a href="\(URLPath.of("api", "v1", "detections", detection.id.rawValue))">As JSON</a></p>
            </div>
            </div>

            """
        let title = "\(label), \(time.minute(detection.time))"
        return Layout(title: title, state: now.state, content: content, isNow: false).markup
    }

    private var photo: Markup {
        let name = "\(Words.capitalised(detection.label)) at \(detection.source)"
        guard detection.hasPicture else {
            return
                "<div class=\"shot none\">\(Icon.camera.markup)</div><p class=\"small soft\">The photo is no longer kept.</p>"
        }
        let region =
            detection.region == Region.wholeFrame.name
            ? "The whole photo was looked at." : "Looked at: \(detection.region)."
        return """
            <figure><a class="shot whole" href="\(detection.frame.picturePath)"><img src="\(detection.frame.picturePath)" \
            alt="\(name)" width="640" height="480"></a>
            <figcaption class="sec small soft"><span>\(region)</span><a href="\(detection.frame.picturePath)">Full size</a>\
            </figcaption></figure>

            """
    }

    private var trace: Markup {
        let clauses = detection.trace.reduce(Markup.empty) { rows, outcome in
            let mini: Markup =
                outcome.passed
                ? "<span class=\"mini yes\">\(Icon.check.markup)</span><p><span class=\"vh\">Passed: </span>"
                : "<span class=\"mini no\">\(Icon.cross.markup)</span><p><span class=\"vh\">Failed: </span>"
            return rows + """
                <li><div class="row">\(mini)\(outcome.clause.question)</p>\
                <span class="small soft num-r">\(outcome.detail)</span></div></li>

                """
        }
        return """
            <div class="panel"><p class="pad"><strong>\(detection.rule)</strong></p>
            <ol class="rows clauses">\(clauses)</ol></div>
            """
    }

    private var answers: Markup {
        let rows = detection.labels.prefix(5).reduce(Markup.empty) { rows, answer in
            let value = Words.probability(answer.probability)
            return rows + """
                <tr><th scope="row">\(Words.capitalised(answer.label))</th>\
                <td><meter min="0" max="1" value="\(value)">\(value)</meter></td><td class="n">\(value)</td></tr>

                """
        }
        return """
            <div class="panel scroll" tabindex="0" role="group" aria-label="Labels"><table class="probs"><thead class="vh">\
            <tr><th scope="col">Label</th><th scope="col">Bar</th><th scope="col">Sureness</th></tr></thead>\
            <tbody>\(rows)</tbody></table></div>
            <p class="small soft">Answered by <code>\(detection.model.description)</code>.</p>
            """
    }

    private var times: Markup {
        let timings = frame?.timings ?? [:]
        let rows = Stage.allCases.reduce(Markup.empty) { rows, stage in
            guard let time = timings[stage] else { return rows }
            return rows + "<div><dt>\(stage.deed)</dt><dd>\(Words.duration(milliseconds: time))</dd></div>\n"
        }
        let total = detection.latency.map { Words.duration(milliseconds: $0) } ?? "not known"
        return """
            <dl class="kv panel">\(rows)<div><dt>All together</dt><dd><strong>\(total)</strong> of \
            \(Words.duration(milliseconds: detection.deadline))</dd></div></dl>
            """
    }

    private var log: Markup {
        var rows = Markup.empty
        if let action = detection.action {
            let outcome = VisitOutcome(detection)
            let exit = action.reason == nil ? action.exit.map { ", exit \($0)" } ?? "" : ""
            let output: Markup? = action.output.map { $0.isEmpty ? .empty : "<br><code>\($0)</code>" }
            rows += entry(.fire, "\(outcome.sentence)\(exit)", output, action.started)
        }
        for message in messages {
            let error: Markup? = message.error.map { "<br>\($0)" }
            rows += entry(
                .send, "\(Words.capitalised(message.channel)): \(message.state.rawValue)", error, message.created)
        }
        return rows == .empty
            ? "<p class=\"soft\">Nothing: it is in the feed.</p>" : "<ol class=\"rows panel log\">\(rows)</ol>"
    }

    private func entry(_ icon: Icon, _ what: String, _ more: Markup?, _ when: Instant?) -> Markup {
        let time: Markup? = when.map { data.time.element($0, data.time.second($0)) }
        return """
            <li><div class="row"><span class="mini">\(icon.markup)</span><p>\(what)<span class="small">\(more)</span></p>\
            \(time)</div></li>

            """
    }
}
