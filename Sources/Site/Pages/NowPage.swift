import Store
import Vocabulary

/// The page Now: what is before the cameras, what came, what was done about it, and whether all is well.
struct NowPage: Sendable {
    let data: NowData
    /// Each block's markup, made once: the page and `/live` are put together from them.
    private let blocks: [Block: Markup]

    /// Makes every block.
    init(data: NowData) {
        self.data = data
        blocks = Dictionary(uniqueKeysWithValues: Block.allCases.map { ($0, $0.markup(of: data)) })
    }

    /// The blocks that `/live` sends anew; their order is that of the page.
    enum Block: String, CaseIterable {
        case state, head, notes, frames, arm, strip, visits, last, changes, latency, keep
    }

    /// The whole page.
    func markup(flash: Flash?) -> Markup {
        let content: Markup = """
            \(flash.map { "<div role=\"status\">\($0.markup)</div>" as Markup })\
            <div class="head" data-block="head">\(inner(.head))</div>
            <div class="stack" data-block="notes">\(inner(.notes))</div>
            <section aria-labelledby="h-live">
            <h2 id="h-live" class="vh">Newest photos</h2>
            <div class="frames" data-block="frames">\(inner(.frames))</div>
            <p class="small soft live" role="status"><span>\(word)</span></p>
            </section>
            <form class="selbar panel arm" id="armed" method="post" action="/armed" data-block="arm">\(inner(.arm))</form>
            <div class="cols">
            <div>
            <section aria-labelledby="h-24">
            <h2 id="h-24">Last 24 hours</h2>
            <figure class="panel" data-block="strip">\(inner(.strip))</figure>
            </section>
            <section aria-labelledby="h-visits">
            <h2 id="h-visits">Visits</h2>
            <div data-block="visits">\(inner(.visits))</div>
            </section>
            </div>
            <div>
            <section aria-labelledby="h-last">
            <h2 id="h-last">Actions</h2>
            <div data-block="last">\(inner(.last))</div>
            </section>
            <section aria-labelledby="h-changes">
            <h2 id="h-changes">Changes</h2>
            <div data-block="changes">\(inner(.changes))</div>
            </section>
            <section aria-labelledby="h-latency">
            <h2 id="h-latency">In time</h2>
            <div class="stack" data-block="latency">\(inner(.latency))</div>
            </section>
            <section aria-labelledby="h-keep">
            <h2 id="h-keep">Health</h2>
            <div class="stack" data-block="keep">\(inner(.keep))</div>
            </section>
            </div>
            </div>

            """
        return Layout(title: "Now", state: inner(.state), content: content, isNow: true, isLive: true).markup
    }

    /// What `/live` answers: each block anew, for the script to put in its place.
    var live: Markup {
        var result = Markup.empty
        for block in Block.allCases {
            result += "<template data-block=\"\(block.rawValue)\">\(inner(block))</template>\n"
        }
        return result
    }

    /// The spoken line: changes only when something happened, because a screen reader reads each change out.
    var word: String {
        let late =
            missedCount == 0 ? "No photo late since yesterday." : "\(Words.count(missedCount)) late since yesterday."
        guard let visit = data.visits.first else { return "Live. Nothing seen yet. \(late)" }
        let seen =
            "\(Words.capitalised(visit.label)), \(visit.source), \(data.time.short(visit.started, now: data.now))"
        return "Live. Last seen: \(seen). \(late)"
    }

    private var missedCount: Int { data.missedCount }

    private func inner(_ block: Block) -> Markup { blocks[block] ?? .empty }

    /// Armed and health, at the top of every page.
    var state: Markup { inner(.state) }
}

extension NowPage.Block {
    fileprivate func markup(of data: NowData) -> Markup {
        switch self {
        case .state: state(of: data)
        case .head: NowHead(data: data).markup
        case .notes: Notes.of(data).reduce(.empty) { $0 + $1.markup }
        case .frames: NowFrames(data: data).markup
        case .arm: ArmBar(armed: data.status.armed, actions: data.status.actions, data: data).markup
        case .strip: DayStrip(data: data).markup
        case .visits: NowVisits(data: data).markup
        case .last: NowActions(data: data).markup
        case .changes: NowChanges(data: data).markup
        case .latency: NowLatency(data: data).markup
        case .keep: NowHealth(data: data).markup
        }
    }

    private func state(of data: NowData) -> Markup {
        let faults = Notes.of(data).filter { $0.tone == .fault }.count
        let isArmed = data.status.armed.isArmed(at: data.now)
        let dot: Markup = isArmed ? "" : " off"
        let bad: Markup = faults > 0 ? " bad" : ""
        let word = faults == 0 ? "All well" : Words.count(faults, "problem", "problems")
        return """
            <a href="/#armed"><span class="dot\(dot)"></span>\(isArmed ? "Armed" : "Off")</a>\
            <a href="/#h-keep"><span class="dot\(bad)"></span>\(word)</a>
            """
    }
}
