// Concat: values one behind the other along an axis.

import ONNXFormat

/// Some values along one axis. Data inputs: all of them.
struct Concatenation: PlainOperation {
    let axis: Int

    init(_ node: inout NodeReader) throws(Fault) {
        var ranks: Set<Int> = []
        var types: Set<Int> = []
        for index in 0..<node.inputCount {
            let value = try node.takeData(index)
            ranks.insert(value.shape.count)
            types.insert(value.type.rawValue)
        }
        guard let rank = ranks.first, ranks.count == 1, types.count == 1 else {
            throw Fault(.invalid, "its inputs have different numbers of dimensions or types, or there are none")
        }
        guard let axis = try node.int("axis", in: -8...7) ?? (node.opset < 4 ? 1 : nil) else {
            throw Fault(.invalid, "it has no axis")
        }
        self.axis = try resolvedAxis(axis, rank: rank)
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] {
        var shape = inputs[0]
        guard shape.indices.contains(axis) else { throw Fault(.invalid, "axis \(axis) of \(shape)") }
        for other in inputs.dropFirst() {
            guard other.indices.allSatisfy({ $0 == axis || other[$0] == shape[$0] }) else {
                throw Fault(.invalid, "the shapes \(inputs[0]) and \(other) differ in more than axis \(axis)")
            }
            shape[axis] += other[axis]
        }
        return shape
    }

    func compute(_ inputs: [Operand], into output: Operand) {
        let whole = AxisView(output.shape, axis: axis)
        var start = 0
        for input in inputs {
            let run = input.shape[axis] * whole.inner
            for outer in 0..<whole.outer {
                let place = outer * whole.length * whole.inner + start
                if output.isFloating {
                    (output.floats + place).update(from: input.floats + outer * run, count: run)
                } else {
                    (output.integers + place).update(from: input.integers + outer * run, count: run)
                }
            }
            start += run
        }
    }
}
