import Store
import Vocabulary

/// The forms with which a person says what was really there. They work without JavaScript.
struct LabelForm {
    /// Where the browser goes afterwards.
    enum Page: String { case now, detection }

    let detection: DetectionItem
    let formToken: String
    let page: Page

    /// The label of a photo with nothing on it.
    static let nothing = "empty"

    /// How a label is written for people.
    static func name(of label: String) -> String { label == nothing ? "Nothing there" : Words.capitalised(label) }

    /// A choice of what it may have been, for a row of visits.
    var short: Markup {
        let id = "l-\(detection.id.rawValue)"
        let guesses = detection.labels.map(\.label).filter { $0 != detection.label && $0 != LabelForm.nothing }
        let options = ([LabelForm.nothing] + guesses).reduce(Markup.empty) {
            $0 + "<option value=\"\($1)\">\(LabelForm.name(of: $1))</option>"
        }
        return """
            <form class="fix" method="post" action="\(action)">\(hidden)\
            <div class="field"><label for="\(id)">It was</label><select id="\(id)" name="label">\(options)</select></div>\
            <button>Save</button>\
            <a class="btn plain" href="\(URLPath.of("detections", detection.id.rawValue))#label">Something else</a></form>
            """
    }

    /// Yes, nothing, or any label, for the page of a detection.
    /// - Parameter labels: what is offered while typing.
    func long(labels: [String]) -> Markup {
        let options = labels.reduce(Markup.empty) { $0 + "<option value=\"\($1)\"></option>" }
        let said: Markup? = detection.correction.map {
            "<p><span class=\"tag you\">\(Icon.pencil.markup)You said: \(LabelForm.name(of: $0))</span></p>"
        }
        return """
            <div class="panel pad stack" id="label">
            <h2>Is it \(LabelForm.article(detection.label))?</h2>\(said)
            <form class="acts" method="post" action="\(action)">\(hidden)\
            <button class="main" name="label" value="\(detection.label)">\(Icon.check.markup) Yes</button>\
            <button name="label" value="\(LabelForm.nothing)">Nothing there</button></form>
            <form class="pair" method="post" action="\(action)">\(hidden)\
            <div class="field"><label for="other">No, it is</label>\
            <input id="other" name="label" list="labels" required maxlength="100" autocomplete="off"></div>\
            <button>Save</button></form>
            <datalist id="labels">\(options)</datalist>
            <p class="small soft">Kept for teaching. What was fired or sent stays as it is.</p>
            </div>
            """
    }

    private static func article(_ label: String) -> String {
        if label == nothing { return "empty" }
        return (label.first.map { "aeiouAEIOU".contains($0) } ?? false ? "an " : "a ") + label
    }

    private var action: String { URLPath.of("detections", detection.id.rawValue, "label") }

    private var hidden: Markup {
        """
        <input type="hidden" name="form" value="\(formToken)"><input type="hidden" name="page" value="\(page.rawValue)">
        """
    }
}
