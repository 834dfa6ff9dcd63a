import ONNXFormat

/// A convolution or matrix product that is to run on bytes, with the nodes behind it that its kernel computes too.
struct QuantisableLayer {
    enum Kind {
        /// Every output channel reads every input channel.
        case convolution(PlacedWindow)
        /// Each channel has a filter of its own.
        case depthwise(PlacedWindow)
        /// Gemm with constant weights.
        case matrix
    }

    let kind: Kind
    /// Its node, and those of the Add and of the Relu or Clip behind it.
    let node: Int
    var addition: Int?
    var activation: Int?
    /// What it reads, and what is added.
    let input: String
    var residual: String?
    /// What its node writes; that with the residual; that after the activation.
    let product: String
    var sum: String
    var output: String
    /// The upper limit of the activation, whose lower one is 0; nil: the values are linear.
    var limit: Float?
    /// Whether bytes come out; else numbers.
    var writesBytes = true
    /// Output channels, and the weights of each: input channels, rows, columns.
    let channels: Int
    let columns: Int
    /// `channels` rows of `columns`.
    var weights: [Double]
    var bias: [Double]

    /// Where the last of its nodes stands.
    var end: Int { max(node, addition ?? 0, activation ?? 0) }

    /// Whether a factor and an offset for each channel of its input can go into its weights and bias.
    var isPointwise: Bool {
        guard case .convolution(let window) = kind else { return false }
        return window.window.kernel == (1, 1) && window.top + window.left + window.bottom + window.right == 0
    }
}

/// A convolution or matrix product that stays in fp32.
public struct UnquantisedLayer: Sendable, Equatable {
    /// The node.
    public let name: String
    /// Why, as a sentence without its full stop.
    public let reason: String
}

/// Decides which layers run on bytes.
struct LayerSearch {
    private let network: FloatNetwork
    /// In the order in which they run.
    private(set) var layers: [QuantisableLayer] = []
    private(set) var left: [UnquantisedLayer] = []
    private var claimed: Set<Int> = []
    private var inputs: Set<String> = []

    /// - Complexity: O(nodes and weights).
    init(_ network: FloatNetwork) {
        self.network = network
        var work: [Int: Double] = [:]
        for (index, node) in network.nodes.enumerated() where ["Conv", "Gemm"].contains(node.operatorType) {
            let pixels = network.shapes[node.outputs[0]]?.dropFirst(2).reduce(1, *) ?? 1
            work[index] = Double(pixels) * Double(network.constants[node.inputs[1]]?.count ?? 0)
        }
        let total = work.values.reduce(0, +)
        // From the end: who reads a matrix product's values says whether they are to be bytes; and where two convolutions
        // meet in an Add, the later one adds.
        for (index, node) in network.nodes.enumerated().reversed() {
            let found: Finding
            switch node.operatorType {
            case "Conv": found = convolution(index, node, share: (work[index] ?? 0) / max(total, 1))
            case "Gemm": found = matrix(index, node)
            case "MatMul" where network.constants[node.inputs[1]] != nil:
                found = .left("a MatMul has no bias to correct")
            default: continue
            }
            switch found {
            case .layer(let layer):
                inputs.insert(layer.input)
                layers.append(layer)
            case .left(let reason):
                left.append(UnquantisedLayer(name: node.name.isEmpty ? node.outputs[0] : node.name, reason: reason))
            }
        }
        layers.sort { $0.end < $1.end }
        left.reverse()
    }

    private enum Finding {
        case layer(QuantisableLayer)
        case left(String)
    }

    private mutating func convolution(_ index: Int, _ node: ONNXNode, share: Double) -> Finding {
        let output = node.outputs[0]
        guard let operation = network.operations[output] as? Convolution, let shape = network.shapes[output],
            let source = network.shapes[node.inputs[0]],
            let (weights, bias) = parameters(node, channels: shape[1]),
            let window = try? operation.window.placed(height: source[2], width: source[3])
        else { return .left("its weights or bias are not constant, or not finite float32 numbers") }
        let isDepthwise = operation.isDepthwise(channels: source[1], outputs: shape[1])
        if source[0] != 1 { return .left("it works on a batch of \(source[0])") }
        if network.isOutput(output) { return .left("its value is an output of the network") }
        if operation.groups > 1, !isDepthwise { return .left("it works in \(operation.groups) groups") }
        if operation.window.kernel.height * operation.window.kernel.width > 121 {
            return .left("its kernel is too large")
        }
        if source[1] < 4, network.writer[node.inputs[0]] != nil { return .left("it reads \(source[1]) channels") }
        if shape[1] < 4 { return .left("it writes \(shape[1]) channels") }
        if shape[2] * shape[3] == 1, share < 0.01 { return .left("it looks at a single pixel: hardly any work") }
        var layer = QuantisableLayer(
            kind: isDepthwise ? .depthwise(window) : .convolution(window), node: index, input: node.inputs[0],
            product: output, sum: output, output: output, channels: shape[1], columns: weights.count / shape[1],
            weights: weights, bias: bias)
        if !isDepthwise { takeAddition(&layer, shape) }
        takeActivation(&layer)
        guard !network.isOutput(layer.output) else { return .left("its value is an output of the network") }
        return .layer(layer)
    }

    private mutating func matrix(_ index: Int, _ node: ONNXNode) -> Finding {
        let output = node.outputs[0]
        guard let operation = network.operations[output] as? MatrixProduct, let shape = network.shapes[output],
            shape.count == 2, shape[0] == 1, operation.alpha == 1, operation.beta == 1, !operation.transposesLeft,
            let (given, bias) = parameters(node, channels: shape[1])
        else { return .left("its weights or bias are not constant, or it scales or turns a matrix over") }
        let columns = given.count / shape[1]
        let weights =
            operation.transposesRight
            ? given : given.indices.map { given[$0 % columns * shape[1] + $0 / columns] }
        var layer = QuantisableLayer(
            kind: .matrix, node: index, input: node.inputs[0], product: output, sum: output, output: output,
            channels: shape[1], columns: columns, weights: weights, bias: bias)
        var withActivation = layer
        takeActivation(&withActivation)
        if inputs.contains(withActivation.output), !network.isOutput(withActivation.output) {
            layer = withActivation
        } else {
            layer.writesBytes = false
            withActivation.activation.map { _ = claimed.remove($0) }
        }
        return .layer(layer)
    }

    private func parameters(_ node: ONNXNode, channels: Int) -> (weights: [Double], bias: [Double])? {
        guard let tensor = network.constants[node.inputs[1]], tensor.elementType == .float32,
            let weights = tensor.floats(), channels > 0, weights.count % channels == 0,
            weights.allSatisfy(\.isFinite), network.constants[node.inputs[0]] == nil
        else { return nil }
        guard node.inputs.count > 2, !node.inputs[2].isEmpty else {
            return (weights.map(Double.init), [Double](repeating: 0, count: channels))
        }
        guard let bias = network.constants[node.inputs[2]]?.floats(), bias.count == channels,
            bias.allSatisfy(\.isFinite)
        else { return nil }
        return (weights.map(Double.init), bias.map(Double.init))
    }

    private mutating func takeAddition(_ layer: inout QuantisableLayer, _ shape: [Int]) {
        guard let next = network.soleReader(of: layer.sum), network.nodes[next].operatorType == "Add",
            !claimed.contains(next)
        else { return }
        let values = network.nodes[next].inputs
        let other = values[0] == layer.sum ? values[1] : values[0]
        guard network.shapes[other] == shape, network.constants[other] == nil,
            !network.isOutput(network.nodes[next].outputs[0])
        else { return }
        claimed.insert(next)
        (layer.addition, layer.residual) = (next, other)
        layer.sum = network.nodes[next].outputs[0]
        layer.output = layer.sum
    }

    private mutating func takeActivation(_ layer: inout QuantisableLayer) {
        guard let next = network.soleReader(of: layer.sum),
            case .clamp(0, let limit)? = network.operations[network.nodes[next].outputs[0]] as? Activation, limit > 0,
            !network.isOutput(network.nodes[next].outputs[0])
        else { return }
        claimed.insert(next)
        (layer.activation, layer.limit) = (next, limit)
        layer.output = network.nodes[next].outputs[0]
    }
}
