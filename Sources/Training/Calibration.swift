import Glibc
import Inference
import Models

/// Making probabilities mean what they say, and measuring whether they do.
enum Calibration {
    /// What is known of the temperature before any photo was judged: with a penalty of 0.01 it comes out at 0.4 to 0.9
    /// (HEAD 4), and its logarithm is taken to be spread around that of `usual` like a normal variable with a variance of
    /// 1/(2 `firmness`). Of sixty photos out of fold a few decide on the loss: alone they gave 0.17 to 0.51 where 0.40 to 0.49
    /// was right (docs/decisions/a-prior-on-the-temperature.md).
    private static let prior = (usual: 0.6, firmness: 10.0)

    /// The temperature with the smallest loss, -log(probability of the truth) and of the temperature itself.
    /// - Parameters:
    ///   - logits: of photos that were not seen.
    ///   - weights: of each photo.
    /// - Returns: 0.1 to 10; 1 where there is nothing to measure with.
    static func temperature(logits: [[Float]], labels: [Int], weights: [Double]) -> Float {
        guard !logits.isEmpty else { return 1 }
        let mean = weights.reduce(0, +) / Double(weights.count)
        func loss(_ logarithm: Double) -> Double {
            let inverse = exp(-logarithm)
            let gap = logarithm - log(prior.usual)
            var loss = prior.firmness * gap * gap * mean
            for (photo, values) in logits.enumerated() {
                let largest = Double(values.max() ?? 0)
                var sum = 0.0
                for value in values { sum += exp((Double(value) - largest) * inverse) }
                loss += weights[photo] * (log(sum) - (Double(values[labels[photo]]) - largest) * inverse)
            }
            return loss
        }
        // Golden section on the logarithm: the loss has one minimum there.
        let ratio = (5.0.squareRoot() - 1) / 2
        var (low, high) = (log(0.1), log(10.0))
        var (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
        var (lossLeft, lossRight) = (loss(left), loss(right))
        while high - low > 1e-4 {
            if lossLeft < lossRight {
                (high, right, lossRight) = (right, left, lossLeft)
                left = high - ratio * (high - low)
                lossLeft = loss(left)
            } else {
                (low, left, lossLeft) = (left, right, lossRight)
                right = low + ratio * (high - low)
                lossRight = loss(right)
            }
        }
        return Float(exp((low + high) / 2))
    }

    /// Probabilities of logits at a temperature.
    static func probabilities(_ logits: [Float], temperature: Float) -> [Float] {
        softmax(logits.map { $0 / temperature })
    }

    /// One less the conformal rank of a likeness among those of known photos (Bates 2023).
    /// - Parameter known: ascending.
    static func strangeness(_ likeness: Float, among known: [Float]) -> Double {
        var (low, high) = (0, known.count)
        while low < high {
            let middle = (low + high) / 2
            if known[middle] <= likeness { low = middle + 1 } else { high = middle }
        }
        return 1 - Double(1 + low) / Double(known.count + 1)
    }

    /// Expected calibration error over equal bins of confidence.
    /// - Parameters:
    ///   - confidences: the largest probability of each photo.
    ///   - right: whether that label was the true one.
    static func error(confidences: [Double], right: [Bool]) -> Double {
        guard !right.isEmpty else { return 0 }
        return reliability(confidences: confidences, right: right).reduce(0) {
            $0 + abs($1.confidence - $1.accuracy) * Double($1.photos)
        } / Double(right.count)
    }

    /// The bins of ``error(confidences:right:)`` that are not empty.
    static func reliability(confidences: [Double], right: [Bool]) -> [Evaluation.Bin] {
        let bins = 15
        var sums = [(confidence: Double, hits: Double, photos: Int)](repeating: (0, 0, 0), count: bins)
        for (confidence, isRight) in zip(confidences, right) {
            let bin = min(bins - 1, Int(confidence * Double(bins)))
            sums[bin] = (sums[bin].confidence + confidence, sums[bin].hits + (isRight ? 1 : 0), sums[bin].photos + 1)
        }
        return sums.filter { $0.photos > 0 }.map {
            Evaluation.Bin(
                confidence: $0.confidence / Double($0.photos), accuracy: $0.hits / Double($0.photos), photos: $0.photos)
        }
    }

    /// The calibration error of a head that is perfectly calibrated, with these confidences: the mean of 100 draws.
    static func floor(confidences: [Double], seed: UInt64) -> Double {
        var random = SplitMix(seed: seed)
        let draws = 100
        return (0..<draws).reduce(0) { sum, _ in
            sum
                + error(
                    confidences: confidences, right: confidences.map { Double.random(in: 0..<1, using: &random) < $0 })
        } / Double(draws)
    }

    /// The chance that a random stranger is stranger than a random known photo, equal ones counted half.
    /// - Returns: nil where there is none of either.
    static func rocArea(known: [Double], strangers: [Double]) -> Double? {
        guard !known.isEmpty, !strangers.isEmpty else { return nil }
        let sorted = known.sorted()
        func count(_ isBelow: (Double) -> Bool) -> Int {
            var (low, high) = (0, sorted.count)
            while low < high {
                let middle = (low + high) / 2
                if isBelow(sorted[middle]) { low = middle + 1 } else { high = middle }
            }
            return low
        }
        let wins = strangers.reduce(0.0) { sum, stranger in
            sum + Double(count { $0 < stranger } + count { $0 <= stranger }) / 2
        }
        return wins / Double(known.count) / Double(strangers.count)
    }
}

extension Manifest.Unknown {
    /// Fits the score on known photos.
    /// - Parameters:
    ///   - evidence: of photos that were not seen.
    ///   - accepted: the share of known photos that is to be accepted.
    /// - Returns: nil where there is nothing to fit on.
    init?(_ evidence: [Scorer.Evidence], accepted: Double) {
        guard evidence.count >= 2 else { return nil }
        // So many of the ranks that known photos can have; at least one, and the nearest number to what is promised.
        let refused = max(1, ((1 - accepted) * Double(evidence.count + 1)).rounded())
        self.init(
            logit: Normal(evidence.map { Double($0.logit) }),
            similarity: Normal(evidence.map { Double($0.similarity) }),
            threshold: 1 - refused / Double(evidence.count + 1))
    }
}

extension Manifest.Unknown.Normal {
    fileprivate init(_ values: [Double]) {
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        self.init(mean: mean, deviation: max(variance.squareRoot(), 1e-6))
    }
}
