// Pad: a frame around x, of one value, or of x's own elements: reflect, turned over at the edge; edge, the outermost
// ones; wrap, those of the other end. Negative pads cut off.

import ONNXFormat

/// A frame around a value. Data input: x.
struct Padding: PlainOperation {
    enum Mode: String, Sendable {
        case constant, reflect, edge, wrap
    }

    let mode: Mode
    /// Elements in front of and behind those of each axis.
    let before: [Int]
    let after: [Int]
    let value: Float
    private var integerValue = 0
    private let target: [Int]

    init(_ node: inout NodeReader) throws(Fault) {
        let input = try node.takeData(0)
        let name = try node.string("mode") ?? "constant"
        guard let mode = Mode(rawValue: name) else { throw Fault(.unsupported, "its mode is '\(name)'") }
        self.mode = mode
        let rank = input.shape.count
        let range = -Window.limit...Window.limit
        let pads: [Int]?
        var axes = Array(0..<rank)
        if node.opset < 11 {
            pads = try node.ints(node.opset < 2 ? "paddings" : "pads", in: range)
            value = try node.float("value") ?? 0
        } else {
            pads = try node.constantIntegers(1, "pads")
            let constant = try node.constant(2, "value")
            guard constant?.count ?? 1 == 1, constant?.type ?? input.type == input.type else {
                throw Fault(.invalid, "its value is no single number of its input's type")
            }
            if input.type.isFloating {
                value = try constant?.floats()[0] ?? 0
            } else {
                (value, integerValue) = (0, try constant?.integers()[0] ?? 0)
            }
            if let given = try node.constantIntegers(3, "axes") {
                axes = []
                for axis in given { axes.append(try resolvedAxis(axis, rank: rank)) }
                _ = try resolvedAxes(given, rank: rank)
            }
        }
        guard let pads, pads.count == 2 * axes.count, pads.allSatisfy(range.contains) else {
            throw Fault(.invalid, "its pads are \(pads ?? []) for \(axes.count) axes")
        }
        var (before, after) = ([Int](repeating: 0, count: rank), [Int](repeating: 0, count: rank))
        for (index, axis) in axes.enumerated() {
            before[axis] = pads[index]
            after[axis] = pads[axes.count + index]
        }
        (self.before, self.after) = (before, after)
        let target = input.shape.indices.map { before[$0] + input.shape[$0] + after[$0] }
        self.target = target
        guard target.allSatisfy({ $0 >= 0 }), let count = elementCount(of: target), count <= 1 << 40 else {
            throw Fault(.invalid, "its pads make the shape \(target)")
        }
        guard mode == .constant || !input.shape.contains(0) || target.contains(0) else {
            throw Fault(.invalid, "it repeats the elements of a value that has none")
        }
    }

    /// Whether it only adds a frame of one number.
    var isPlainFrame: Bool { mode == .constant && (before + after).allSatisfy { $0 >= 0 } }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { target }

    func compute(_ inputs: [Operand], into output: Operand) {
        let input = inputs[0]
        // Axis by axis from the last: where each element of the output comes from, nil for the frame's value.
        for index in 0..<output.count {
            var (rest, place, stride, inside) = (index, 0, 1, true)
            for axis in target.indices.reversed() {
                let size = input.shape[axis]
                let position = source(rest % target[axis] - before[axis], size: size)
                rest /= target[axis]
                if position < 0 { inside = false }
                place += position * stride
                stride *= size
            }
            if output.isFloating {
                output.floats[index] = inside ? input.floats[place] : value
            } else {
                output.integers[index] = inside ? input.integers[place] : integerValue
            }
        }
    }

    /// The index along an axis that one in the frame stands for; below 0 for none.
    @inline(__always)
    private func source(_ position: Int, size: Int) -> Int {
        if (0..<size).contains(position) { return position }
        switch mode {
        case .constant: return -1
        case .edge: return position < 0 ? 0 : size - 1
        case .wrap: return ((position % size) + size) % size
        case .reflect:
            guard size > 1 else { return 0 }
            let period = 2 * (size - 1)
            let folded = ((position % period) + period) % period
            return min(folded, period - folded)
        }
    }
}
