// Gemm: alpha * A' * B' + beta * C, where ' turns a matrix over if its attribute says so.
// MatMul: A * B, where A may have further dimensions in front, which count as rows.

import ONNXFormat

/// A matrix product. Data inputs: left, right, and for Gemm a third that is added, broadcast to the product's shape.
struct MatrixProduct: PlainOperation {
    var transposesLeft = false
    var transposesRight = false
    var alpha: Float = 1
    var beta: Float = 1
    var hasAddend = false
    private var addend: Walk?

    private init() {}

    init(gemm node: inout NodeReader) throws(Fault) {
        let left = try node.takeData(0)
        let right = try node.takeData(1)
        guard left.shape.count == 2, right.shape.count == 2 else {
            throw Fault(.invalid, "its inputs have the shapes \(left.shape) and \(right.shape), not two matrices")
        }
        guard left.type.isFloating else { throw Fault(.unsupported, "it multiplies \(left.type) values") }
        let third = try node.takeOptionalData(2)
        hasAddend = third != nil
        if node.opset < 7 { _ = try node.flag("broadcast") }
        transposesLeft = try node.flag("transA")
        transposesRight = try node.flag("transB")
        alpha = try node.float("alpha") ?? 1
        beta = try node.float("beta") ?? 1
        if let third {
            let shape = try shape(of: [left.shape, right.shape, third.shape])
            addend = Walk(shape, [broadcastStrides(third.shape, to: shape)])
        }
    }

    /// A product of which the right value is a constant matrix; others are a ``BatchProduct``.
    static func matMul(_ node: inout NodeReader) throws(Fault) -> any Operation {
        guard let left = node.value(0), let right = node.value(1), left.shape.count >= 2, right.shape.count == 2,
            left.constant == nil, right.constant != nil, right.type.isFloating
        else { return try BatchProduct(matMul: &node) }
        _ = try (node.takeData(0), node.takeData(1))
        return MatrixProduct()
    }

    /// The same product with something added.
    /// - Parameter shapes: of left, right and what is added.
    func adding(_ shapes: [[Int]]) throws(Fault) -> MatrixProduct {
        var copy = self
        (copy.hasAddend, copy.beta) = (true, 1)
        let shape = try copy.shape(of: shapes)
        copy.addend = Walk(shape, [broadcastStrides(shapes[2], to: shape)])
        return copy
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] {
        let (left, right) = (inputs[0], inputs[1])
        let leading = transposesLeft ? [left[1]] : Array(left.dropLast())
        let inner = transposesLeft ? left[0] : left[left.count - 1]
        let (rightInner, columns) = transposesRight ? (right[1], right[0]) : (right[0], right[1])
        guard inner == rightInner, inner > 0 else {
            throw Fault(.invalid, "the shapes \(left) and \(right) can't be multiplied")
        }
        let shape = leading + [columns]
        if hasAddend, try broadcastShape(inputs[2], shape) != shape {
            throw Fault(.invalid, "what is added has the shape \(inputs[2]), the product \(shape)")
        }
        return shape
    }

    var isFoldable: Bool { false }

    func work(_ inputs: [[Int]], _ output: [Int]) -> Double {
        Double(output.reduce(1, *)) * Double(transposesRight ? inputs[1][1] : inputs[1][0])
    }

    func compute(_ inputs: [Operand], into output: Operand) {
        let (left, right, target) = (inputs[0].floats, inputs[1].floats, output.floats)
        let columns = output.shape.last ?? 1
        let rows = output.count / columns
        let inner = transposesRight ? inputs[1].shape[1] : inputs[1].shape[0]
        for row in 0..<rows {
            for column in 0..<columns {
                var sum = 0.0
                for step in 0..<inner {
                    sum +=
                        Double(left[transposesLeft ? step * rows + row : row * inner + step])
                        * Double(right[transposesRight ? column * inner + step : step * columns + column])
                }
                target[row * columns + column] = Float(Double(alpha) * sum)
            }
        }
        let beta = beta
        if hasAddend { addend?.forEach { index, place, _, _ in target[index] += beta * inputs[2].floats[place] } }
    }
}
