import Synchronization

/// A sentence for the page that follows a form, such as "Sprinkler started".
struct Flash: Hashable, Sendable {
    /// What kind of news.
    enum Tone: Sendable { case plain, warning, fault }

    var tone: Tone
    var icon: Icon
    /// The bold part.
    var title: String
    /// The rest.
    var text: String
    /// A button beside it.
    var link: (name: String, path: String)?

    init(_ tone: Tone, _ icon: Icon, _ title: String, _ text: String = "", link: (name: String, path: String)? = nil) {
        self.tone = tone
        self.icon = icon
        self.title = title
        self.text = text
        self.link = link
    }

    static func == (left: Flash, right: Flash) -> Bool {
        left.tone == right.tone && left.title == right.title && left.text == right.text
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(title)
        hasher.combine(text)
    }

    /// As it stands on the page.
    var markup: Markup {
        let tone: Markup =
            switch self.tone {
            case .plain: ""
            case .warning: " warn"
            case .fault: " bad"
            }
        let button: Markup? = link.map { "<a class=\"btn\" href=\"\($0.path)\">\($0.name)</a>" }
        return "<div class=\"flash\(tone)\">\(icon.markup)<p><strong>\(title)</strong> \(text)</p>\(button)</div>\n"
    }
}

/// Carries sentences from a form's answer to the page the browser is sent to, without cookies, and without letting an
/// address put words into our mouth: the address holds a number only.
final class Flashes: Sendable {
    private struct State {
        var next: UInt64 = .random(in: .min ... .max)
        var kept: [(id: UInt64, flash: Flash, until: ContinuousClock.Instant)] = []
    }

    private let state = Mutex(State())
    private let capacity = 32
    private let lifetime = Duration.seconds(60)

    /// Keeps a sentence for a minute.
    /// - Returns: what stands for it in an address.
    func keep(_ flash: Flash, now: ContinuousClock.Instant = .now) -> String {
        state.withLock { state in
            state.kept.removeAll { $0.until <= now }
            if state.kept.count >= capacity { state.kept.removeFirst() }
            state.next &+= 1
            state.kept.append((state.next, flash, now + lifetime))
            return String(state.next, radix: 36)
        }
    }

    /// The sentence an address stands for; nil where it is unknown or too old.
    func take(_ id: String, now: ContinuousClock.Instant = .now) -> Flash? {
        guard let number = UInt64(id, radix: 36) else { return nil }
        return state.withLock { state in state.kept.first { $0.id == number && $0.until > now }?.flash }
    }
}
