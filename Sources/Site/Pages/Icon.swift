/// The symbols of the pages: drawn here once, put into each page that uses them, so that nothing is loaded for them.
enum Icon: String, CaseIterable {
    case alert, camera, check, cross, feed, file, fire, hold, left, light, now, pencil, send

    /// The symbol where it is used; `aria-hidden`: a word always stands beside it.
    var markup: Markup { "<svg class=\"i\" aria-hidden=\"true\"><use href=\"#\(rawValue)\"/></svg>" }

    /// All symbols, for the top of a page.
    static let sheet: Markup = {
        let symbols = allCases.map { icon -> Markup in
            "<symbol id=\"\(icon.rawValue)\" viewBox=\"0 0 24 24\">\(icon.drawing)</symbol>"
        }
        return "<svg hidden>\(symbols)</svg>"
    }()

    private var drawing: Markup {
        switch self {
        case .alert: "<path d=\"M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.1\"/>"
        case .camera:
            "<path d=\"M4 7.5h3.5l1.5-2.5h6l1.5 2.5H20v11H4z\"/><circle cx=\"12\" cy=\"13\" r=\"3.3\"/>"
        case .check: "<path d=\"m5 12.5 4.5 4.5L19 7.5\"/>"
        case .cross: "<path d=\"m6.5 6.5 11 11m0-11-11 11\"/>"
        case .feed:
            "<path d=\"M5 11.5a7.5 7.5 0 0 1 7.5 7.5M5 5a14 14 0 0 1 14 14\"/><circle cx=\"6\" cy=\"18\" r=\"1\"/>"
        case .file: "<path d=\"M6 3.5h8l4.5 4.5v12.5H6z\"/>"
        case .fire: "<path d=\"M12 3.5s6.5 6.6 6.5 11a6.5 6.5 0 0 1-13 0c0-4.4 6.5-11 6.5-11z\"/>"
        case .hold: "<path d=\"M8.5 6v12M15.5 6v12\"/>"
        case .left: "<path d=\"M14.5 5.5 8 12l6.5 6.5\"/>"
        case .light:
            "<path d=\"M9.5 20.5h5M8.8 16.5c-1.9-1.2-3.3-3-3.3-5.5a6.5 6.5 0 0 1 13 0c0 2.5-1.4 4.3-3.3 5.5z\"/>"
        case .now: "<circle cx=\"12\" cy=\"12\" r=\"8.5\"/><circle cx=\"12\" cy=\"12\" r=\"3\"/>"
        case .pencil: "<path d=\"m4 20 1-4.5L16.5 4 20 7.5 8.5 19z\"/>"
        case .send: "<path d=\"M20.5 3.5 10 14M20.5 3.5 14 20.5 10 14l-6.5-4z\"/>"
        }
    }

    /// The rooster beside its name; its eye is a lens.
    static let mark: Markup = """
        <svg viewBox="0 0 32 32" aria-hidden="true">\
        <path class="c" d="M5.2 12.6C2.6 8.9 6.4 4.9 9.6 7 9.5 2.7 15.5 1.4 17.2 5.2 20.1 2.8 24.3 5.6 22.7 9.6z"/>\
        <path class="b" d="M22.8 14.8 31 19.3l-8 3.9z"/>\
        <path class="c" d="M20.6 24.3c3.6.4 4.4 6.2 1.2 6.6-2.7.3-3.7-2.5-3.5-4.9z"/>\
        <path class="k" fill-rule="evenodd" d="M14 9.2a9.8 9.8 0 1 1 0 19.6 9.8 9.8 0 0 1 0-19.6zm0 4.1a5.7 5.7 0 1 0 \
        0 11.4 5.7 5.7 0 0 0 0-11.4z"/><circle class="k" cx="14" cy="19" r="2.7"/></svg>
        """
}
