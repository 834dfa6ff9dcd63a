import Store
import Vocabulary

/// What became of a visit in one tag and one sentence: fired, held back and why, failed, or let be.
struct VisitOutcome {
    /// The tag.
    let tag: Markup
    /// What and why, without a full stop at the end.
    let sentence: String

    init(_ visit: VisitItem) {
        if let fired = visit.fired, let action = fired.action {
            self.init(action: action, of: fired)
            return
        }
        let failed = visit.outcomes.first { $0.state == .failed || $0.state == .timedOut }
        if failed != nil, let action = visit.best.action, action.state == .failed || action.state == .timedOut {
            self.init(action: action, of: visit.best)
            return
        }
        self.init(visit.best)
    }

    init(_ detection: DetectionItem) {
        if let clause = detection.heldBack {
            let detail = detection.trace.first { $0.clause == clause && !$0.passed }?.detail ?? ""
            self.init(
                tag: "<span class=\"tag\">\(Icon.hold.markup)Held back</span>",
                sentence: Words.capitalised(clause.reason) + (detail.isEmpty ? "" : " (\(detail))"))
        } else if detection.superseded {
            self.init(
                tag: "<span class=\"tag\">\(Icon.hold.markup)Held back</span>",
                sentence: "Another part of the photo fired")
        } else if let action = detection.action {
            self.init(action: action, of: detection)
        } else {
            self.init(
                tag: "<span class=\"tag be\">\(Icon.check.markup)Let be</span>", sentence: "No rule asks for more")
        }
    }

    private init(tag: Markup, sentence: String) {
        self.tag = tag
        self.sentence = sentence
    }

    private init(action: DetectionItem.Action, of detection: DetectionItem) {
        let name = Words.capitalised(action.name)
        let why = action.reason.map { " (\($0))" } ?? ""
        switch action.state {
        case .started, .done:
            let latency = detection.latency.map { " after \(Words.duration(milliseconds: $0))" } ?? ""
            tag = "<span class=\"tag fired\">\(Icon.fire.markup)Fired</span>"
            sentence = "\(name) fired\(latency)"
        case .dryRun:
            tag = "<span class=\"tag\">\(Icon.fire.markup)Dry run</span>"
            sentence = "\(name) would have fired"
        case .failed, .timedOut:
            tag = "<span class=\"tag fault\">\(Icon.alert.markup)Failed</span>"
            sentence = "\(name) \(action.state == .failed ? "failed" : "did not end in time")\(why)"
        case .queued:
            tag = "<span class=\"tag\">\(Icon.hold.markup)Waiting</span>"
            sentence = "\(name) waits for its turn"
        case .heldBack:
            tag = "<span class=\"tag\">\(Icon.hold.markup)Held back</span>"
            sentence = "\(name) was held back\(why)"
        case .expired:
            tag = "<span class=\"tag fault\">\(Icon.alert.markup)Too late</span>"
            sentence = "\(name) was not fired any more\(why)"
        }
    }
}
