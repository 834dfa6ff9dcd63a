// Gemm: alpha * A' * B' + beta * C, where ' turns a matrix over if its attribute says so.
// MatMul: A * B, where A may have further dimensions in front, which count as rows.

/// A matrix product. Data inputs: left, right, and for Gemm a third that is added, broadcast to the product's shape.
struct MatrixProduct: Operation {
    var transposesLeft = false
    var transposesRight = false
    var alpha: Float = 1
    var beta: Float = 1
    var hasAddend = false

    init(gemm node: inout NodeReader) throws(Fault) {
        let left = try node.takeData(0)
        let right = try node.takeData(1)
        guard left.shape.count == 2, right.shape.count == 2 else {
            throw Fault(.invalid, "its inputs have the shapes \(left.shape) and \(right.shape), not two matrices")
        }
        hasAddend = try node.takeOptionalData(2) != nil
        transposesLeft = try node.flag("transA")
        transposesRight = try node.flag("transB")
        alpha = try node.float("alpha") ?? 1
        beta = try node.float("beta") ?? 1
    }

    init(matMul node: inout NodeReader) throws(Fault) {
        let left = try node.takeData(0)
        let right = try node.takeData(1)
        guard left.shape.count >= 2, right.shape.count == 2 else {
            throw Fault(.unsupported, "a product of the shapes \(left.shape) and \(right.shape)")
        }
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

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor {
        let shape = try shape(of: inputs.map(\.shape))
        let (left, right) = (try inputs[0].floats(), try inputs[1].floats())
        let columns = shape[shape.count - 1]
        let rows = shape.dropLast().reduce(1, *)
        let inner = transposesRight ? inputs[1].shape[1] : inputs[1].shape[0]
        var addend = [Float](repeating: 0, count: rows * columns)
        if hasAddend {
            addend = try inputs[2].picking(broadcastPlaces(inputs[2].shape, to: shape), shape: shape).floats()
        }
        var answer: [Float] = []
        for row in 0..<rows {
            for column in 0..<columns {
                var sum = 0.0
                for step in 0..<inner {
                    sum +=
                        Double(left[transposesLeft ? step * rows + row : row * inner + step])
                        * Double(right[transposesRight ? column * inner + step : step * columns + column])
                }
                answer.append(Float(Double(alpha) * sum + Double(beta) * Double(addend[row * columns + column])))
            }
        }
        return Tensor(shape: shape, floats: answer)
    }
}
