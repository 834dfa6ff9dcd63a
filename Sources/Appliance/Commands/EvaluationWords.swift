import Foundation
public import Models

/// How good a version is, for people.
public struct EvaluationWords {
    private let evaluation: Evaluation

    /// - Parameter evaluation: of a version.
    public init(_ evaluation: Evaluation) { self.evaluation = evaluation }

    /// A few sentences and a table.
    public var text: String {
        var lines = [
            "right on \(percent(evaluation.accuracy)) of \(Words.count(evaluation.photos, "photo")) from "
                + Words.count(evaluation.groups, "occasion")
                + (evaluation.folds > 0 ? ", each judged by a head that had not seen it" : ""),
            "log loss \(number(evaluation.logLoss)), Brier \(number(evaluation.brier)), calibration error "
                + "\(number(100 * evaluation.calibrationError)) % (a perfect one shows "
                + "\(number(100 * evaluation.calibrationFloor)) % with so many photos)",
        ]
        if let accepted = evaluation.accepted {
            lines.append("\(percent(accepted)) of the known photos are not called unknown")
        }
        if let area = evaluation.unknownArea {
            lines.append("labels left out are told from known ones with an AUROC of \(number(100 * area)) %")
        }
        if let words = evaluation.optimistic { lines.append("careful: \(words)") }
        lines.append(table)
        if !evaluation.doubts.isEmpty {
            lines.append("most doubtful photos, likely wrong labels first:")
            lines += evaluation.doubts.prefix(10).map {
                "  \($0.path): says \($0.label) (\(number(100 * $0.probability)) %), looks like \($0.predicted)"
            }
        }
        return lines.joined(separator: "\n")
    }

    private var table: String {
        let width = max(8, (evaluation.labels.map(\.label.count).max() ?? 0) + 2)
        let hasThresholds = evaluation.labels.contains { $0.threshold != nil }
        var rows = [
            "label".padding(width) + "photos".padding(8) + "precision".padding(24) + "recall".padding(24)
                + (hasThresholds ? "probability for the precision asked for" : "")
        ]
        for label in evaluation.labels {
            let threshold = label.threshold.map {
                "\($0.probability) (precision \(number(100 * $0.precision)) %, recall \(number(100 * $0.recall)) %)"
            }
            rows.append(
                label.label.padding(width) + "\(label.photos)".padding(8)
                    + (label.precision.map(percent) ?? "can't be judged").padding(24)
                    + (label.recall.map(percent) ?? "").padding(24) + (threshold ?? ""))
        }
        return rows.joined(separator: "\n")
    }

    private func percent(_ share: Evaluation.Share) -> String {
        "\(number(100 * share.value)) % (\(number(100 * share.low)) to \(number(100 * share.high)))"
    }

    private func number(_ value: Double) -> String {
        String(format: value < 10 ? "%.2f" : "%.1f", value)
    }
}
