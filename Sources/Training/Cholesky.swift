import Inference

/// The inverse of the Cholesky factor of a symmetric positive definite matrix, by blocks on the network's kernel.
///
/// `A = L Lᵀ`; what comes out is `L⁻¹`, a lower triangle. Left-looking: a block of columns is brought up to date with one
/// product, its diagonal block is factored and inverted by hand, what is below is multiplied by that inverse.
enum Cholesky {
    private static let block = 64

    /// - Parameter matrix: only its lower half is read.
    /// - Returns: nil where it is not positive definite in float32.
    /// - Complexity: O(n³).
    static func inverseFactor(_ matrix: Matrix) -> Matrix? {
        let size = matrix.rows
        var factor = matrix
        var inverse = Matrix(rows: size, columns: size)
        for start in stride(from: 0, to: size, by: block) {
            let width = min(block, size - start)
            if start > 0 { update(&factor, start: start, width: width) }
            guard let diagonal = invertedDiagonal(&factor, start: start, width: width) else { return nil }
            for row in 0..<width {
                for column in 0...row { inverse[start + row, start + column] = diagonal[row, column] }
            }
            if start + width < size { solve(&factor, below: start, width: width, diagonal: diagonal) }
            if start > 0 { extend(&inverse, factor: factor, start: start, width: width, diagonal: diagonal) }
        }
        return inverse
    }

    /// Rows `start...`, columns `start..<start + width`: less the product of what is to the left.
    private static func update(_ factor: inout Matrix, start: Int, width: Int) {
        let left = part(factor, rows: start..<factor.rows, columns: 0..<start)
        let top = Panels(transposing: part(factor, rows: start..<(start + width), columns: 0..<start))
        let product = left.multiplied(by: top)
        for row in 0..<product.rows {
            for column in 0..<width { factor[start + row, start + column] -= product[row, column] }
        }
    }

    /// Factors a diagonal block in place.
    /// - Returns: the inverse of its factor; nil where a pivot is not above 0.
    private static func invertedDiagonal(_ factor: inout Matrix, start: Int, width: Int) -> Matrix? {
        for column in 0..<width {
            var pivot = Double(factor[start + column, start + column])
            for k in 0..<column {
                pivot -= Double(factor[start + column, start + k]) * Double(factor[start + column, start + k])
            }
            guard pivot > 0, pivot.isFinite else { return nil }
            let root = pivot.squareRoot()
            factor[start + column, start + column] = Float(root)
            for row in (column + 1)..<max(width, column + 1) {
                var sum = Double(factor[start + row, start + column])
                for k in 0..<column {
                    sum -= Double(factor[start + row, start + k]) * Double(factor[start + column, start + k])
                }
                factor[start + row, start + column] = Float(sum / root)
            }
        }
        var inverse = Matrix(rows: width, columns: width)
        for column in 0..<width {
            inverse[column, column] = 1 / factor[start + column, start + column]
            for row in (column + 1)..<max(width, column + 1) {
                var sum = 0.0
                for k in column..<row { sum -= Double(factor[start + row, start + k]) * Double(inverse[k, column]) }
                inverse[row, column] = Float(sum / Double(factor[start + row, start + row]))
            }
        }
        return inverse
    }

    /// The rows below a diagonal block: times the transpose of its inverse.
    private static func solve(_ factor: inout Matrix, below start: Int, width: Int, diagonal: Matrix) {
        let rows = (start + width)..<factor.rows
        let product = part(factor, rows: rows, columns: start..<(start + width))
            .multiplied(by: Panels(transposing: diagonal))
        for row in 0..<product.rows {
            for column in 0..<width { factor[start + width + row, start + column] = product[row, column] }
        }
    }

    /// The rows of the inverse left of a diagonal block: `-D⁻¹ (L x L⁻¹)`.
    private static func extend(
        _ inverse: inout Matrix, factor: Matrix, start: Int, width: Int, diagonal: Matrix
    ) {
        let left = part(factor, rows: start..<(start + width), columns: 0..<start)
        let above = Panels(part(inverse, rows: 0..<start, columns: 0..<start))
        let product = diagonal.multiplied(by: Panels(left.multiplied(by: above)))
        for row in 0..<width {
            for column in 0..<start { inverse[start + row, column] = -product[row, column] }
        }
    }

    private static func part(_ matrix: Matrix, rows: Range<Int>, columns: Range<Int>) -> Matrix {
        var part = Matrix(rows: rows.count, columns: columns.count)
        matrix.values.withUnsafeBufferPointer { source in
            part.values.withUnsafeMutableBufferPointer { target in
                for (place, row) in rows.enumerated() {
                    let start = row * matrix.columns + columns.lowerBound
                    for column in 0..<columns.count { target[place * columns.count + column] = source[start + column] }
                }
            }
        }
        return part
    }
}
