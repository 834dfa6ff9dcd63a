import CKernels

/// Matrix products on the network's kernel, for what is computed beside a network: heads and their training.
///
/// A matrix of many columns lies in panels of ``panel`` columns one behind the other, the last as narrow as what is left;
/// inside a panel row follows row. Up to ``panel`` columns that is the plain order.
public enum DenseProduct {
    /// Columns of a panel.
    public static let panel = rk_product_panel

    /// `target[r][c] = bias[c] + sum over k of source[r][k] * weights[k][c]`.
    /// - Parameters:
    ///   - rows: of `source` and `target`.
    ///   - source: rows of `depth` values, `sourceStride` apart.
    ///   - weights: `depth x columns` in panels.
    ///   - bias: one a column; nil for 0.
    ///   - adding: is added to the product, lies as `target` does; nil for nothing. Not the target itself.
    ///   - target: rows of `columns` values, `targetStride` apart; overlaps nothing that is read.
    /// - Complexity: O(rows x depth x columns); allocates nothing. Few enough rows that they stay in the second-level
    ///   cache are best.
    public static func run(
        rows: Int, depth: Int, columns: Int, source: UnsafePointer<Float>, sourceStride: Int,
        weights: UnsafePointer<Float>, bias: UnsafePointer<Float>? = nil, adding: UnsafePointer<Float>? = nil,
        target: UnsafeMutablePointer<Float>, targetStride: Int
    ) {
        var shape = rk_product(
            depth: depth, columns: columns, src_stride: sourceStride, dst_stride: targetStride,
            residual_stride: targetStride, lead: 0, minimum: -.infinity, maximum: .infinity)
        rk_pick_f32_f32_product(rk_cpu())(&shape, rows, source, weights, bias, adding, target)
    }

    /// Where a row's values of a panel begin in a matrix of `rows` rows.
    /// - Parameter column: the first of its panel.
    public static func offset(rows: Int, columns: Int, row: Int, column: Int) -> Int {
        column * rows + row * min(panel, columns - column)
    }

    /// The transpose of `matrix` in panels: `columns` rows of `depth` values become `depth` rows of `columns`.
    public static func packed(transposing matrix: UnsafePointer<Float>, depth: Int, columns: Int) -> [Float] {
        [Float](unsafeUninitializedCapacity: depth * columns) { target, count in
            for first in stride(from: 0, to: columns, by: panel) {
                let width = min(panel, columns - first)
                for row in 0..<depth {
                    let start = first * depth + row * width
                    for column in 0..<width {
                        target.initializeElement(at: start + column, to: matrix[(first + column) * depth + row])
                    }
                }
            }
            count = depth * columns
        }
    }
}
