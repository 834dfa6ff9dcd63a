import HTTPTypes

/// What all pages share: head, top bar, navigation.
struct Layout {
    /// The title of the browser's window, before " · Rooster".
    var title: String
    /// The state at the top right: armed, health.
    var state: Markup
    /// The content of `main`.
    var content: Markup
    /// True on the page that is first in the navigation.
    var isNow: Bool
    /// True where the page keeps itself fresh.
    var isLive = false

    /// The whole page.
    var markup: Markup {
        let script: Markup? = isLive ? "<script type=\"module\" src=\"\(Asset.live.path)\"></script>\n" : nil
        let current: Markup? = isNow ? " aria-current=\"page\"" : nil
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
            <meta name="color-scheme" content="light dark">
            <title>\(title) · Rooster</title>
            <link rel="icon" href="\(Asset.mark.path)">
            <link rel="stylesheet" href="\(Asset.style.path)">
            <link rel="alternate" type="application/atom+xml" title="Visits (Atom)" href="/feed.atom">
            <link rel="alternate" type="application/feed+json" title="Visits (JSON Feed)" href="/feed.json">
            \(script)</head>
            <body class="app">
            <a class="skip" href="#main">Skip to content</a>
            \(Icon.sheet)
            <header class="top">
            <a class="brand" href="/">\(Icon.mark)Rooster</a>
            <div class="state" data-block="state">\(state)</div>
            </header>
            <nav class="nav" aria-label="Pages"><ul>
            <li class="group" aria-hidden="true">Watch</li>
            <li><a href="/"\(current)>\(Icon.now.markup) Now</a></li>
            <li><a href="/sample">\(Icon.pencil.markup) To label</a></li>
            <li class="group" aria-hidden="true">Follow</li>
            <li><a href="/feed.atom">\(Icon.feed.markup) Atom feed</a></li>
            <li><a href="/feed.json">\(Icon.feed.markup) JSON feed</a></li>
            </ul></nav>
            <main id="main" tabindex="-1">
            \(content)</main>
            </body>
            </html>

            """
    }
}

/// A page that says what went wrong.
enum ErrorPage {
    /// The page of a fault.
    static func markup(_ fault: SiteError) -> Markup {
        let content: Markup = """
            <div class="head"><h1>\(Words.capitalised(fault.status.reasonPhrase))</h1>
            <p class="lede">\(Words.sentence(fault.message))</p></div>
            <div class="acts"><a class="btn" href="/">Back to Now</a></div>

            """
        return Layout(title: fault.status.reasonPhrase, state: .empty, content: content, isNow: false).markup
    }
}
