import Vocabulary

/// The entry of a list of labels that a prediction supports best. Each entry is tested by itself: a label with its own
/// probability, a group with the sum of its labels', each once (DESIGN section 5).
struct Candidate {
    /// The entry as the settings name it: `jay`, `group:robbers`.
    var entry: String
    /// The entry's probability, 0 to 1.
    var probability: Double
    /// The best single label in the entry.
    var label: String

    /// The best entry; of equals the first.
    /// - Returns: nil where the version has none of the labels.
    /// - Complexity: O(entries × labels of the largest group).
    init?(of entries: [String], in prediction: Prediction, groups: [String: [String]]) {
        var best: Candidate?
        for entry in entries {
            guard let found = Candidate(entry, prediction, groups) else { continue }
            if let held = best, found.probability <= held.probability { continue }
            best = found
        }
        guard let best else { return nil }
        self = best
    }

    private init?(_ entry: String, _ prediction: Prediction, _ groups: [String: [String]]) {
        var sum = 0.0
        var top: (index: Int, probability: Double)?
        for index in prediction.labels.indices(of: entry, groups: groups) {
            let probability = prediction.probability(at: index)
            sum += probability
            if let held = top, probability <= held.probability { continue }
            top = (index, probability)
        }
        guard let top else { return nil }
        self.entry = entry
        probability = min(1, sum)
        label = prediction.labels.names[top.index]
    }
}

/// The most probable label that belongs to none of a rule's entries.
struct Rival {
    var label: String
    var probability: Double

    /// - Returns: nil where the rule's entries cover all labels.
    init?(to entries: [String], in prediction: Prediction, groups: [String: [String]]) {
        var mine = [Bool](repeating: false, count: prediction.labels.count)
        for entry in entries {
            for index in prediction.labels.indices(of: entry, groups: groups) { mine[index] = true }
        }
        var best: (index: Int, probability: Double)?
        for index in mine.indices where !mine[index] {
            let probability = prediction.probability(at: index)
            if let held = best, probability <= held.probability { continue }
            best = (index, probability)
        }
        guard let best else { return nil }
        label = prediction.labels.names[best.index]
        probability = best.probability
    }
}

extension Prediction {
    /// The probability of one label, 0 to 1; 0 where the answer is too short or not a number.
    func probability(at index: Int) -> Double {
        guard probabilities.indices.contains(index), probabilities[index] > 0 else { return 0 }
        return min(1, Double(probabilities[index]))
    }
}

/// Whether a value reaches a threshold. Networks answer in float32: what is written as 0.7 comes as 0.69999999, so the
/// last digits do not count.
func reaches(_ value: Double, _ threshold: Double) -> Bool { value >= threshold - 1e-6 }
