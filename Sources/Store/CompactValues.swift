import Foundation
import Vocabulary

/// Probabilities as bytes: pairs of little-endian 16-bit numbers (index of the label, probability × 50 000), best first.
///
/// Kept are labels from a thousandth on, at least five and at most 256. A network trained with smoothed labels never
/// says 0: even a clear answer has hundreds of labels of 0.0001, which say nothing by themselves. What is left out is
/// one number, spread evenly again when rules are tried on a record (docs/decisions/compact-predictions.md).
enum CompactProbabilities {
    static let leastEntries = 5
    static let mostEntries = 256
    static let leastProbability: Float = 0.001
    /// Four decimals come back as they were: 0.97 is read as 0.97.
    private static let unit: Float = 50_000

    static func bytes(_ probabilities: [Float]) -> Data {
        var entries: [(index: UInt16, probability: Float)] = []
        // Most of a thousand labels are far below: a first walk that copies little.
        for least in [leastProbability, 0.5 / unit] where entries.count < leastEntries {
            entries.removeAll(keepingCapacity: true)
            for (index, probability) in probabilities.enumerated() where probability >= least && probability.isFinite {
                if let index = UInt16(exactly: index) { entries.append((index, min(probability, 1))) }
            }
        }
        entries.sort { $0.probability == $1.probability ? $0.index < $1.index : $0.probability > $1.probability }
        var bytes = Data()
        bytes.reserveCapacity(min(entries.count, mostEntries) * 4)
        for (place, entry) in entries.prefix(mostEntries).enumerated() {
            if place >= leastEntries, entry.probability < leastProbability { break }
            let scaled = UInt16((entry.probability * unit).rounded())
            bytes.append(UInt8(truncatingIfNeeded: entry.index))
            bytes.append(UInt8(truncatingIfNeeded: entry.index >> 8))
            bytes.append(UInt8(truncatingIfNeeded: scaled))
            bytes.append(UInt8(truncatingIfNeeded: scaled >> 8))
        }
        return bytes
    }

    /// - Parameter most: no more than so many, best first.
    static func labels(_ bytes: Data, names: [String], most: Int = .max) -> [ScoredLabel] {
        let bytes = [UInt8](bytes)
        return stride(from: 0, to: bytes.count - 3, by: 4).prefix(most).compactMap { start in
            let index = Int(bytes[start]) | Int(bytes[start + 1]) << 8
            guard names.indices.contains(index) else { return nil }
            let scaled = Int(bytes[start + 2]) | Int(bytes[start + 3]) << 8
            return ScoredLabel(label: names[index], index: index, probability: Double(scaled) / Double(unit))
        }
    }
}

// Small lists are stored as lines of words, not as JSON: a page of 50 detections is read in a tenth of the time, and a
// person with a database tool can read it too.

/// The stages of a frame in milliseconds: `decode 3.12 infer 14.9`.
enum CompactTimings {
    static func text(_ timings: [Stage: Duration]) -> String {
        Stage.allCases.compactMap { stage in
            timings[stage].map { "\(stage.rawValue) \($0.storedMilliseconds)" }
        }.joined(separator: " ")
    }

    static func timings(_ text: String) -> [Stage: Double] {
        let words = text.split(separator: " ")
        var timings: [Stage: Double] = [:]
        for place in stride(from: 0, to: words.count - 1, by: 2) {
            guard let stage = Stage(rawValue: String(words[place])) else { continue }
            timings[stage] = finite(words[place + 1])
        }
        return timings
    }
}

/// What clauses said, a line each: `probability 1 0.97 of 0.60 needed`.
enum CompactTrace {
    static func text(_ trace: [ClauseOutcome]) -> String {
        trace.map { outcome in
            "\(outcome.clause.rawValue) \(outcome.passed ? 1 : 0) \(Lines.single(outcome.detail))"
        }.joined(separator: "\n")
    }

    static func outcomes(_ text: String) -> [ClauseOutcome] {
        Lines.fields(text, most: 3).compactMap { fields in
            guard let clause = Clause(rawValue: String(fields[0])) else { return nil }
            return ClauseOutcome(clause: clause, passed: fields[1] == "1", detail: String(fields[2]))
        }
    }
}

/// The most probable labels, a line each: `17 0.97 jay`.
enum CompactLabels {
    static func text(_ labels: [ScoredLabel]) -> String {
        labels.map { "\($0.index) \($0.probability) \(Lines.single($0.label))" }.joined(separator: "\n")
    }

    static func labels(_ text: String) -> [ScoredLabel] {
        Lines.fields(text, most: 3).compactMap { fields in
            guard let index = Int(fields[0]), let probability = finite(fields[1]) else { return nil }
            return ScoredLabel(label: String(fields[2]), index: index, probability: probability)
        }
    }
}

/// Names of labels or rules, a line each; empty ones keep their place.
enum CompactNames {
    static func text(_ names: [String]) -> String { names.map(Lines.single).joined(separator: "\n") }

    /// nil where there are none.
    static func textOrNone(_ names: [String]) -> String? {
        let text = text(names)
        return text.isEmpty ? nil : text
    }

    static func names(_ text: String) -> [String] {
        text.utf8.split(separator: 10, omittingEmptySubsequences: false).map { String(Substring($0)) }
    }
}

/// Left edge, upper edge, width and height, with blanks between.
enum CompactBox {
    static func text(_ box: Box) -> String { "\(box.x) \(box.y) \(box.width) \(box.height)" }

    static func box(_ text: String) -> Box? {
        let numbers = text.split(separator: " ").compactMap { finite($0) }
        guard numbers.count == 4 else { return nil }
        return Box(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
    }
}

/// A number that JSON has a word for: "inf" and "nan" in a damaged column must not make a page of it fail.
private func finite(_ text: Substring) -> Double? { Double(text).flatMap { $0.isFinite ? $0 : nil } }

private enum Lines {
    /// Without line breaks: whatever a label or a detail holds, it stays one line.
    static func single(_ text: String) -> String {
        text.utf8.contains { $0 == 10 || $0 == 13 } ? String(text.map { $0.isNewline ? " " : $0 }) : text
    }

    /// Exactly `most` fields a line, the last with whatever blanks it has; lines with fewer are left out.
    static func fields(_ text: String, most: Int) -> [[Substring]] {
        text.utf8.split(separator: 10).compactMap { line in
            let fields = line.split(separator: 32, maxSplits: most - 1, omittingEmptySubsequences: false)
            return fields.count == most ? fields.map(Substring.init) : nil
        }
    }
}
