import Foundation
public import Models
import Vocabulary

/// `--report`: how good a version is, on one page that needs nothing else.
public struct EvaluationPage {
    private let version: ModelVersion
    private let files: [String: String]

    /// - Parameter files: where the photos lie, by path as given.
    public init(version: ModelVersion, files: [String: String]) {
        self.version = version
        self.files = files
    }

    /// Writes the page.
    public func write(to path: String) throws {
        try Data(html(try version.evaluation()).utf8).write(to: URL(filePath: path), options: .atomic)
    }

    private func html(_ evaluation: Evaluation?) -> String {
        let body = evaluation.map(sections) ?? "<p>The photos are from too few occasions to judge it.</p>"
        return ReportPage.html(
            title: "\(version.id): how good is it?", body: "<p>\(ReportPage.escaped(origin))</p>\(body)")
    }

    private var origin: String {
        let photos = version.manifest.photos
        let parent = version.manifest.parent.map { " on the network of \($0)" } ?? ""
        return "Taught\(parent) with \(photos?.count ?? 0) photos of \(version.labels.count) labels on "
            + "\(version.manifest.created.description.prefix(10)). Digest \(version.digest.prefix(12))."
    }

    private func sections(_ evaluation: Evaluation) -> String {
        """
        \(evaluation.optimistic.map { "<p class=\"careful\">\(escaped($0)).</p>" } ?? "")
        <p>Each photo was answered by a head that had not seen it, nor any other photo of its occasion
        (\(evaluation.groups) occasions, \(evaluation.folds) parts). In brackets: what 95 of 100 such measurements allow.</p>
        <table>
        \(row("right", share(evaluation.accuracy)))
        \(row("mean over labels", percent(evaluation.balancedAccuracy)))
        \(row("log loss", number(evaluation.logLoss, 3)))
        \(row("Brier score", number(evaluation.brier, 3)))
        \(row("calibration error", "\(percent(evaluation.calibrationError)); a perfect head shows \(percent(evaluation.calibrationFloor))"))
        \(row("mean confidence less accuracy", "\(number(100 * evaluation.confidenceGap, 1)) points"))
        \(evaluation.accepted.map { row("known photos not called unknown", share($0)) } ?? "")
        \(evaluation.unknownArea.map { row("AUROC of unknown, labels left out", percent($0)) } ?? "")
        </table>
        <h2>Do its probabilities mean what they say?</h2>
        \(reliability(evaluation.reliability))
        <h2>Labels</h2><div class="scroll">\(labels(evaluation))</div>
        <h2>What is taken for what</h2><div class="scroll">\(matrix(evaluation))</div>
        <h2>Photos to look at again</h2>
        <p>Their labels are the least likely by the answers: likely wrong labels first. Nothing was changed.</p>
        \(evaluation.doubts.map(figure).joined(separator: "\n"))
        """
    }

    private func row(_ name: String, _ value: String) -> String { "<tr><td>\(name)</td><td>\(value)</td></tr>" }

    private func labels(_ evaluation: Evaluation) -> String {
        let rows = evaluation.labels.map { label in
            let threshold = label.threshold.map {
                "\($0.probability) (precision \(percent($0.precision)), recall \(percent($0.recall)))"
            }
            let cells = [
                "\(label.photos)", "\(label.groups)", label.precision.map(share) ?? "can't be judged",
                label.recall.map(share) ?? "", threshold ?? "",
            ]
            return "<tr><td>\(escaped(label.label))</td>" + cells.map { "<td>\($0)</td>" }.joined() + "</tr>"
        }
        return "<table><tr><th>label</th><th>photos</th><th>occasions</th><th>precision</th><th>recall</th>"
            + "<th>probability for the precision asked for</th></tr>" + rows.joined(separator: "\n") + "</table>"
    }

    /// Only while it fits a screen.
    private func matrix(_ evaluation: Evaluation) -> String {
        guard evaluation.labels.count <= 40 else {
            return "<p>\(evaluation.labels.count) labels: too many to draw.</p>"
        }
        let names = evaluation.labels.map { escaped($0.label) }
        let head = "<tr><th>is \\ answered</th>" + names.map { "<th>\($0)</th>" }.joined() + "</tr>"
        let rows = zip(names, evaluation.confusion).enumerated().map { place, pair in
            let total = max(1, pair.1.reduce(0, +))
            let cells = pair.1.enumerated().map { column, count -> String in
                let strength = Double(count) / Double(total)
                let colour = column == place ? "40,160,80" : "210,60,40"
                return
                    "<td style=\"background:rgba(\(colour),\(number(strength, 2)))\">\(count == 0 ? "" : "\(count)")</td>"
            }
            return "<tr><td>\(pair.0)</td>" + cells.joined() + "</tr>"
        }
        return "<table class=\"matrix\">" + head + rows.joined(separator: "\n") + "</table>"
    }

    /// Confidence across, share of right answers up; a perfect head lies on the line.
    private func reliability(_ bins: [Evaluation.Bin]) -> String {
        let side = 260.0
        let most = Double(max(1, bins.map(\.photos).max() ?? 1))
        let dots = bins.map { bin in
            let radius = 3 + 9 * (Double(bin.photos) / most).squareRoot()
            return "<circle cx=\"\(number(side * bin.confidence, 1))\" cy=\"\(number(side * (1 - bin.accuracy), 1))\" "
                + "r=\"\(number(radius, 1))\" fill=\"#28a05099\"><title>\(bin.photos) photos: says "
                + "\(percent(bin.confidence)), right \(percent(bin.accuracy))</title></circle>"
        }
        return """
            <svg viewBox="-40 -15 320 320" width="340" role="img" aria-label="Share of right answers by confidence" \
            font-size="12" fill="currentColor">
            <rect width="260" height="260" fill="none" stroke="currentColor"/>
            <path d="M0 260 L260 0" stroke="currentColor" stroke-dasharray="4"/>
            \(dots.joined())
            <text x="70" y="285">what it says, 0 to 100 %</text>
            <text transform="translate(-12 200) rotate(-90)">how often it is right</text></svg>
            """
    }

    private func figure(_ doubt: Evaluation.Doubt) -> String {
        let words =
            "says <b>\(escaped(doubt.label))</b> (\(percent(doubt.probability))), looks like "
            + "<b>\(escaped(doubt.predicted))</b>"
        return "<figure>\(picture(doubt.path))<figcaption>\(escaped(doubt.path))<br>\(words)</figcaption></figure>"
    }

    private func picture(_ path: String) -> String { files[path].map(ReportPage.picture) ?? "" }

    private func share(_ share: Evaluation.Share) -> String {
        "\(percent(share.value)) (\(percent(share.low)) to \(percent(share.high)))"
    }

    private func percent(_ value: Double) -> String { "\(number(100 * value, 1)) %" }

    private func number(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", locale: Locale(identifier: "en_US_POSIX"), value)
    }

    private func escaped(_ text: String) -> String { ReportPage.escaped(text) }
}
