import Store
import Vocabulary

/// The last changes that people made: who, what, old and new, when.
struct NowChanges {
    let data: NowData

    var markup: Markup {
        guard !data.changes.isEmpty else {
            return "<p class=\"soft\">Nobody has changed anything yet. What people do here is listed.</p>"
        }
        let rows = data.changes.reduce(Markup.empty) { $0 + row($1) }
        return """
            <ol class="rows panel log">\(rows)</ol>
            <p class="small soft"><a href="/api/v1/audit">All as JSON</a></p>
            """
    }

    private func row(_ item: AuditItem) -> Markup {
        let entry = item.entry
        let time = data.time.element(entry.time, data.time.short(entry.time, now: data.now))
        let difference: Markup? = difference(entry).map { "<br><span class=\"soft\">\($0)</span>" }
        return """
            <li><div class="row"><span class="mini">\(entry.deed.icon.markup)</span>\
            <p class="small">\(entry.deed.words(entry.subject)), \(NowChanges.who(entry.asker)).\(difference)</p>\
            \(time)</div></li>

            """
    }

    private func difference(_ entry: AuditEntry) -> String? {
        switch (entry.before.map(local), entry.after.map(local)) {
        case (nil, nil): nil
        case (nil, let after?): after
        case (let before?, nil): "was \(before)"
        case (let before?, let after?): "\(before) \u{2192} \(after)"
        }
    }

    /// The words of a state, with the time it ends at as clocks show it.
    private func local(_ words: String) -> String {
        guard let blank = words.lastIndex(of: " "), let end = Instant(String(words[words.index(after: blank)...]))
        else {
            return words
        }
        return "\(words[...blank])\(data.time.short(end, now: data.now))"
    }

    /// `from 192.168.1.7, by the page, with the token`.
    private static func who(_ asker: Asker) -> String {
        let way =
            switch asker.way {
            case .page: "on the page"
            case .program: "by a program"
            case .commandLine: "on the command line"
            case .signal: "by a signal"
            }
        let place = asker.address.map { ", from \($0)" } ?? ""
        return way + place + (asker.hasToken ? ", with the token" : "")
    }
}

extension AuditEntry.Deed {
    fileprivate var icon: Icon {
        switch self {
        case .arm: .check
        case .disarm: .hold
        case .correct: .pencil
        case .actionTest: .fire
        case .reload, .promote, .rollback: .file
        }
    }

    fileprivate func words(_ subject: String?) -> String {
        let subject = subject ?? ""
        return switch self {
        case .arm: "Armed"
        case .disarm: "Switched off"
        case .correct: "Label put right (\(subject))"
        case .reload: "Settings taken"
        case .actionTest: "\(Words.capitalised(subject)) tried"
        case .promote: "\(subject) promoted"
        case .rollback: "Rolled back to \(subject)"
        }
    }
}
