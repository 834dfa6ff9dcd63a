// Concat: values one behind the other along an axis.

import ONNXFormat

/// Some values along one axis. Data inputs: all of them.
struct Concatenation: Operation {
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
        guard let axis = try node.int("axis", in: -8...7) else { throw Fault(.invalid, "it has no axis") }
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

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor {
        let shape = try shape(of: inputs.map(\.shape))
        let outer = shape[..<axis].reduce(1, *)
        guard inputs[0].type == .float32 else {
            var parts: [(elements: [Int], run: Int)] = []
            for input in inputs { parts.append((try input.integers(), input.shape[axis...].reduce(1, *))) }
            return Tensor(shape: shape, integers: interleaved(parts, outer: outer), type: inputs[0].type)
        }
        var parts: [(elements: [Float], run: Int)] = []
        for input in inputs { parts.append((try input.floats(), input.shape[axis...].reduce(1, *))) }
        return Tensor(shape: shape, floats: interleaved(parts, outer: outer))
    }

    private func interleaved<Element>(_ parts: [(elements: [Element], run: Int)], outer: Int) -> [Element] {
        (0..<outer).flatMap { index in
            parts.flatMap { $0.elements[index * $0.run..<(index + 1) * $0.run] }
        }
    }
}
