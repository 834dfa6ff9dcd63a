// Softmax: exp(x - m) / sum of exp(x - m) along an axis, m the largest there. Before version 13 along all axes from the
// given one on.

#if canImport(Glibc)
    import Glibc
#endif

/// Probabilities along neighbouring axes. Data input: x.
struct Softmax: Operation {
    /// The axes that are summed over together.
    let axes: Range<Int>

    init(_ node: inout NodeReader) throws(Fault) {
        let rank = try node.takeData(0).shape.count
        let axis = try resolvedAxis(try node.int("axis", in: -8...7) ?? (node.opset < 13 ? 1 : -1), rank: rank)
        guard rank > 0 else { throw Fault(.unsupported, "its input is a single number") }
        axes = axis..<(node.opset < 13 ? rank : axis + 1)
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { try single(inputs) }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor {
        let shape = inputs[0].shape
        var answer = try inputs[0].floats()
        let length = shape[axes].reduce(1, *)
        let inner = shape[axes.upperBound...].reduce(1, *)
        for outer in 0..<shape[..<axes.lowerBound].reduce(1, *) {
            for offset in 0..<inner {
                let places = (0..<length).map { (outer * length + $0) * inner + offset }
                let largest = Double(places.map { answer[$0] }.max() ?? 0)
                let powers = places.map { exp(Double(answer[$0]) - largest) }
                let sum = powers.reduce(0, +)
                for (place, power) in zip(places, powers) { answer[place] = Float(power / sum) }
            }
        }
        return Tensor(shape: shape, floats: answer)
    }
}
