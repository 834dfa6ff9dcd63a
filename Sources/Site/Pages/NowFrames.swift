import Store
import Vocabulary

/// The newest photo of each camera with its verdict and age.
struct NowFrames {
    let data: NowData

    var markup: Markup {
        guard !data.status.sources.isEmpty || !data.frames.isEmpty else {
            return "<p class=\"soft\">No camera is set up. Name its directory under sources in the settings.</p>"
        }
        let byName = Dictionary(data.frames.map { ($0.source, $0) }) { first, _ in first }
        let configured = data.status.sources.map { figure($0, byName[$0.name]) }
        return configured.isEmpty ? data.frames.reduce(.empty) { $0 + photo($1, nil) } : configured.reduce(.empty, +)
    }

    private func figure(_ source: ApplianceStatus.Source, _ frame: FrameItem?) -> Markup {
        if let frame { return photo(frame, source) }
        let isMissing = source.state == .missing
        let words = isMissing ? "Its directory is not there" : "No photo yet"
        return """
            <figure><div class="shot none">\(Icon.camera.markup)</div>
            <figcaption><span class="verdict">\(words)</span>
            <span class="meta"><span>\(Words.capitalised(source.name))</span>\
            <span><code>\(source.directory)</code></span></span></figcaption></figure>

            """
    }

    private func photo(_ frame: FrameItem, _ source: ApplianceStatus.Source?) -> Markup {
        let best = frame.best
        let label =
            best.map { Words.capitalised($0.label) } ?? (frame.state == .quarantined ? "Not readable" : "No answer")
        let isStale = source?.state.isStale ?? false
        // A frozen camera goes on sending: what counts is since when it shows nothing new.
        let since = source?.state == .frozen ? source?.since ?? frame.time : frame.time
        let stale: Markup = isStale ? " stale" : ""
        let name = Words.capitalised(frame.source)
        let picture: Markup =
            frame.hasPicture || frame.hasThumbnail
            ? """
            <img src="\(frame.id.thumbnailPath)" alt="\(label), newest photo of \(name)" width="320" height="240">
            """ : Icon.camera.markup
        let none: Markup = frame.hasPicture || frame.hasThumbnail ? "" : " none"
        let probability: Markup? = best.map { "<span class=\"p\">\(Words.probability($0.probability))</span>" }
        let verdict: Markup =
            isStale
            ? """
            <span class="verdict">\(Words.capitalised(source?.state.word ?? ""))</span> \
            <span class="tag fault">\(Icon.alert.markup)\(Words.ago(since, now: data.now))</span>
            """ : "<span class=\"verdict\">\(label) \(probability)</span>\(tag(source))"
        let last: Markup? = isStale ? " <span>last photo: \(label)</span>" : nil
        let content: Markup = """
            <div class="shot\(stale)\(none)">\(picture)</div>
            <figcaption>\(verdict)
            <span class="meta"><span>\(name)</span>\(last)\(slow(frame))\
            \(isStale ? nil : age(frame))</span></figcaption>
            """
        let link: Markup = frame.hasPicture ? "<a href=\"\(frame.id.picturePath)\">\(content)</a>" : content
        return "<figure>\(link)</figure>\n"
    }

    /// What is the matter with the camera, where its photos are fresh nevertheless.
    private func tag(_ source: ApplianceStatus.Source?) -> Markup? {
        guard let source, let worst = source.conditions.first else { return nil }
        let tone: Markup = worst.condition.isTrouble ? " fault" : ""
        return " <span class=\"tag\(tone)\">\(worst.condition.word)</span>"
    }

    private func age(_ frame: FrameItem) -> Markup? {
        "<span>\(data.time.element(frame.time, Words.ago(frame.time, now: data.now)))</span>"
    }

    /// The time the answer took, where it took too long.
    private func slow(_ frame: FrameItem) -> Markup? {
        guard let latency = frame.latency, frame.missed != nil else { return nil }
        return """
            <span class="tag fault">\(Words.duration(milliseconds: latency)) of \
            \(Words.duration(milliseconds: frame.deadline))</span>
            """
    }
}
