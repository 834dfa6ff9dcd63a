// LRN: x / (bias + alpha / size * sum of the squares of the channels around)^beta.

import ONNXFormat

#if canImport(Glibc)
    import Glibc
#endif

/// Local response normalisation over neighbouring channels. Data input: x.
struct LocalResponse: PlainOperation {
    let size: Int
    let alpha: Float
    let beta: Float
    let bias: Float

    init(_ node: inout NodeReader) throws(Fault) {
        let shape = try node.takeData(0).shape
        guard shape.count >= 2 else { throw Fault(.invalid, "its input has the shape \(shape)") }
        guard let size = try node.int("size", in: 1...Window.limit) else { throw Fault(.invalid, "it has no size") }
        self.size = size
        alpha = try node.float("alpha") ?? 1e-4
        beta = try node.float("beta") ?? 0.75
        bias = try node.float("bias") ?? 1
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { try single(inputs) }

    func work(_ inputs: [[Int]], _ output: [Int]) -> Double { Double(output.reduce(1, *)) * Double(size) }

    func compute(_ inputs: [Operand], into output: Operand) {
        let (source, target) = (inputs[0].floats, output.floats)
        let view = AxisView(output.shape, axis: 1)
        for image in 0..<view.outer {
            for channel in 0..<view.length {
                let first = max(channel - (size - 1) / 2, 0)
                let last = min(channel + size / 2, view.length - 1)
                for pixel in 0..<view.inner {
                    var sum: Float = 0
                    for neighbour in first...last {
                        let value = source[(image * view.length + neighbour) * view.inner + pixel]
                        sum += value * value
                    }
                    let place = (image * view.length + channel) * view.inner + pixel
                    target[place] = source[place] / power(bias + alpha / Float(size) * sum)
                }
            }
        }
    }

    /// The usual exponent by square roots: some ten times as fast.
    @inline(__always)
    private func power(_ value: Float) -> Float {
        guard beta == 0.75 else { return pow(value, beta) }
        let root = value.squareRoot()
        return root * root.squareRoot()
    }
}
