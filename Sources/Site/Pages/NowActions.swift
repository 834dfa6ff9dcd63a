import Store
import Vocabulary

/// The last action, and a button for each action to try it.
struct NowActions {
    let data: NowData

    var markup: Markup {
        let buttons = data.status.actions.reduce(Markup.empty) { $0 + tryIt($1) }
        let none: Markup? =
            data.status.actions.isEmpty
            ? """
            <p class="soft">No action is set up. Name a program or an address under actions in the settings.</p>
            """ : nil
        return "<div class=\"panel pad last stack\">\(last)\(none)\(buttons)</div>"
    }

    private var last: Markup {
        guard let detection = data.lastAction, let action = detection.action else {
            return "<p>No action in the last 24 hours.</p>"
        }
        let when = action.started ?? detection.time
        let path = URLPath.of("detections", detection.id.rawValue)
        return """
            <p><strong>\(Words.capitalised(action.name)), \(data.time.element(when, data.time.second(when)))</strong></p>
            <p>\(deed(action)), for \(detection.label) at \(detection.source). \
            Rule: \(detection.rule). <a href="\(path)">Why</a></p>

            """
    }

    private func deed(_ action: DetectionItem.Action) -> String {
        let span = action.duration.map { " after \(Words.duration(milliseconds: $0))" } ?? ""
        switch action.state {
        case .started: return "Running"
        case .done: return "Done\(span)"
        case .failed: return "Failed\(span)" + (action.reason.map { ": \($0)" } ?? "")
        case .timedOut: return "Ended by force\(span)"
        default: return Words.capitalised(action.state.rawValue)
        }
    }

    private func tryIt(_ action: ApplianceStatus.Action) -> Markup {
        let dry: Markup? = action.isDryRun ? " <span class=\"tag\">dry run</span>" : nil
        return """
            <form method="post" action="\(URLPath.of("actions", action.name, "test"))" class="acts spread">\
            <input type="hidden" name="form" value="\(data.formToken)">\
            <span>\(Words.capitalised(action.name))\(dry)</span>\
            <button>\(Icon.fire.markup) Try it<span class="vh">: \(action.name)</span></button></form>

            """
    }
}
