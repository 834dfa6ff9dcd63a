import Store
import Vocabulary

/// The last 24 hours as 96 bars: detections a quarter of an hour, with a dot where actions were started.
struct DayStrip {
    let data: NowData

    /// Bars stand on this line; shapes are in percent of the width, so that words keep their size.
    private static let ground = 72

    var markup: Markup {
        let quarters = data.quarterHours
        let most = quarters.map(\.detections).max() ?? 0
        let detections = quarters.reduce(0) { $0 + $1.detections }
        let actions = quarters.reduce(0) { $0 + $1.actions }
        var shapes = Markup.empty
        for (place, quarter) in quarters.enumerated() {
            if quarter.detections > 0 { shapes += bar(place, quarter.detections, of: most, in: quarters.count) }
        }
        for (place, quarter) in quarters.enumerated() where quarter.actions > 0 {
            shapes +=
                "<circle class=\"f-beak\" cx=\"\(percent(place * 2 + 1, quarters.count * 2))\" cy=\"10\" r=\"6\"/>"
        }
        let begin = quarters.first.map { data.time.short($0.start, now: data.now) } ?? ""
        let found =
            "\(Words.count(detections, "detection", "detections")), \(Words.count(actions, "action", "actions"))"
        return """
            <svg class="chart" height="94" role="img" aria-labelledby="strip-t">\
            <title id="strip-t">Detections by quarter hour over the last 24 hours: \(found). \(busiest)</title>\
            \(shapes)<line class="axis" x1="0" x2="100%" y1="\(DayStrip.ground)" y2="\(DayStrip.ground)"/>\
            <text x="0" y="89">\(begin)</text><text x="100%" y="89" text-anchor="end">now</text></svg>
            <ul class="key"><li><svg class="sw" aria-hidden="true"><rect class="f-mid" width="12" height="12" rx="3"/></svg>\
            \(Words.count(detections, "detection", "detections"))</li>\
            <li><svg class="sw" aria-hidden="true"><rect class="f-beak" width="12" height="12" rx="3"/></svg>\
            \(Words.count(actions, "action", "actions"))</li></ul>
            """
    }

    private var busiest: String {
        guard let best = data.quarterHours.max(by: { $0.detections < $1.detections }), best.detections > 0 else {
            return ""
        }
        return "Busiest from \(data.time.minute(best.start))."
    }

    private func bar(_ place: Int, _ value: Int, of most: Int, in count: Int) -> Markup {
        let height = max(6, 48 * value / max(most, 1))
        return """
            <rect class="f-mid" x="\(percent(place, count))" width="\(percent(8, count * 10))" \
            y="\(DayStrip.ground - height)" height="\(height)" rx="1"/>
            """
    }

    /// `part` of `whole` in hundredths of a percent.
    private func percent(_ part: Int, _ whole: Int) -> String {
        let hundredths = part * 10_000 / max(whole, 1)
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)%"
    }
}
