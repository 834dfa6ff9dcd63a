import Store
import Vocabulary

/// Model, cameras, disk, channels, broken photos: the facts behind "All well".
struct NowHealth {
    let data: NowData

    var markup: Markup {
        """
        <dl class="facts panel">
        \(fact("Newest photo", newest, cameras))
        \(fact("Waiting", Words.count(data.status.backlog), "photos in the queue"))
        \(fact("Disk", share, "of \(Words.bytes(data.status.limits.budget)) for photos"))
        \(fact("Messages", Words.count(pending), pending == 0 ? "none waiting" : "waiting to be sent"))
        </dl>
        <dl class="kv panel">
        \(row("Model", "<code>\(data.status.model.id.description)</code>"))
        \(data.status.otherModels.roles.map { row(Words.capitalised($0.role.rawValue), "<code>\($0.id.description)</code>") })\
        \(data.status.sources.map(sourceRow))\(data.status.channels.map(channelRow))\
        \(row("Free", "\(Words.bytes(data.disk.free)) on the disk"))
        \(row("Settings", settings))
        \(row("Rooster", version))
        </dl>
        \(broken)
        """
    }

    private func fact(_ name: String, _ value: String, _ note: String) -> Markup {
        "<div><dt>\(name)</dt><dd>\(value)</dd><dd>\(note)</dd></div>"
    }

    private func row(_ name: String, _ value: Markup) -> Markup { "<div><dt>\(name)</dt><dd>\(value)</dd></div>" }

    private var newest: String {
        let times = data.frames.map(\.time) + data.status.sources.compactMap(\.newest)
        return times.max().map { Words.ago($0, now: data.now).replacingSuffix(" ago", with: "") } ?? "none"
    }

    private var cameras: String {
        let all = data.status.sources.count
        let well = data.status.sources.filter { !$0.state.isTrouble }.count
        return "\(well) of \(Words.count(all, "camera", "cameras")) well"
    }

    private var share: String { "\(min(999, Int((data.budgetShare * 100).rounded())))\u{A0}%" }

    private var pending: Int { data.outbox.values.reduce(0) { $0 + ($1[.pending] ?? 0) } }

    private func sourceRow(_ source: ApplianceStatus.Source) -> Markup {
        let tone: Markup = source.state.isTrouble ? " fault" : source.state == .well ? " well" : ""
        let words =
            source.conditions.isEmpty
            ? source.sentence ?? "\(Words.count(source.frames, "photo", "photos")) since the start." : ""
        let state: Markup =
            source.conditions.isEmpty || source.state == .missing
            ? "<span class=\"tag\(tone)\">\(source.state.word)</span> \(words) " : .empty
        return row(
            Words.capitalised(source.name),
            "\(source.conditions.map(condition))\(state)<span class=\"soft\"><code>\(source.directory)</code></span>")
    }

    /// What is the matter with a camera, since when, and the photo that shows it.
    private func condition(_ condition: ConditionReport) -> Markup {
        let tone: Markup = condition.condition.isTrouble ? " fault" : ""
        let since = data.time.element(condition.since, data.time.short(condition.since, now: data.now))
        let picture: Markup? = data.picture(of: condition).flatMap { path in
            condition.frame.map { frame in
                """
                <a class="proof" href="\(path)"><img src="\(frame.thumbnailPath)" \
                alt="Photo of \(condition.source), \(condition.condition.word)" width="96" height="72"></a>
                """
            }
        }
        return """
            <div class="cond"><p><span class="tag\(tone)">\(condition.condition.word)</span> since \(since). \
            \(Words.sentence(condition.detail))</p>\(picture)</div>
            """
    }

    private func channelRow(_ channel: ApplianceStatus.Channel) -> Markup {
        let states = data.outbox[channel.name] ?? [:]
        let given = (states[.expired] ?? 0) + (states[.failed] ?? 0) + (states[.limited] ?? 0)
        var words = "\(Words.count(states[.delivered] ?? 0)) sent, \(Words.count(states[.pending] ?? 0)) waiting"
        if given > 0 { words += ", \(Words.count(given)) given up" }
        let tag: Markup =
            channel.trouble == nil ? "<span class=\"tag well\">well</span>" : "<span class=\"tag fault\">trouble</span>"
        return row(Words.capitalised(channel.name), "\(tag) \(channel.kind), \(words). \(channel.trouble ?? "")")
    }

    private var settings: Markup {
        guard let path = data.status.settings.path else { return "None; the presets are in force." }
        let since = data.status.settings.loaded.map { ", taken \(data.time.short($0, now: data.now))" } ?? ""
        return "<code>\(path)</code>\(since)"
    }

    private var version: Markup {
        let build = data.status.build
        return """
            \(build.version) <span class="soft">(\(build.commit), \(build.instructionSet))</span>, up \
            \(Words.ago(data.status.started, now: data.now).replacingSuffix(" ago", with: "")), \
            \(Words.bytes(data.status.resident)) of memory
            """
    }

    private var broken: Markup? {
        guard !data.broken.isEmpty else { return nil }
        let rows = data.broken.reduce(Markup.empty) { $0 + brokenRow($1) }
        let count = max(data.deadlines.quarantined, data.broken.count)
        return """
            <details><summary class="line">\(Words.count(count, "photo", "photos")) could not be read</summary>
            <ol class="rows panel">\(rows)</ol></details>
            """
    }

    private func brokenRow(_ frame: FrameItem) -> Markup {
        """
        <li><div class="row"><span class="mini no">\(Icon.file.markup)</span>\
        <p class="small"><code>\(frame.path)</code><br>\(Words.sentence(frame.reason ?? "not readable"))</p>\
        \(data.time.element(frame.time, data.time.short(frame.time, now: data.now)))</div></li>

        """
    }
}

extension String {
    fileprivate func replacingSuffix(_ suffix: String, with other: String) -> String {
        hasSuffix(suffix) ? dropLast(suffix.count) + other : self
    }
}
