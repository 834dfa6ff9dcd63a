import Inference

/// What ridge regression makes of any answers for the photos: `S = X (c XᵀX + λ)⁻¹ Xᵀ = G (c G + λ)⁻¹`, `G = X Xᵀ`.
///
/// The logistic regression of ``LogisticFit`` runs in coordinates in which `S` is all it needs of the photos. It is made
/// once and shared by all folds: for few photos as one matrix, for more photos than values as `S = Y Yᵀ`,
/// `Y = X L⁻ᵀ`, `L Lᵀ = c XᵀX + λ`.
struct Smoother {
    /// λ of the penalty.
    let penalty: Float
    /// c: the curvature that ``LogisticFit`` counts on. With 0.01 its conjugate gradients need the fewest steps
    /// (docs/decisions/logistic-regression-in-smoothed-coordinates.md).
    static let curvature: Float = 0.01

    private enum Form {
        case whole(Matrix)
        case factored(Matrix, transposed: Matrix)
    }

    private let form: Form
    private var between: Panels

    /// - Parameters:
    ///   - photos: a row a photo.
    ///   - columns: of what will be smoothed.
    /// - Returns: nil where the photos make no positive definite matrix: a value that is not a number.
    init?(photos: Matrix, penalty: Float, columns: Int) {
        self.penalty = penalty
        let c = Self.curvature
        if photos.rows <= photos.columns {
            var gram = photos.multiplied(by: Panels(transposing: photos), lowerHalf: true)
            for index in gram.values.indices { gram.values[index] *= c }
            for row in 0..<gram.rows { gram[row, row] += penalty }
            guard let inverse = Cholesky.inverseFactor(gram) else { return nil }
            var whole = inverse.transposed().multiplied(by: Panels(inverse), lowerHalf: true)
            whole.values.withUnsafeMutableBufferPointer { values in
                for index in values.indices { values[index] *= -penalty / c }
            }
            for row in 0..<whole.rows { whole[row, row] += 1 / c }
            whole.mirror()
            form = .whole(whole)
            between = Panels(rows: 0, columns: 0)
        } else {
            var scatter = photos.transposed().multiplied(by: Panels(photos), lowerHalf: true)
            for index in scatter.values.indices { scatter.values[index] *= c }
            for row in 0..<scatter.rows { scatter[row, row] += penalty }
            guard let inverse = Cholesky.inverseFactor(scatter) else { return nil }
            let factor = photos.multiplied(by: Panels(transposing: inverse))
            form = .factored(factor, transposed: factor.transposed())
            between = Panels(rows: photos.columns, columns: columns)
        }
    }

    /// Writes `S x answers`.
    /// - Parameter result: of the same size, overwritten whole.
    mutating func smooth(_ answers: Panels, into result: inout Panels) {
        switch form {
        case .whole(let matrix):
            matrix.multiply(answers, into: &result)
        case .factored(let factor, let transposed):
            transposed.multiply(answers, into: &between)
            factor.multiply(between, into: &result)
        }
    }
}
