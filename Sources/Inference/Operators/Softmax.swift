// Softmax: exp(x - m) / sum of exp(x - m) along an axis, m the largest there. Before version 13 along all axes from the
// given one on. LogSoftmax: its logarithm. Hardmax: 1 for the first of the largest, 0 for the others.

#if canImport(Glibc)
    import Glibc
#endif

/// Probabilities along neighbouring axes. Data input: x.
struct Softmax: PlainOperation {
    enum Kind: Sendable {
        case shares, logarithms, hard
    }

    let kind: Kind
    /// The axes that are summed over together.
    let axes: Range<Int>

    init(_ node: inout NodeReader, _ kind: Kind) throws(Fault) {
        self.kind = kind
        let rank = try node.takeData(0).shape.count
        let axis = try resolvedAxis(try node.int("axis", in: -8...7) ?? (node.opset < 13 ? 1 : -1), rank: rank)
        guard rank > 0 else { throw Fault(.unsupported, "its input is a single number") }
        axes = axis..<(node.opset < 13 ? rank : axis + 1)
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { try single(inputs) }

    func compute(_ inputs: [Operand], into output: Operand) {
        let (source, target) = (inputs[0].floats, output.floats)
        let view = AxisView(output.shape, axes: axes)
        view.forEachLine { first in
            var (largest, place) = (-Double.infinity, 0)
            for index in 0..<view.length where Double(source[first + index * view.inner]) > largest {
                (largest, place) = (Double(source[first + index * view.inner]), index)
            }
            if kind == .hard {
                for index in 0..<view.length { target[first + index * view.inner] = index == place ? 1 : 0 }
                return
            }
            var sum = 0.0
            for index in 0..<view.length { sum += exp(Double(source[first + index * view.inner]) - largest) }
            for index in 0..<view.length {
                let value = Double(source[first + index * view.inner]) - largest
                target[first + index * view.inner] = Float(kind == .logarithms ? value - log(sum) : exp(value) / sum)
            }
        }
    }
}
