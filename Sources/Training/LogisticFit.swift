// Multinomial logistic regression by a truncated Newton method (Lin, Weng & Keerthi 2008), in coordinates in which ridge
// regression is the identity.
//
// Wanted is the minimum over weights w of  Σ -log softmax(F)[label] + λ/2 |w|²,  F = X w  (a row of X a photo).
// With L Lᵀ = c XᵀX + λ and w = L⁻ᵀ θ, Y = X L⁻ᵀ:  F = Y θ,  and  λ |w|² = |θ|² - c |F|²,
// so that the Hessian in θ is Yᵀ(D - c)Y + 1: the identity where the curvature D of the losses is c, as it nearly is. Every
// θ that occurs is Yᵀβ with a row of β a photo, and all that is ever computed of Y is S = Y Yᵀ (Smoother):
//
//     F = S β      gradient Yᵀγ,  γ = P - labels - c F + β      Hessian times Yᵀπ:  Yᵀ(D u - c u + π),  u = S π
//     dot products  (Yᵀρ)·(Yᵀπ) = ρ·(S π)                       weights w = Xᵀα,  α = (β - c F)/λ
//
// One product with S a step of the conjugate gradients, none of it depends on the fold: photos that are left out only lose
// their loss, and F has their answers too.

import Glibc
import Inference

/// What a fit found.
struct LogisticFit {
    /// A row a photo: raw logits, also of those that were left out.
    private(set) var logits: Panels
    /// `w = Xᵀ coefficients`.
    private(set) var coefficients: Panels
    /// Steps of the outer method, and products with the smoother.
    private(set) var steps = (newton: 0, products: 0)

    private static let mostSteps = 40
    private static let mostInnerSteps = 100
    /// Root mean square of the gradient in the smoothed coordinates: probabilities then differ from those of the exact minimum
    /// by 0.0001 (root mean square; 4,620 photos, 12 labels).
    private static let tolerance = 2e-3

    /// - Parameters:
    ///   - labels: of each photo.
    ///   - count: how many labels there are.
    ///   - taught: which photos count; the others are only answered.
    init(labels: [Int], count: Int, taught: [Bool], smoother: inout Smoother) {
        let rows = labels.count
        let c = Smoother.curvature
        let mask = taught.map { $0 ? Float(1) : 0 }
        let photos = Double(max(1, taught.count { $0 }))
        var beta = Panels(rows: rows, columns: count)
        logits = beta
        var (probabilities, gradient, smoothed) = (beta, beta, beta)
        var (step, stepLogits, residual, smoothedResidual) = (beta, beta, beta, beta)
        var (direction, directionLogits, curved) = (beta, beta, beta)
        var (trial, trialBeta) = (beta, beta)
        var value = Self.loss(logits, beta, labels, mask, &probabilities)

        while steps.newton < Self.mostSteps {
            gradient = Self.gradient(probabilities, logits, beta, labels, mask)
            smoother.smooth(gradient, into: &smoothed)
            steps.products += 1
            var square = dot(gradient.values, smoothed.values)
            let size = (max(0, square) / photos).squareRoot()
            if size <= Self.tolerance { break }
            steps.newton += 1

            // Conjugate gradients; a residual and a direction have their logits with them. They stop the later the nearer
            // the minimum is (Eisenstat & Walker 1996), but at half the tolerance: that saved a third of all products.
            let share = min(0.1, max(size, Self.tolerance / 2 / size))
            let goal = square * share * share
            step.values.zero()
            stepLogits.values.zero()
            scale(gradient.values, by: -1, into: &residual.values)
            scale(smoothed.values, by: -1, into: &smoothedResidual.values)
            direction = residual
            directionLogits = smoothedResidual
            for _ in 0..<Self.mostInnerSteps {
                Self.curve(directionLogits, direction, probabilities, mask, c, into: &curved)
                let bend = dot(directionLogits.values, curved.values)
                if bend <= 0 { break }
                let length = Float(square / bend)
                add(length, direction.values, to: &step.values)
                add(length, directionLogits.values, to: &stepLogits.values)
                add(-length, curved.values, to: &residual.values)
                smoother.smooth(residual, into: &smoothedResidual)
                steps.products += 1
                let next = dot(residual.values, smoothedResidual.values)
                if next <= goal { break }
                let turn = Float(next / square)
                square = next
                fold(residual.values, plus: turn, of: &direction.values)
                fold(smoothedResidual.values, plus: turn, of: &directionLogits.values)
            }

            let slope = dot(gradient.values, stepLogits.values)
            var length: Float = 1
            var better = false
            while length > 1e-4, !better {
                trial.values = logits.values
                trialBeta.values = beta.values
                add(length, stepLogits.values, to: &trial.values)
                add(length, step.values, to: &trialBeta.values)
                let found = Self.loss(trial, trialBeta, labels, mask, &probabilities)
                if found <= value + 1e-4 * Double(length) * slope {
                    (value, better) = (found, true)
                } else {
                    length /= 2
                }
            }
            guard better else { break }  // as good as float32 can tell
            swap(&logits, &trial)
            swap(&beta, &trialBeta)
        }
        coefficients = beta
        add(-c, logits.values, to: &coefficients.values)
        let penalty = smoother.penalty
        coefficients.values.withUnsafeMutableBufferPointer { for index in $0.indices { $0[index] /= penalty } }
    }

    /// The loss with its penalty; leaves the probabilities.
    static func loss(
        _ logits: Panels, _ beta: Panels, _ labels: [Int], _ mask: [Float], _ probabilities: inout Panels
    ) -> Double {
        let penalty = dot(beta.values, logits.values) - Double(Smoother.curvature) * dot(logits.values, logits.values)
        softmaxRows(logits, into: &probabilities)
        var loss = penalty / 2
        for (row, label) in labels.enumerated() where mask[row] > 0 {
            loss -= log(Double(max(probabilities[row, label], 1e-30)))
        }
        return loss
    }

    /// γ of the formulas above.
    static func gradient(
        _ probabilities: Panels, _ logits: Panels, _ beta: Panels, _ labels: [Int], _ mask: [Float]
    ) -> Panels {
        var gradient = beta
        add(-Smoother.curvature, logits.values, to: &gradient.values)
        for column in gradient.panels {
            let width = min(DenseProduct.panel, gradient.columns - column)
            for row in 0..<gradient.rows where mask[row] > 0 {
                let start = gradient.place(row: row, column: column)
                for place in start..<(start + width) { gradient.values[place] += probabilities.values[place] }
            }
        }
        for (row, label) in labels.enumerated() where mask[row] > 0 { gradient[row, label] -= 1 }
        return gradient
    }

    /// `D u - c u + π`, `D u = P∘(u - rowsum(P∘u))`.
    private static func curve(
        _ u: Panels, _ direction: Panels, _ probabilities: Panels, _ mask: [Float], _ c: Float,
        into result: inout Panels
    ) {
        let (rows, columns, panel) = (u.rows, u.columns, DenseProduct.panel)
        u.values.withUnsafeBufferPointer { u in
            direction.values.withUnsafeBufferPointer { direction in
                probabilities.values.withUnsafeBufferPointer { probabilities in
                    result.values.withUnsafeMutableBufferPointer { result in
                        for row in 0..<rows {
                            var sum: Float = 0
                            if mask[row] > 0 {
                                for first in stride(from: 0, to: columns, by: panel) {
                                    let width = min(panel, columns - first)
                                    let start = first * rows + row * width
                                    for place in start..<(start + width) { sum += probabilities[place] * u[place] }
                                }
                            }
                            for first in stride(from: 0, to: columns, by: panel) {
                                let width = min(panel, columns - first)
                                let start = first * rows + row * width
                                for place in start..<(start + width) {
                                    let bend = mask[row] * probabilities[place] * (u[place] - sum)
                                    result[place] = bend - c * u[place] + direction[place]
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The softmax of each row.
func softmaxRows(_ logits: Panels, into probabilities: inout Panels) {
    if logits.columns <= DenseProduct.panel {
        let columns = max(1, logits.columns)
        logits.values.withUnsafeBufferPointer { logits in
            probabilities.values.withUnsafeMutableBufferPointer { target in
                for start in stride(from: 0, to: logits.count, by: columns) {
                    softmax(
                        UnsafeBufferPointer(rebasing: logits[start..<(start + columns)]),
                        into: UnsafeMutableBufferPointer(rebasing: target[start..<(start + columns)]))
                }
            }
        }
        return
    }
    for row in 0..<logits.rows {
        for (column, probability) in softmax(logits.row(row)).enumerated() { probabilities[row, column] = probability }
    }
}
