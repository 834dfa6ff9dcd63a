// Conv: out[n][o][y][x] = bias[o] + sum over i, ky, kx of in[n][i][y', x'] * weights[o][i][ky][kx], group by group.

/// A two-dimensional convolution. Data inputs: pictures, weights (output channels, input channels of a group, rows,
/// columns), and a bias where there is one.
struct Convolution: Operation {
    var window: Window
    let groups: Int
    private(set) var hasBias: Bool

    /// A convolution over pictures with constant weights, else a general one.
    static func convolution(_ node: inout NodeReader) throws(Fault) -> any Operation {
        let (input, weights, bias) = (node.value(0), node.value(1), node.value(2))
        guard input?.shape.count ?? 4 == 4, weights?.constant != nil, bias == nil || bias?.constant != nil else {
            return try GeneralConvolution(&node)
        }
        return try Convolution(&node)
    }

    init(_ node: inout NodeReader) throws(Fault) {
        let input = try node.takeData(0)
        let weights = try node.takeData(1)
        try requirePictures(input.shape)
        guard weights.constant != nil else { throw Fault(.unsupported, "its weights depend on the input") }
        guard weights.shape.count == 4 else { throw Fault(.invalid, "its weights have the shape \(weights.shape)") }
        window = try Window(&node, weights: Array(weights.shape[2...]))
        groups = try node.int("group", in: 1...1 << 20) ?? 1
        if let bias = try node.takeOptionalData(2) {
            guard bias.shape == [weights.shape[0]], bias.constant != nil else {
                throw Fault(.invalid, "its bias has the shape \(bias.shape), or depends on the input")
            }
            hasBias = true
        } else {
            hasBias = false
        }
    }

    /// The same convolution with a bias.
    var withBias: Convolution {
        var copy = self
        copy.hasBias = true
        return copy
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] {
        let (input, weights) = (inputs[0], inputs[1])
        guard weights[0] > 0, weights[0] % groups == 0, weights[1] > 0, input[1] / groups == weights[1],
            input[1] % groups == 0
        else {
            throw Fault(
                .invalid, "weights of the shape \(weights) in \(groups) groups do not fit the input \(input)")
        }
        let placed = try window.placed(height: input[2], width: input[3])
        return [input[0], weights[0], placed.height, placed.width]
    }

    var isFoldable: Bool { false }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor {
        let shape = try shape(of: inputs.map(\.shape))
        let (input, weights) = (try inputs[0].floats(), try inputs[1].floats())
        let bias = hasBias ? try inputs[2].floats() : [Float](repeating: 0, count: shape[1])
        let (height, width) = (inputs[0].shape[2], inputs[0].shape[3])
        let placed = try window.placed(height: height, width: width)
        let depth = inputs[1].shape[1]
        let (kernelHeight, kernelWidth) = window.kernel
        var answer: [Float] = []
        answer.reserveCapacity(shape.reduce(1, *))
        for image in 0..<shape[0] {
            for channel in 0..<shape[1] {
                let firstInput = channel / (shape[1] / groups) * depth
                for row in 0..<shape[2] {
                    for column in 0..<shape[3] {
                        var sum = Double(bias[channel])
                        for inner in 0..<depth {
                            let plane = (image * inputs[0].shape[1] + firstInput + inner) * height
                            for ky in 0..<kernelHeight {
                                let y = placed.row(row, tap: ky)
                                guard (0..<height).contains(y) else { continue }
                                for kx in 0..<kernelWidth {
                                    let x = placed.column(column, tap: kx)
                                    guard (0..<width).contains(x) else { continue }
                                    let weight = ((channel * depth + inner) * kernelHeight + ky) * kernelWidth + kx
                                    sum += Double(input[(plane + y) * width + x]) * Double(weights[weight])
                                }
                            }
                        }
                        answer.append(Float(sum))
                    }
                }
            }
        }
        return Tensor(shape: shape, floats: answer)
    }
}
