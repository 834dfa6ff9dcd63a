import Store
import Vocabulary

/// The visits, newest first: picture, what fired, what was held back and why, and the way to put a wrong label right.
struct NowVisits {
    let data: NowData

    var markup: Markup {
        guard !data.visits.isEmpty else { return empty }
        let rows = data.visits.reduce(Markup.empty) { $0 + row($1) }
        return "<ol class=\"rows visits panel\">\n\(rows)</ol>"
    }

    private var empty: Markup {
        let directories = data.status.sources.map { "<code>\($0.directory)</code>" as Markup }
        let watched = directories.dropFirst().reduce(directories.first ?? "the cameras") { $0 + ", " + $1 }
        return """
            <div class="panel pad stack"><h3>Nothing seen yet</h3><p class="soft">Rooster is watching \(watched). \
            The first visit will show here within a second of the camera saving its photo.</p></div>
            """
    }

    private func row(_ visit: VisitItem) -> Markup {
        let best = visit.best
        let outcome = VisitOutcome(visit)
        let path = URLPath.of("detections", best.id.rawValue)
        let count = visit.count > 1 ? "\(Words.count(visit.count)) photos" : Words.probability(best.probability)
        let place = visit.region == Region.wholeFrame.name ? visit.source : "\(visit.source), \(visit.region)"
        let corrected: Markup? = best.correction.map {
            "<p><span class=\"tag you\">\(Icon.pencil.markup)\(LabelForm.name(of: $0))</span></p>"
        }
        let until: Markup? =
            visit.last - visit.started >= .seconds(60)
            ? " <span class=\"until\">till \(data.time.element(visit.last, data.time.minute(visit.last)))</span>" : nil
        return """
            <li id="v-\(visit.id.rawValue)"><a href="\(path)">\(thumbnail(best))
            <div><p class="verdict">\(Words.capitalised(visit.label)) <span class="p">\(count)</span></p>\
            <p class="small">\(Words.capitalised(place)). \(outcome.sentence)</p></div>
            <div class="num-r"><p>\(data.time.element(visit.started, data.time.short(visit.started, now: data.now)))\
            \(until)</p>\(outcome.tag)\(corrected)</div></a>
            <details><summary class="line">That was wrong</summary>\
            \(LabelForm(detection: best, formToken: data.formToken, page: .now).short)</details></li>

            """
    }

    private func thumbnail(_ detection: DetectionItem) -> Markup {
        detection.hasPicture || detection.hasThumbnail
            ? "<img src=\"\(detection.frame.thumbnailPath)\" alt=\"\" width=\"64\" height=\"48\" loading=\"lazy\">"
            : "<span class=\"noshot\">\(Icon.camera.markup)</span>"
    }
}
