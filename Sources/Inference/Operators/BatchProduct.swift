// MatMul of any two values: the last two axes are matrices, those in front are broadcast; a value with one axis is a row on
// the left, a column on the right. MatMulInteger: sums of (a - a's zero point) * (b - b's zero point); QLinearMatMul: these
// sums rescaled to the output's scale and zero point.

import ONNXFormat

/// Matrix products for which there is no kernel. Data inputs: left, right, then what its kind has.
struct BatchProduct: PlainOperation {
    enum Kind: Sendable {
        case values
        /// Zero points (one, or one a row on the left, a column on the right) may follow.
        case integers(left: Bool, right: Bool)
        /// Behind left and right each: scale and zero point; then those of the output.
        case quantised
    }

    let kind: Kind
    private let target: [Int]
    private let rows: Int
    private let inner: Int
    private let columns: Int
    /// Where the matrices of each product begin.
    private let batches: Walk

    init(matMul node: inout NodeReader) throws(Fault) {
        let (left, right) = (try node.takeData(0), try node.takeData(1))
        guard left.type == right.type else { throw Fault(.invalid, "its inputs are \(left.type) and \(right.type)") }
        try self.init(.values, left.shape, right.shape)
    }

    init(integer node: inout NodeReader) throws(Fault) {
        let (left, right) = (try node.takeData(0), try node.takeData(1))
        let zeros = (try node.takeOptionalData(2), try node.takeOptionalData(3))
        try self.init(.integers(left: zeros.0 != nil, right: zeros.1 != nil), left.shape, right.shape)
        try require([zeros.0?.count ?? 1], [zeros.1?.count ?? 1])
    }

    init(quantised node: inout NodeReader) throws(Fault) {
        var values: [Value] = []
        for index in 0..<8 { values.append(try node.takeData(index)) }
        try self.init(.quantised, values[0].shape, values[3].shape)
        try require([values[1].count, values[2].count], [values[4].count, values[5].count])
        guard values[6].count == 1, values[7].count == 1 else {
            throw Fault(.unsupported, "its output's scale or zero point is not one number")
        }
    }

    private func require(_ left: [Int], _ right: [Int]) throws(Fault) {
        guard left.allSatisfy({ [1, rows].contains($0) }), right.allSatisfy({ [1, columns].contains($0) }) else {
            throw Fault(.unsupported, "its scales or zero points are not one number, nor one a row or column")
        }
    }

    private init(_ kind: Kind, _ left: [Int], _ right: [Int]) throws(Fault) {
        guard !left.isEmpty, !right.isEmpty else { throw Fault(.invalid, "it multiplies single numbers") }
        let first = left.count == 1 ? [1] + left : left
        let second = right.count == 1 ? right + [1] : right
        (rows, inner, columns) = (first[first.count - 2], first[first.count - 1], second[second.count - 1])
        guard inner == second[second.count - 2] else {
            throw Fault(.invalid, "the shapes \(left) and \(right) can't be multiplied")
        }
        self.kind = kind
        let shape = try broadcastShape(Array(first.dropLast(2)), Array(second.dropLast(2)))
        target = shape + (left.count == 1 ? [] : [rows]) + (right.count == 1 ? [] : [columns])
        guard let count = elementCount(of: target), count <= 1 << 40 else {
            throw Fault(.tooLarge, "a value of the shape \(target)")
        }
        let (rows, inner, columns) = (rows, inner, columns)
        batches = Walk(
            shape,
            [
                broadcastStrides(Array(first.dropLast(2)), to: shape).map { $0 * rows * inner },
                broadcastStrides(Array(second.dropLast(2)), to: shape).map { $0 * inner * columns },
            ])
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { target }

    func type(of inputs: [ONNXElementType]) -> ONNXElementType {
        switch kind {
        case .values: inputs[0]
        case .integers: .int32
        case .quantised: inputs[7]
        }
    }

    func work(_ inputs: [[Int]], _ output: [Int]) -> Double { Double(output.reduce(1, *)) * Double(max(inner, 1)) }

    func compute(_ inputs: [Operand], into output: Operand) {
        batches.forEach { index, left, right, _ in
            let to = index * rows * columns
            switch kind {
            case .values where output.isFloating:
                multiply(inputs[0].floats + left, inputs[1].floats + right, output.floats + to)
            case .values:
                forEachSum(inputs[0].integers + left, inputs[1].integers + right, { _ in 0 }, { _ in 0 }) {
                    row, column, sum in
                    output.integers[to + row * columns + column] = output.type.wrapped(sum)
                }
            case .integers(let hasLeft, let hasRight):
                let zeros = (hasLeft ? inputs[2] : nil, hasRight ? inputs[hasLeft ? 3 : 2] : nil)
                forEachSum(
                    inputs[0].integers + left, inputs[1].integers + right, { number(zeros.0, $0) },
                    { number(zeros.1, $0) }
                ) { row, column, sum in
                    output.integers[to + row * columns + column] = output.type.wrapped(sum)
                }
            case .quantised:
                forEachSum(
                    inputs[0].integers + left, inputs[3].integers + right, { number(inputs[2], $0) },
                    { number(inputs[5], $0) }
                ) { row, column, sum in
                    let scale = scale(inputs[1], row) * scale(inputs[4], column) / inputs[6].floats[0]
                    output.integers[to + row * columns + column] = quantised(
                        Float(sum) * scale, zero: inputs[7].integers[0], output.type)
                }
            }
        }
    }

    private func number(_ values: Operand?, _ index: Int) -> Int {
        values.map { $0.integers[$0.count == 1 ? 0 : index] } ?? 0
    }

    private func scale(_ values: Operand, _ index: Int) -> Float { values.floats[values.count == 1 ? 0 : index] }

    /// Row by row of the right matrix, which the compiler makes vectors of.
    private func multiply(
        _ left: UnsafeMutablePointer<Float>, _ right: UnsafeMutablePointer<Float>, _ target: UnsafeMutablePointer<Float>
    ) {
        for row in 0..<rows {
            let line = target + row * columns
            line.update(repeating: 0, count: columns)
            for step in 0..<inner {
                let (factor, source) = (left[row * inner + step], right + step * columns)
                for column in 0..<columns { line[column] += factor * source[column] }
            }
        }
    }

    @inline(__always)
    private func forEachSum(
        _ left: UnsafeMutablePointer<Int>, _ right: UnsafeMutablePointer<Int>, _ leftZero: (Int) -> Int,
        _ rightZero: (Int) -> Int, _ body: (_ row: Int, _ column: Int, _ sum: Int) -> Void
    ) {
        for row in 0..<rows {
            for column in 0..<columns {
                let zeros = (leftZero(row), rightZero(column))
                var sum = 0
                for step in 0..<inner {
                    sum &+= (left[row * inner + step] &- zeros.0) &* (right[step * columns + column] &- zeros.1)
                }
                body(row, column, sum)
            }
        }
    }
}
