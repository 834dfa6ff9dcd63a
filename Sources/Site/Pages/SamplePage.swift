import Store
import Vocabulary

/// Photos in which no rule saw anything and that were kept for labelling: near misses and a few of the others.
struct SamplePage {
    let frames: [FrameItem]
    /// What every page shows at its top, and what it knows.
    let now: NowPage
    private var data: NowData { now.data }

    /// How many photos the page shows; those that were labelled make room for others.
    static let shown = 24

    func markup(flash: Flash?) -> Markup {
        let options = data.status.model.labels.reduce(Markup.empty) { $0 + "<option value=\"\($1)\"></option>" }
        let photos =
            frames.isEmpty
            ? "<p class=\"soft\">None now. Of the photos in which nothing was seen some are kept here each day.</p>"
            : frames.reduce(Markup.empty) { $0 + photo($1) }
        let content: Markup = """
            \(flash.map { "<div role=\"status\">\($0.markup)</div>" as Markup })\
            <div class="head"><h1>To label</h1>
            <p class="lede">No rule saw anything in these photos. Say what is there: what Rooster overlooked teaches it \
            most, and so does what it nearly took for something.</p></div>
            <datalist id="labels"><option value="\(LabelForm.nothing)"></option>\(options)</datalist>
            <div class="frames">\(photos)</div>

            """
        return Layout(title: "To label", state: now.state, content: content, isNow: false).markup
    }

    private func photo(_ frame: FrameItem) -> Markup {
        let name = "Photo of \(frame.source), \(data.time.second(frame.time))"
        let picture: Markup =
            frame.hasPicture || frame.hasThumbnail
            ? """
            <img src="\(frame.id.thumbnailPath)" alt="\(name)" width="320" height="240" loading="lazy">
            """ : Icon.camera.markup
        let said =
            frame.best.map { "\(Words.capitalised($0.label)) \(Words.probability($0.probability))" } ?? "No answer"
        let rules = frame.nearMisses.joined(separator: ", ")
        let near: Markup? = rules.isEmpty ? nil : "<span>nearly: \(rules)</span>"
        let field = "l-\(frame.id.rawValue)"
        return """
            <figure><a href="\(frame.id.picturePath)"><div class="shot">\(picture)</div></a>
            <figcaption><span class="verdict">\(said)</span>
            <span class="meta"><span>\(Words.capitalised(frame.source))</span>\(near)\
            <span>\(data.time.element(frame.time, data.time.short(frame.time, now: data.now)))</span></span>
            <form class="pair" method="post" action="\(URLPath.of("frames", frame.id.rawValue, "label"))">\
            <input type="hidden" name="form" value="\(data.formToken)">\
            <div class="field"><label for="\(field)">It is</label>\
            <input id="\(field)" name="label" list="labels" required maxlength="100" autocomplete="off"></div>\
            <button>Save</button></form></figcaption></figure>

            """
    }
}
