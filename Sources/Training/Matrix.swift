import Inference

/// Numbers in rows, one behind the other.
struct Matrix {
    /// Rows.
    let rows: Int
    /// Values of a row.
    let columns: Int
    /// `rows x columns`.
    var values: [Float]

    init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
        values = [Float](repeating: 0, count: rows * columns)
    }

    /// The value in a row and column.
    subscript(row: Int, column: Int) -> Float {
        get { values[row * columns + column] }
        set { values[row * columns + column] = newValue }
    }

    /// Rows and columns exchanged.
    /// - Complexity: O(values), by blocks that stay in the cache.
    func transposed() -> Matrix {
        var result = Matrix(rows: columns, columns: rows)
        let block = 32
        values.withUnsafeBufferPointer { source in
            result.values.withUnsafeMutableBufferPointer { target in
                for top in stride(from: 0, to: rows, by: block) {
                    for left in stride(from: 0, to: columns, by: block) {
                        for row in top..<min(top + block, rows) {
                            for column in left..<min(left + block, columns) {
                                target[column * rows + row] = source[row * columns + column]
                            }
                        }
                    }
                }
            }
        }
        return result
    }

    /// Rows of one call of the kernel: what they hold stays in the second-level cache.
    static let rowBlock = 64
}

/// A matrix in the order in which the kernel reads weights: panels of columns (``DenseProduct``).
struct Panels {
    /// Rows.
    let rows: Int
    /// Columns.
    let columns: Int
    /// `rows x columns`.
    var values: [Float]

    init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
        values = [Float](repeating: 0, count: rows * columns)
    }

    /// A matrix as it is.
    init(_ matrix: Matrix) {
        self.init(rows: matrix.rows, columns: matrix.columns)
        values.withUnsafeMutableBufferPointer { target in
            matrix.values.withUnsafeBufferPointer { source in
                for first in stride(from: 0, to: columns, by: DenseProduct.panel) {
                    let width = min(DenseProduct.panel, columns - first)
                    for row in 0..<rows {
                        let (to, from) = (first * rows + row * width, row * columns + first)
                        for column in 0..<width { target[to + column] = source[from + column] }
                    }
                }
            }
        }
    }

    /// The transpose of a matrix.
    init(transposing matrix: Matrix) {
        rows = matrix.columns
        columns = matrix.rows
        values = matrix.values.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return [] }
            return DenseProduct.packed(transposing: base, depth: matrix.columns, columns: matrix.rows)
        }
    }

    /// Where the values of a row lie that belong to the panel beginning at `column`.
    func place(row: Int, column: Int) -> Int {
        DenseProduct.offset(rows: rows, columns: columns, row: row, column: column)
    }

    /// The first columns of the panels.
    var panels: StrideTo<Int> { stride(from: 0, to: columns, by: DenseProduct.panel) }

    /// The value in a row and column.
    subscript(row: Int, column: Int) -> Float {
        get {
            let first = column / DenseProduct.panel * DenseProduct.panel
            return values[place(row: row, column: first) + column - first]
        }
        set {
            let first = column / DenseProduct.panel * DenseProduct.panel
            values[place(row: row, column: first) + column - first] = newValue
        }
    }

    /// The values of a row in order.
    func row(_ row: Int) -> [Float] { (0..<columns).map { self[row, $0] } }
}

extension Matrix {
    /// Writes `self x right` in panels.
    /// - Parameter result: `rows x right.columns`, overwritten whole.
    /// - Complexity: O(rows x columns x right.columns); allocates nothing.
    func multiply(_ right: Panels, into result: inout Panels) {
        precondition(columns == right.rows && result.rows == rows && result.columns == right.columns, "sizes fit")
        values.withUnsafeBufferPointer { source in
            right.values.withUnsafeBufferPointer { weights in
                result.values.withUnsafeMutableBufferPointer { target in
                    guard let source = source.baseAddress, let weights = weights.baseAddress,
                        let target = target.baseAddress
                    else { return }
                    for top in stride(from: 0, to: rows, by: Matrix.rowBlock) {
                        let count = min(Matrix.rowBlock, rows - top)
                        for first in stride(from: 0, to: right.columns, by: DenseProduct.panel) {
                            let width = min(DenseProduct.panel, right.columns - first)
                            DenseProduct.run(
                                rows: count, depth: columns, columns: width, source: source + top * columns,
                                sourceStride: columns, weights: weights + first * columns,
                                target: target + first * rows + top * width, targetStride: width)
                        }
                    }
                }
            }
        }
    }

    /// `self x right`.
    /// - Parameter lowerHalf: only what lies on and below the diagonal, in whole panels: for products that are symmetric.
    func multiplied(by right: Panels, lowerHalf: Bool = false) -> Matrix {
        precondition(columns == right.rows, "sizes fit")
        var result = Matrix(rows: rows, columns: right.columns)
        values.withUnsafeBufferPointer { source in
            right.values.withUnsafeBufferPointer { weights in
                result.values.withUnsafeMutableBufferPointer { target in
                    guard let source = source.baseAddress, let weights = weights.baseAddress,
                        let target = target.baseAddress
                    else { return }
                    for top in stride(from: 0, to: rows, by: Matrix.rowBlock) {
                        let count = min(Matrix.rowBlock, rows - top)
                        DenseProduct.run(
                            rows: count, depth: columns,
                            columns: lowerHalf
                                ? min(top + count, right.columns).roundedUp(DenseProduct.panel, right.columns)
                                : right.columns,
                            source: source + top * columns, sourceStride: columns, weights: weights,
                            target: target + top * right.columns, targetStride: right.columns)
                    }
                }
            }
        }
        return result
    }

    /// The symmetric matrix of which this is the lower half.
    mutating func mirror() {
        values.withUnsafeMutableBufferPointer { values in
            for row in 0..<rows {
                for column in 0..<row { values[column * columns + row] = values[row * columns + column] }
            }
        }
    }
}

extension Int {
    /// The next multiple, at most `limit`.
    fileprivate func roundedUp(_ step: Int, _ limit: Int) -> Int { Swift.min((self + step - 1) / step * step, limit) }
}
