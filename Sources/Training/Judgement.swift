import Glibc
public import Models
import Vocabulary

/// Answers to photos whose labels are known, and what they say of a version.
public struct Judgement: Sendable {
    /// One answer.
    public struct Answer: Sendable {
        /// As given.
        public var path: String
        /// The true label.
        public var label: Int
        /// Photos with the same number may show the same scene.
        public var group: Int
        /// One a label.
        public var probabilities: [Float]
        /// The score of the unknown; nil: the version has none.
        public var unknown: Double?

        /// The label answered.
        public var predicted: Int { probabilities.indexOfLargest }
        /// Its probability.
        var confidence: Double { Double(probabilities[predicted]) }
    }

    /// Names by number.
    public var labels: [String]
    /// In any order.
    public var answers: [Answer]
    /// Parts that were left out in turn; 0: the version had seen none of the photos.
    public var folds: Int
    /// From which score on a photo counts as unknown.
    public var threshold: Double?
    /// The AUROC of the score of the unknown; nil: it was not measured.
    public var unknownArea: Double?

    /// - Parameters:
    ///   - counts: photos and groups of each label, also of those that could not be judged; nil: those of the answers.
    ///   - precision: what thresholds are to reach; nil: none are looked for.
    public func evaluation(
        counts: [(photos: Int, groups: Int)]? = nil, precision: Double?, optimistic: String?, seed: UInt64
    ) -> Evaluation {
        var confusion = [[Int]](repeating: [Int](repeating: 0, count: labels.count), count: labels.count)
        for answer in answers { confusion[answer.label][answer.predicted] += 1 }
        let hits = labels.indices.map { confusion[$0][$0] }
        let total = answers.count
        let (confidences, right) = (answers.map(\.confidence), answers.map { $0.predicted == $0.label })
        let recalls = labels.indices.compactMap { label -> Double? in
            let photos = confusion[label].reduce(0, +)
            return photos == 0 ? nil : Double(hits[label]) / Double(photos)
        }
        let accuracy = Evaluation.Share(Double(hits.reduce(0, +)), of: Double(total))
        return Evaluation(
            photos: total, groups: Set(answers.map(\.group)).count, folds: folds, optimistic: optimistic,
            accuracy: accuracy, balancedAccuracy: mean(recalls),
            logLoss: mean(answers.map { -log(max(Double($0.probabilities[$0.label]), 1e-30)) }),
            brier: mean(answers.map(brier)), confidenceGap: mean(confidences) - accuracy.value,
            calibrationError: Calibration.error(confidences: confidences, right: right),
            calibrationFloor: Calibration.floor(confidences: confidences, seed: seed),
            reliability: Calibration.reliability(confidences: confidences, right: right), accepted: accepted,
            unknownArea: unknownArea,
            labels: labels.indices.map { label in
                let known =
                    counts?[label] ?? (
                        photos: confusion[label].reduce(0, +),
                        groups: Set(answers.filter { $0.label == label }.map(\.group)).count
                    )
                let given = labels.indices.reduce(0) { $0 + confusion[$1][label] }
                let photos = confusion[label].reduce(0, +)
                return Evaluation.Label(
                    label: labels[label], photos: known.photos, groups: known.groups,
                    precision: photos > 0 ? .init(Double(hits[label]), of: Double(given)) : nil,
                    recall: photos > 0 ? .init(Double(hits[label]), of: Double(photos)) : nil,
                    threshold: precision.flatMap { threshold(of: label, precision: $0) })
            }, confusion: confusion, doubts: doubts)
    }

    private var accepted: Evaluation.Share? {
        guard let threshold, answers.contains(where: { $0.unknown != nil }) else { return nil }
        let known = answers.count { ($0.unknown ?? 0) < threshold }
        return Evaluation.Share(Double(known), of: Double(answers.count))
    }

    private func brier(_ answer: Answer) -> Double {
        answer.probabilities.indices.reduce(0) { sum, label in
            let error = Double(answer.probabilities[label]) - (label == answer.label ? 1 : 0)
            return sum + error * error
        }
    }

    /// The lowest probability of a label from which on its answers are right often enough.
    private func threshold(of label: Int, precision: Double) -> Evaluation.Threshold? {
        let sorted = answers.map { (probability: Double($0.probabilities[label]), isRight: $0.label == label) }
            .sorted { $0.probability > $1.probability }
        let photos = sorted.count { $0.isRight }
        var (hits, best) = (0, Evaluation.Threshold?.none)
        for (place, answer) in sorted.enumerated() {
            hits += answer.isRight ? 1 : 0
            let next = place + 1 < sorted.count ? sorted[place + 1].probability : 0
            guard next < answer.probability, answer.isRight else { continue }  // equal ones pass together
            let share = Double(hits) / Double(place + 1)
            guard share >= precision else { continue }
            best = .init(
                probability: Self.written(above: next, upTo: answer.probability), precision: share,
                recall: Double(hits) / Double(max(1, photos)))
        }
        return best
    }

    /// What one writes into the settings: the middle, rounded up to as few digits, three or more, as do not pass the upper one.
    static func written(above lower: Double, upTo upper: Double) -> Double {
        let digits = (3...15).map { pow(10, Double($0)) }
        let rounded = digits.lazy.map { ((lower + upper) / 2 * $0).rounded(.up) / $0 }
        return rounded.first { $0 <= upper } ?? upper
    }

    /// Photos whose label the answers doubt most, by the probability of their label (HEAD 5).
    private var doubts: [Evaluation.Doubt] {
        let most = 50
        return answers.filter { $0.predicted != $0.label }
            .sorted { ($0.probabilities[$0.label], $0.path) < ($1.probabilities[$1.label], $1.path) }
            .prefix(most).map {
                Evaluation.Doubt(
                    path: $0.path, label: labels[$0.label], predicted: labels[$0.predicted],
                    probability: Double($0.probabilities[$0.label]).asFloat)
            }
    }

    private func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }
}
