import Foundation
import Training
import Vocabulary

/// `rooster models compare --report`: where two versions differ, with pictures.
public struct ComparisonPage {
    private let differences: [Comparison.Difference]
    private let summary: Comparison.Summary

    /// - Parameter differences: in the order in which they are shown.
    public init(_ differences: [Comparison.Difference], _ summary: Comparison.Summary) {
        self.differences = differences
        self.summary = summary
    }

    /// Writes the page.
    public func write(to path: String) throws {
        try Data(html.utf8).write(to: URL(filePath: path), options: .atomic)
    }

    private var html: String {
        let lines = summary.description.split(separator: "\n").map { "<p>\(ReportPage.escaped(String($0)))</p>" }
        let figures = differences.map { difference in
            func words(_ id: String, _ label: String, _ probability: Double) -> String {
                "<br>\(ReportPage.escaped(id)): <b>\(ReportPage.escaped(label))</b> \(Words.probability(probability))"
            }
            let truth = difference.correction.map { "<br>it was <b>\(ReportPage.escaped($0))</b>" } ?? ""
            return "<figure>\(difference.picture.map(ReportPage.picture) ?? "no picture")<figcaption>"
                + ReportPage.escaped("\(difference.time) \(difference.source) \(difference.region)")
                + words("\(summary.first)", difference.first.label, difference.first.probability)
                + words("\(summary.second)", difference.second.label, difference.second.probability)
                + "\(truth)</figcaption></figure>"
        }
        return ReportPage.html(
            title: "\(summary.first) and \(summary.second): where do they differ?",
            body: lines.joined(separator: "\n") + "<h2>Differences, the greatest first</h2>"
                + figures.joined(separator: "\n"))
    }
}
