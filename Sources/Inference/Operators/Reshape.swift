// Reshape, Flatten, Squeeze, Unsqueeze: the same elements in the same order under another shape. Identity, Dropout: the
// same value.

import ONNXFormat

/// The same elements under a shape that is known before the run. Data input: x.
struct Reshape: Operation {
    let target: [Int]

    /// - Parameter target: has as many elements as x.
    init(to target: [Int]) { self.target = target }

    init(reshape node: inout NodeReader) throws(Fault) {
        let input = try node.takeData(0)
        let allowsZero = node.opset >= 14 ? try node.flag("allowzero") : false
        let given = node.opset < 5 ? try node.ints("shape", in: -1...Int.max) : try node.constantIntegers(1, "shape")
        guard var shape = given else { throw Fault(.invalid, "it has no shape") }
        for (axis, size) in shape.enumerated() where size == 0 && !allowsZero {
            guard input.shape.indices.contains(axis) else {
                throw Fault(.invalid, "its shape \(shape) copies a dimension that \(input.shape) lacks")
            }
            shape[axis] = input.shape[axis]
        }
        if let open = shape.firstIndex(of: -1) {
            shape[open] = 1
            guard let rest = checkedCount(shape), rest > 0, input.count % rest == 0 else {
                throw Fault(.invalid, "a value of the shape \(input.shape) has no shape like \(shape)")
            }
            shape[open] = input.count / rest
        }
        guard checkedCount(shape) == input.count else {
            throw Fault(.invalid, "a value of the shape \(input.shape) can't have the shape \(shape)")
        }
        target = shape
    }

    init(flatten node: inout NodeReader) throws(Fault) {
        let input = try node.takeData(0)
        var axis = try node.int("axis", in: -8...8) ?? 1
        if axis < 0 { axis += input.shape.count }
        guard (0...input.shape.count).contains(axis) else { throw Fault(.invalid, "axis \(axis) of \(input.shape)") }
        target = [input.shape[..<axis].reduce(1, *), input.shape[axis...].reduce(1, *)]
    }

    init(squeeze node: inout NodeReader) throws(Fault) {
        let input = try node.takeData(0)
        let given = node.opset < 13 ? try node.ints("axes", in: -8...7) : try node.constantIntegers(1, "axes")
        let axes: [Int]
        if let given {
            axes = try resolvedAxes(given, rank: input.shape.count)
        } else {
            axes = input.shape.indices.filter { input.shape[$0] == 1 }
        }
        guard axes.allSatisfy({ input.shape[$0] == 1 }) else {
            throw Fault(.invalid, "axes \(axes) of the shape \(input.shape) are not all 1")
        }
        target = input.shape.indices.filter { !axes.contains($0) }.map { input.shape[$0] }
    }

    init(unsqueeze node: inout NodeReader) throws(Fault) {
        let input = try node.takeData(0)
        let given = node.opset < 13 ? try node.ints("axes", in: -8...7) : try node.constantIntegers(1, "axes")
        guard let given, input.shape.count + given.count <= 8 else {
            throw Fault(.invalid, "it has no axes, or too many")
        }
        let rank = input.shape.count + given.count
        let axes = try resolvedAxes(given, rank: rank)
        var rest = input.shape[...]
        target = (0..<rank).map { axes.contains($0) ? 1 : rest.removeFirst() }
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { target }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor { inputs[0].reshaped(target) }
}

/// The value itself: nothing is left of these nodes in the graph. Data input: x.
struct PassThrough: Operation {
    init() {}

    init(identity node: inout NodeReader) throws(Fault) {
        _ = try node.takeData(0)
    }

    /// The value, or the mask that says that all of it was kept.
    static func dropout(_ node: inout NodeReader) throws(Fault) -> any Operation {
        let input = try node.takeData(0)
        _ = try node.float("ratio")
        _ = node.attribute("seed")
        _ = try node.flag("is_test")
        _ = try node.takeReference(1)
        if let training = try node.constant(2, "training mode"), try training.integers() != [0] {
            throw Fault(.unsupported, "it is in training mode")
        }
        guard node.outputIndex() == 1 else { return PassThrough() }
        return Kept(shape: input.shape)
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { try single(inputs) }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor { inputs[0] }
}

/// Dropout's mask: true everywhere. Data input: x, whose elements don't matter.
private struct Kept: Operation {
    let shape: [Int]

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { shape }

    func type(of inputs: [ONNXElementType]) -> ONNXElementType { .bool }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor {
        Tensor(shape: shape, integers: [Int](repeating: 1, count: shape.reduce(1, *)), type: .bool)
    }
}

private func checkedCount(_ shape: [Int]) -> Int? {
    var product = 1
    for size in shape {
        let (next, overflow) = product.multipliedReportingOverflow(by: size)
        guard size >= 0, !overflow else { return nil }
        product = next
    }
    return product
}
