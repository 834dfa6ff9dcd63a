import Store
import Vocabulary

/// Latency against the deadline: percentiles since the start, and what was missed in the last day, by cause.
struct NowLatency {
    let data: NowData

    var markup: Markup {
        let latency = data.status.latency
        guard latency.count > 0 else { return "<p class=\"soft\">No photo answered since the start.</p>\(missed)" }
        let allowed = data.status.sources.map(\.deadline).min()
        let most = allowed.map { "\(Words.duration($0)) allowed" } ?? ""
        return """
            <dl class="facts panel">
            <div><dt>Half within</dt><dd>\(Words.duration(latency.p50))</dd><dd>photo to answer</dd></div>
            <div><dt>95 of 100 within</dt><dd>\(Words.duration(latency.p95))</dd><dd>p95</dd></div>
            <div><dt>99 of 100 within</dt><dd>\(Words.duration(latency.p99))</dd><dd>\(most)</dd></div>
            <div><dt>Slowest</dt><dd>\(Words.duration(latency.most))</dd>\
            <dd>of \(Words.count(latency.count, "photo", "photos"))</dd></div>
            </dl>
            \(missed)
            """
    }

    private var missed: Markup {
        let answered = data.deadlines.answered
        let down = data.deadlines.notRunning
        let causes = data.deadlines.missed.sorted { ($0.value, $1.key.rawValue) > ($1.value, $0.key.rawValue) }
            .filter { $0.value > 0 }.map { "\(Words.count($0.value)) \($0.key.cause)" }
        let total = data.missedCount
        guard answered > 0 || down > 0 else { return .empty }
        let sentence =
            total == 0
            ? "None of \(Words.count(answered, "photo", "photos")) late since yesterday."
            : "\(Words.count(total)) of \(Words.count(answered)) late since yesterday: \(causes.joined(separator: ", "))."
        let away: Markup? = down > 0 ? " \(Words.count(down)) came while Rooster was down." : nil
        return "<p class=\"small soft\">\(sentence)\(away)</p>"
    }
}
