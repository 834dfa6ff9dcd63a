import CKernels

/// A matrix as the product kernels want it: panels of some columns one behind the other.
struct PackedMatrix {
    private static let panel = Int(rk_product_panel)
    let depth: Int
    let columns: Int
    private var values: [Float]

    init(depth: Int, columns: Int) {
        (self.depth, self.columns) = (depth, columns)
        values = [Float](repeating: 0, count: depth * columns)
    }

    /// - Parameter matrix: `depth` rows of `columns`.
    init(_ matrix: [Double], depth: Int, columns: Int) {
        self.init(depth: depth, columns: columns)
        for row in 0..<depth {
            for column in 0..<columns { self[row, column] = Float(matrix[row * columns + column]) }
        }
    }

    subscript(row: Int, column: Int) -> Float {
        get { values[place(row, column)] }
        set { values[place(row, column)] = newValue }
    }

    private func place(_ row: Int, _ column: Int) -> Int {
        let first = column / Self.panel * Self.panel
        return first * depth + row * min(Self.panel, columns - first) + column - first
    }

    /// `left * self`.
    /// - Parameter left: `rows` rows of `depth`.
    func product(_ left: [Float], rows: Int) -> [Float] {
        var shape = rk_product(
            depth: depth, columns: columns, src_stride: depth, dst_stride: columns, residual_stride: columns,
            lead: 0, minimum: -.infinity, maximum: .infinity)
        let multiply = rk_pick_f32_f32_product(rk_cpu())
        return [Float](unsafeUninitializedCapacity: rows * columns) { target, written in
            left.withUnsafeBufferPointer { left in
                values.withUnsafeBufferPointer { values in
                    multiply(&shape, rows, left.baseAddress, values.baseAddress, nil, nil, target.baseAddress)
                }
            }
            written = rows * columns
        }
    }
}
