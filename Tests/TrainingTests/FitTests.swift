import Foundation
import TestSupport
import Testing

@testable import Training

struct MatrixTests {
    @Test(arguments: [(1, 1, 1), (3, 5, 2), (70, 40, 33), (65, 130, 97)])
    func productsAreThoseOfTheDefinition(rows: Int, depth: Int, columns: Int) {
        var random = SplitMix64(seed: 7)
        var (left, right) = (Matrix(rows: rows, columns: depth), Matrix(rows: depth, columns: columns))
        for place in left.values.indices { left.values[place] = Float.random(in: -1...1, using: &random) }
        for place in right.values.indices { right.values[place] = Float.random(in: -1...1, using: &random) }
        let product = left.multiplied(by: Panels(right))
        let again = left.multiplied(by: Panels(transposing: right.transposed()))
        var panels = Panels(rows: rows, columns: columns)
        left.multiply(Panels(right), into: &panels)
        for row in 0..<rows {
            for column in 0..<columns {
                let exact = (0..<depth).reduce(0.0) { $0 + Double(left[row, $1]) * Double(right[$1, column]) }
                #expect(abs(Double(product[row, column]) - exact) < 1e-4)
                #expect(product[row, column] == again[row, column])
                #expect(product[row, column] == panels[row, column])
            }
        }
    }

    @Test(arguments: [1, 2, 63, 64, 65, 150])
    func theInverseFactorMakesTheMatrixTheIdentity(size: Int) throws {
        var random = SplitMix64(seed: UInt64(size))
        var root = Matrix(rows: size, columns: size)
        for place in root.values.indices { root.values[place] = Float.random(in: -1...1, using: &random) }
        var matrix = root.multiplied(by: Panels(transposing: root))
        for row in 0..<size { matrix[row, row] += 1 }
        let inverse = try #require(Cholesky.inverseFactor(matrix))
        let identity = inverse.multiplied(by: Panels(matrix)).multiplied(by: Panels(transposing: inverse))
        for row in 0..<size {
            for column in 0..<size { #expect(abs(identity[row, column] - (row == column ? 1 : 0)) < 2e-3) }
        }
    }

    @Test func whatIsNotPositiveDefiniteIsRefused() {
        var matrix = Matrix(rows: 2, columns: 2)
        matrix.values = [1, 2, 2, 1]
        #expect(Cholesky.inverseFactor(matrix) == nil)
        matrix.values = [.nan, 0, 0, 1]
        #expect(Cholesky.inverseFactor(matrix) == nil)
    }
}

struct LogisticFitTests {
    /// The derivative of the loss along a direction, by differences, against the gradient's.
    @Test func theGradientIsTheSlopeOfTheLoss() throws {
        let lesson = Lessons.made(labels: 4, each: 10, width: 24, spread: 0.6, seed: 3)
        let photos = CentredPhotos(lesson.features, penalty: 0.01)
        var smoother = try #require(Smoother(photos: photos.matrix, penalty: 0.01, columns: 4))
        var random = SplitMix64(seed: 5)
        var (beta, direction) = (Panels(rows: 40, columns: 4), Panels(rows: 40, columns: 4))
        for place in beta.values.indices {
            beta.values[place] = Float.random(in: -0.3...0.3, using: &random)
            direction.values[place] = Float.random(in: -0.3...0.3, using: &random)
        }
        let mask = (0..<40).map { $0 % 5 == 0 ? Float(0) : 1 }
        func loss(_ step: Float) -> Double {
            var (moved, logits, probabilities) = (beta, beta, beta)
            add(step, direction.values, to: &moved.values)
            smoother.smooth(moved, into: &logits)
            return LogisticFit.loss(logits, moved, lesson.labels, mask, &probabilities)
        }
        var (logits, probabilities, smoothed) = (beta, beta, beta)
        smoother.smooth(beta, into: &logits)
        _ = LogisticFit.loss(logits, beta, lesson.labels, mask, &probabilities)
        let gradient = LogisticFit.gradient(probabilities, logits, beta, lesson.labels, mask)
        smoother.smooth(direction, into: &smoothed)
        let slope = dot(gradient.values, smoothed.values)
        let measured = (loss(0.05) - loss(-0.05)) / 0.1
        #expect(abs(slope - measured) < 0.02 * max(1, abs(slope)), "\(slope) by formula, \(measured) by differences")
    }

    /// Gradient descent in float64 on the plain loss: another way to the same minimum.
    @Test(arguments: [(12, 40), (40, 12)])
    func theMinimumIsThatOfThePlainFormula(each: Int, width: Int) throws {
        let lesson = Lessons.made(labels: 3, each: each, width: width, spread: 0.7, seed: 11)
        let photos = CentredPhotos(lesson.features, penalty: 0.01)
        var smoother = try #require(Smoother(photos: photos.matrix, penalty: 0.01, columns: 3))
        let fit = LogisticFit(
            labels: lesson.labels, count: 3, taught: lesson.labels.map { _ in true }, smoother: &smoother)
        let exact = descend(photos.matrix, lesson.labels, penalty: 0.01)
        for photo in lesson.labels.indices {
            let (found, wanted) = (probabilities(fit.logits.row(photo).map(Double.init)), exact[photo])
            for label in 0..<3 { #expect(abs(found[label] - wanted[label]) < 6e-3) }
        }
        // Weights and biases give the same logits as the fit's own.
        let (weight, bias) = photos.weights(fit.coefficients)
        for photo in lesson.labels.indices {
            for label in 0..<3 {
                let logit = (0..<width).reduce(bias[label]) {
                    $0 + weight[label * width + $1] * lesson.features[photo, $1]
                }
                #expect(abs(logit - fit.logits[photo, label]) < 0.02)
            }
        }
    }

    /// More photos than values: the fit runs along 448 directions of 500; what was left out holds a few hundredths of
    /// the variance.
    @Test func alongTheLeadingDirectionsTheAnswersAreThoseOfAllDirections() throws {
        let lesson = Lessons.made(labels: 3, each: 170, width: 500, spread: 0.12, seed: 21)
        let photos = CentredPhotos(lesson.features, penalty: 0.01)
        #expect(photos.matrix.columns == 449)
        let answers = try [photos, CentredPhotos(lesson.features, penalty: 0.01, directions: nil)].map { photos in
            var smoother = try #require(Smoother(photos: photos.matrix, penalty: 0.01, columns: 3))
            let fit = LogisticFit(
                labels: lesson.labels, count: 3, taught: lesson.labels.indices.map { $0 % 4 != 0 }, smoother: &smoother)
            let (weight, bias) = photos.weights(fit.coefficients)
            return lesson.labels.indices.map { photo in
                let logits = (0..<3).map { label in
                    (0..<500).reduce(Double(bias[label])) {
                        $0 + Double(weight[label * 500 + $1] * lesson.features[photo, $1])
                    }
                }
                // The weights for the features as they are give the fit's own answers.
                for label in 0..<3 { #expect(abs(logits[label] - Double(fit.logits[photo, label])) < 0.02) }
                return probabilities(logits)
            }
        }
        for (along, all) in zip(answers[0], answers[1]) {
            for label in 0..<3 { #expect(abs(along[label] - all[label]) < 0.1) }
        }
    }

    @Test func leadingDirectionsAreOrthonormal() throws {
        var random = SplitMix64(seed: 3)
        var (photos, mixing) = (Matrix(rows: 520, columns: 500), Matrix(rows: 500, columns: 500))
        for place in photos.values.indices { photos.values[place] = Float.random(in: -1...1, using: &random) }
        for place in mixing.values.indices { mixing.values[place] = Float.random(in: -1...1, using: &random) }
        let found = LeadingDirections(of: photos.multiplied(by: Panels(mixing)))
        let basis = try #require(found).basis
        let products = basis.transposed().multiplied(by: Panels(basis))
        let deviation = (0..<448).reduce(Float(0)) { worst, row in
            (0..<448).reduce(worst) { max($0, abs(products[row, $1] - (row == $1 ? 1 : 0))) }
        }
        // The ridge leaves the weakest a hundredth short of length 1.
        #expect(deviation < 0.02)
    }

    private func probabilities(_ logits: [Double]) -> [Double] {
        let exponents = logits.map { exp($0 - (logits.max() ?? 0)) }
        return exponents.map { $0 / exponents.reduce(0, +) }
    }

    /// Nesterov's method: the loss is smooth and strictly convex.
    private func descend(_ photos: Matrix, _ labels: [Int], penalty: Double) -> [[Double]] {
        let (rows, width) = (photos.rows, photos.columns)
        let x = (0..<rows).map { row in (0..<width).map { Double(photos[row, $0]) } }
        let most = x.map { $0.reduce(0) { $0 + $1 * $1 } }.reduce(0, +) / 2 + penalty
        var (w, ahead) = ([[Double]](repeating: [Double](repeating: 0, count: width), count: 3), [[Double]]())
        ahead = w
        let shrink = ((most / penalty).squareRoot() - 1) / ((most / penalty).squareRoot() + 1)
        for _ in 0..<1_500 {
            var gradient = ahead.map { $0.map { penalty * $0 } }
            for row in 0..<rows {
                let p = probabilities(ahead.map { zip($0, x[row]).reduce(0) { $0 + $1.0 * $1.1 } })
                for label in 0..<3 {
                    let residual = p[label] - (labels[row] == label ? 1 : 0)
                    for column in 0..<width { gradient[label][column] += residual * x[row][column] }
                }
            }
            let before = w
            for label in 0..<3 {
                for column in 0..<width {
                    w[label][column] = ahead[label][column] - gradient[label][column] / most
                    ahead[label][column] = w[label][column] + shrink * (w[label][column] - before[label][column])
                }
            }
        }
        return x.map { row in probabilities(w.map { zip($0, row).reduce(0) { $0 + $1.0 * $1.1 } }) }
    }
}
