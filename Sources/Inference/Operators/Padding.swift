// Pad: a frame of one constant value around x.

import ONNXFormat

/// A frame around a value. Data input: x.
struct Padding: Operation {
    /// Elements in front of and behind those of each axis.
    let before: [Int]
    let after: [Int]
    let value: Float

    init(_ node: inout NodeReader) throws(Fault) {
        let input = try node.takeData(0)
        guard input.type == .float32 else { throw Fault(.unsupported, "it pads \(input.type) values") }
        let mode = try node.string("mode") ?? "constant"
        guard mode == "constant" else { throw Fault(.unsupported, "its mode is '\(mode)'; only 'constant' is known") }
        let rank = input.shape.count
        let pads: [Int]?
        var axes = Array(0..<rank)
        if node.opset < 11 {
            pads = try node.ints("pads", in: 0...Window.limit)
            value = try node.float("value") ?? 0
        } else {
            pads = try node.constantIntegers(1, "pads")
            value = try node.constantFloat(2, "value") ?? 0
            if let given = try node.constantIntegers(3, "axes") {
                axes = []
                for axis in given { axes.append(try resolvedAxis(axis, rank: rank)) }
                _ = try resolvedAxes(given, rank: rank)
            }
        }
        guard let pads, pads.count == 2 * axes.count, pads.allSatisfy((0...Window.limit).contains) else {
            throw Fault(.invalid, "its pads are \(pads ?? []) for \(axes.count) axes; negative ones aren't supported")
        }
        var (before, after) = ([Int](repeating: 0, count: rank), [Int](repeating: 0, count: rank))
        for (index, axis) in axes.enumerated() {
            before[axis] = pads[index]
            after[axis] = pads[axes.count + index]
        }
        (self.before, self.after) = (before, after)
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] {
        let input = try single(inputs)
        return input.indices.map { before[$0] + input[$0] + after[$0] }
    }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor {
        let shape = try shape(of: inputs.map(\.shape))
        let source = try inputs[0].floats()
        let strides = denseStrides(shape)
        let offset = zip(before, strides).map { $0 * $1 }.reduce(0, +)
        var answer = [Float](repeating: value, count: shape.reduce(1, *))
        for (index, place) in places(in: inputs[0].shape, strides: strides, offset: offset).enumerated() {
            answer[place] = source[index]
        }
        return Tensor(shape: shape, floats: answer)
    }
}
