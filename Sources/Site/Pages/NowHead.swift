import Store
import Vocabulary

/// The headline: the answer to why the page was opened.
struct NowHead {
    let data: NowData

    var markup: Markup { "<h1>\(headline)</h1>\n<p class=\"lede\">\(lede)</p>" }

    private var headline: String {
        if let visit = data.visits.first, visit.ended == nil, data.now - visit.last < .seconds(120) {
            return "\(Words.capitalised(visit.label)) at \(visit.source)"
        }
        let faults = Notes.of(data).filter { $0.tone == .fault }
        if let fault = faults.first { return faults.count == 1 ? fault.title.trimmingStop : "\(faults.count) problems" }
        if data.frames.isEmpty { return "Watching" }
        return data.visits.isEmpty ? "Nothing seen yet" : "All quiet"
    }

    private var lede: Markup {
        var parts: [Markup] = []
        if let visit = data.visits.first, visit.ended == nil, data.now - visit.last < .seconds(120) {
            parts.append("\(VisitOutcome(visit).sentence).")
        }
        if let last = data.lastAction, let action = last.action {
            let ago = Words.ago(action.started ?? last.time, now: data.now)
            let what = "\(last.label) seen \(data.time.short(last.time, now: data.now))"
            let outcome = VisitOutcome(last).sentence
            let deed = outcome.prefix(1).lowercased() + outcome.dropFirst()
            parts.append("Last action \(ago): <strong>\(what), \(deed).</strong>")
        } else {
            let cameras = Words.list(data.status.sources.map(\.name))
            parts.append("No action in the last 24 hours. Watching \(cameras.isEmpty ? "nothing yet" : cameras).")
        }
        return parts.dropFirst().reduce(parts.first ?? .empty) { $0 + " " + $1 }
    }
}

extension String {
    fileprivate var trimmingStop: String { hasSuffix(".") ? String(dropLast()) : self }
}
