import Glibc
import Models

/// Photos as numbers: what a head is taught with. Pure values; the same lesson gives the same head.
struct Lesson {
    /// A row a photo: its feature (`Manifest.Feature.root`).
    var features: Matrix
    /// The label of each.
    var labels: [Int]
    /// Photos with the same number may show the same scene.
    var groups: [Int]
    /// How many labels there are.
    var labelCount: Int
    /// How it is to be taught.
    var settings: Manifest.Training
}

/// A head, and what heads that had not seen a photo said of it.
struct Taught {
    /// Labels x values.
    var weight: [Float]
    /// One a label.
    var bias: [Float]
    /// τ·log π, one a label, with a mean of 0.
    var shift: [Float]
    /// Logits are divided by it.
    var temperature: Float
    /// The score of the unknown; nil where nothing could be judged.
    var unknown: Manifest.Unknown?
    /// Of known photos, out of fold, ascending.
    var likeness: [Float]
    /// Parts that were left out in turn; 0: too few groups.
    var folds: Int
    /// How well the score tells labels left out from known ones (AUROC); nil: it was not measured.
    var unknownArea: Double?
    /// What was said of each photo out of fold; nil: it could not be judged.
    var answers: [Answer?]

    /// What was said of a photo by a head that had not seen it.
    struct Answer {
        /// One a label.
        var probabilities: [Float]
        /// The label.
        var predicted: Int
        /// What speaks for it being known.
        var evidence: Scorer.Evidence
        /// The score of the unknown.
        var unknown: Double
    }
}

extension Lesson {
    /// Teaches a head and judges it (recipe and figures: docs/TRAINING.md).
    /// - Returns: nil where features are not numbers.
    /// - Complexity: one factorisation of the photos' products, then a few hundred matrix products.
    func teach() -> Taught? {
        let folding = Folding(labels: labels, groups: groups, labelCount: labelCount, seed: settings.seed)
        let photos = CentredPhotos(features, penalty: Float(settings.penalty))
        guard
            var smoother = Smoother(
                photos: photos.matrix, penalty: Float(settings.penalty), columns: labelCount)
        else { return nil }
        let everything = LogisticFit(
            labels: labels, count: labelCount, taught: labels.map { _ in true }, smoother: &smoother)
        let (weight, bias) = photos.weights(everything.coefficients)
        let shift = logShares().map { Float(settings.prior.shift * $0) }

        // Logits of every judged photo from the fit that left its fold out; each fit begins at 0 (a start at the full fit
        // leaks: HEAD 8).
        var logits = [[Float]?](repeating: nil, count: labels.count)
        for fold in 0..<folding.count {
            let fit = LogisticFit(
                labels: labels, count: labelCount, taught: folding.folds.map { $0 != fold }, smoother: &smoother)
            for (photo, itsFold) in folding.folds.enumerated() where itsFold == fold {
                logits[photo] = fit.logits.row(photo)
            }
        }
        var taught = finish(weight: weight, bias: bias, shift: shift, logits: logits, folding: folding)
        taught.unknownArea = unknownArea(taught, shift: shift, smoother: &smoother)
        return taught
    }

    /// Labels are left out in three parts: how well the score tells their photos from known ones.
    /// - Returns: the AUROC; nil where nothing was judged, or there are fewer than two labels a part.
    private func unknownArea(
        _ taught: Taught, shift: [Float], smoother: inout Smoother
    ) -> Double? {
        let parts = 3
        guard let unknown = taught.unknown, labelCount >= 2 * parts else { return nil }
        var random = SplitMix(seed: settings.seed)
        var partOf = [Int](repeating: 0, count: labelCount)
        for (place, label) in (0..<labelCount).shuffled(using: &random).enumerated() { partOf[label] = place % parts }
        var strangers: [Double] = []
        for part in 0..<parts {
            let isTaught = labels.map { partOf[$0] != part }
            let fit = LogisticFit(labels: labels, count: labelCount, taught: isTaught, smoother: &smoother)
            let left = labels.indices.filter { !isTaught[$0] }
            let rows = left.map { fit.logits.row($0) }
            // A label that was left out is no answer.
            let predicted = rows.map { row in
                zip(row, shift).enumerated()
                    .map { partOf[$0.offset] == part ? -.infinity : $0.element.0 - $0.element.1 }.indexOfLargest
            }
            let near = Neighbours(features: features, labels: labels, occasions: groups)
                .similarities(of: left, to: predicted)
            for ((row, label), similarity) in zip(zip(rows, predicted), near) {
                let evidence = Scorer.Evidence(logit: row[label], similarity: similarity)
                strangers.append(Calibration.strangeness(unknown.likeness(evidence), among: taught.likeness))
            }
        }
        return Calibration.rocArea(known: taught.answers.compactMap { $0?.unknown }, strangers: strangers)
    }

    private func finish(
        weight: [Float], bias: [Float], shift: [Float], logits: [[Float]?], folding: Folding
    ) -> Taught {
        let judged = labels.indices.filter { logits[$0] != nil }
        let counts = labels.reduce(into: [Int](repeating: 0, count: labelCount)) { $0[$1] += 1 }
        let shifted = judged.map { zip(logits[$0] ?? [], shift).map { $0 - $1 } }
        let temperature = Calibration.temperature(
            logits: shifted, labels: judged.map { labels[$0] },
            weights: judged.map { pow(Double(counts[labels[$0]]), -settings.prior.shift) })
        let predicted = shifted.map { $0.indexOfLargest }
        let near = Neighbours(features: features, labels: labels, occasions: groups)
            .similarities(of: judged, to: predicted)
        let evidence = zip(judged, near).map { photo, similarity in
            Scorer.Evidence(logit: logits[photo]?.max() ?? 0, similarity: similarity)
        }
        let unknown = Manifest.Unknown(evidence, accepted: settings.accepted)
        let likeness = unknown.map { unknown in evidence.map(unknown.likeness).sorted() } ?? []
        var answers = [Taught.Answer?](repeating: nil, count: labels.count)
        for (place, photo) in judged.enumerated() {
            let strangeness = unknown.map { Calibration.strangeness($0.likeness(evidence[place]), among: likeness) }
            answers[photo] = Taught.Answer(
                probabilities: Calibration.probabilities(shifted[place], temperature: temperature),
                predicted: predicted[place], evidence: evidence[place], unknown: strangeness ?? 0)
        }
        return Taught(
            weight: weight, bias: bias, shift: shift, temperature: temperature, unknown: unknown, likeness: likeness,
            folds: folding.count, answers: answers)
    }

    /// log of the share of each label, with a mean of 0.
    private func logShares() -> [Double] {
        var counts = [Double](repeating: 0, count: labelCount)
        for label in labels { counts[label] += 1 }
        let logs = counts.map { log(max($0, 0.5) / Double(max(1, labels.count))) }
        let mean = logs.reduce(0, +) / Double(max(1, labelCount))
        return logs.map { $0 - mean }
    }
}

/// The photos' features about their mean, of mean square length 1, and a constant that stands for the bias.
struct CentredPhotos {
    /// A row a photo, one column more than the features or their leading directions.
    let matrix: Matrix
    private let mean: [Float]
    private let scale: Float
    private let constant: Float
    /// nil: the columns are those of the features.
    private let directions: LeadingDirections?

    /// The ridge on a bias is n times this: with it all is strictly convex, and it is weak enough not to be felt.
    private static let biasRidge: Float = 1e-4

    /// - Parameters:
    ///   - penalty: λ of the weights; a bias's smaller one makes the constant.
    ///   - directions: finds those that are used; nil: all are.
    init(
        _ features: Matrix, penalty: Float, directions find: ((Matrix) -> LeadingDirections?)? = LeadingDirections.init
    ) {
        let (rows, columns) = (features.rows, features.columns)
        var sums = [Double](repeating: 0, count: columns)
        for row in 0..<rows {
            for column in 0..<columns { sums[column] += Double(features.values[row * columns + column]) }
        }
        let mean = sums.map { Float($0 / Double(max(1, rows))) }
        var square = 0.0
        for row in 0..<rows {
            for column in 0..<columns {
                let value = Double(features.values[row * columns + column] - mean[column])
                square += value * value
            }
        }
        scale = square > 0 ? Float((Double(rows) / square).squareRoot()) : 1
        var centred = Matrix(rows: rows, columns: columns)
        for row in 0..<rows {
            for column in 0..<columns {
                centred[row, column] = scale * (features.values[row * columns + column] - mean[column])
            }
        }
        directions = find?(centred)
        if let directions { centred = centred.multiplied(by: Panels(directions.basis)) }
        constant = (penalty / (Self.biasRidge * Float(max(1, rows)))).squareRoot()
        var matrix = Matrix(rows: rows, columns: centred.columns + 1)
        for row in 0..<rows {
            for column in 0..<centred.columns { matrix[row, column] = centred[row, column] }
            matrix[row, centred.columns] = constant
        }
        self.mean = mean
        self.matrix = matrix
    }

    /// Weights and biases for features as they are, from a fit's coefficients.
    func weights(_ coefficients: Panels) -> (weight: [Float], bias: [Float]) {
        let columns = mean.count
        var product = Panels(rows: matrix.columns, columns: coefficients.columns)
        matrix.transposed().multiply(coefficients, into: &product)
        let constants = product.row(matrix.columns - 1)
        if let directions {
            var along = Panels(rows: matrix.columns - 1, columns: coefficients.columns)
            for direction in 0..<along.rows {
                for label in 0..<along.columns { along[direction, label] = product[direction, label] }
            }
            product = Panels(rows: columns, columns: coefficients.columns)
            directions.basis.multiply(along, into: &product)
        }
        var weight = [Float](repeating: 0, count: columns * coefficients.columns)
        var bias = [Float](repeating: 0, count: coefficients.columns)
        for label in 0..<coefficients.columns {
            var offset = Double(constant * constants[label])
            for column in 0..<columns {
                let value = scale * product[column, label]
                weight[label * columns + column] = value
                offset -= Double(value) * Double(mean[column])
            }
            bias[label] = Float(offset)
        }
        return (weight, bias)
    }
}

extension [Float] {
    /// The place of the largest, the first of equals; 0 of none.
    var indexOfLargest: Int { indices.max { self[$0] < self[$1] || (self[$0] == self[$1] && $0 > $1) } ?? 0 }
}
