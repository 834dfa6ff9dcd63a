// Conv in one or three dimensions, or with computed weights; ConvInteger: sums of (x - x's zero point) * (w - w's zero
// point); QLinearConv: these sums rescaled to the output's scale and zero point.

import ONNXFormat

/// A convolution for which there is no kernel. Data inputs: x, weights, then what its kind has.
struct GeneralConvolution: PlainOperation {
    enum Kind: Sendable {
        /// A bias may follow.
        case floats
        /// Zero points of x and of the weights (one, or one an output channel) may follow.
        case integers(input: Bool, weights: Bool)
        /// Behind x and weights each: scale and zero point; then those of the output, then perhaps a bias.
        case quantised
    }

    let kind: Kind
    let groups: Int
    let window: GeneralWindow
    private let shapes: (input: [Int], weights: [Int])

    init(_ node: inout NodeReader) throws(Fault) {
        let (input, weights) = (try node.takeData(0), try node.takeData(1))
        if let bias = try node.takeOptionalData(2), bias.shape != [weights.shape.first ?? 0] {
            throw Fault(.invalid, "its bias has the shape \(bias.shape)")
        }
        try self.init(&node, .floats, input.shape, weights.shape)
    }

    init(integer node: inout NodeReader) throws(Fault) {
        let (input, weights) = (try node.takeData(0), try node.takeData(1))
        let inputZero = try node.takeOptionalData(2)
        let weightsZero = try node.takeOptionalData(3)
        guard inputZero?.count ?? 1 == 1, [1, weights.shape.first].contains(weightsZero?.count ?? 1) else {
            throw Fault(.invalid, "its zero points are not one number, or one a channel")
        }
        try self.init(
            &node, .integers(input: inputZero != nil, weights: weightsZero != nil), input.shape, weights.shape)
    }

    init(quantised node: inout NodeReader) throws(Fault) {
        let input = try node.takeData(0)
        for (index, role) in [(1, "scale"), (2, "zero point")] {
            guard try node.takeData(index).count == 1 else { throw Fault(.invalid, "its input's \(role) is no number") }
        }
        let weights = try node.takeData(3)
        let channels = weights.shape.first ?? 0
        for index in 4...5 {
            guard [1, channels].contains(try node.takeData(index).count) else {
                throw Fault(.invalid, "scale or zero point of its weights is not one number, or one a channel")
            }
        }
        for index in 6...7 {
            guard try node.takeData(index).count == 1 else {
                throw Fault(.invalid, "its output's scale or zero point is no number")
            }
        }
        if let bias = try node.takeOptionalData(8), bias.shape != [channels] {
            throw Fault(.invalid, "its bias has the shape \(bias.shape)")
        }
        try self.init(&node, .quantised, input.shape, weights.shape)
    }

    private init(_ node: inout NodeReader, _ kind: Kind, _ input: [Int], _ weights: [Int]) throws(Fault) {
        self.kind = kind
        groups = try node.int("group", in: 1...1 << 20) ?? 1
        guard input.count >= 3, weights.count == input.count, weights[0] > 0, weights[0] % groups == 0,
            input[1] % groups == 0, input[1] / groups == weights[1]
        else {
            throw Fault(.invalid, "weights of the shape \(weights) in \(groups) groups do not fit the input \(input)")
        }
        window = try GeneralWindow(&node, shape: input, weights: Array(weights[2...]))
        shapes = (input, weights)
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { [shapes.input[0], shapes.weights[0]] + window.output }

    func type(of inputs: [ONNXElementType]) -> ONNXElementType {
        switch kind {
        case .floats: .float32
        case .integers: .int32
        case .quantised: inputs[7]
        }
    }

    var isFoldable: Bool { false }

    func work(_ inputs: [[Int]], _ output: [Int]) -> Double {
        Double(output.reduce(1, *)) * Double(shapes.weights.dropFirst().reduce(1, *))
    }

    func compute(_ inputs: [Operand], into output: Operand) {
        switch kind {
        case .floats:
            let (source, weights, target) = (inputs[0].floats, inputs[1].floats, output.floats)
            let bias = inputs.count > 2 ? inputs[2].floats : nil
            forEachElement { channel, from, to, element, filter in
                var sum = bias?[channel] ?? 0
                forEachProduct(element, from, filter) { sum += source[$0] * weights[$1] }
                target[to] = sum
            }
        case .integers(let hasInput, let hasWeights):
            let (source, weights) = (inputs[0].integers, inputs[1].integers)
            let zero = hasInput ? inputs[2].integers[0] : 0
            let zeros = hasWeights ? inputs[hasInput ? 3 : 2] : nil
            forEachElement { channel, from, to, element, filter in
                let weightZero = zeros.map { $0.integers[$0.count == 1 ? 0 : channel] } ?? 0
                var sum = 0
                forEachProduct(element, from, filter) { sum &+= (source[$0] &- zero) &* (weights[$1] &- weightZero) }
                output.integers[to] = output.type.wrapped(sum)
            }
        case .quantised:
            let (source, weights) = (inputs[0].integers, inputs[3].integers)
            let (zero, zeros, scales) = (inputs[2].integers[0], inputs[5], inputs[4])
            let bias = inputs.count > 8 ? inputs[8].integers : nil
            forEachElement { channel, from, to, element, filter in
                let weightZero = zeros.integers[zeros.count == 1 ? 0 : channel]
                var sum = bias?[channel] ?? 0
                forEachProduct(element, from, filter) { sum &+= (source[$0] &- zero) &* (weights[$1] &- weightZero) }
                let scale = inputs[1].floats[0] * scales.floats[scales.count == 1 ? 0 : channel] / inputs[6].floats[0]
                output.integers[to] = quantised(Float(sum) * scale, zero: inputs[7].integers[0], output.type)
            }
        }
    }

    /// Each element of the output: its channel, where its input channels begin, its place, its place within the channel, and
    /// where its filter begins.
    @inline(__always)
    private func forEachElement(_ body: (_ channel: Int, _ from: Int, _ to: Int, _ element: Int, _ filter: Int) -> Void)
    {
        let (channels, depth) = (shapes.weights[0], shapes.weights[1])
        for image in 0..<shapes.input[0] {
            for channel in 0..<channels {
                let first = image * shapes.input[1] + channel / (channels / groups) * depth
                for element in 0..<window.outputPlane {
                    let to = (image * channels + channel) * window.outputPlane + element
                    body(channel, first * window.plane, to, element, channel * depth * window.taps)
                }
            }
        }
    }

    /// The places of the factors of one sum; taps in the padding have none.
    @inline(__always)
    private func forEachProduct(_ element: Int, _ from: Int, _ filter: Int, _ body: (Int, Int) -> Void) {
        window.forEachTap(of: element) { tap, place, _ in
            guard let place else { return }
            for depth in 0..<shapes.weights[1] {
                body(from + depth * window.plane + place, filter + depth * window.taps + tap)
            }
        }
    }
}
