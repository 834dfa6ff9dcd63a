import ONNXFormat

/// A layer's integers.
struct LayerIntegers {
    /// -127 to 127, a row for each output channel.
    var weights: [Int8]
    /// One for each output channel.
    var scales: [Float]
    /// In steps of the input's scale times the channel's.
    var bias: [Int32]
}

/// A network that is quantised layer by layer, written as ONNX with QuantizeLinear and DequantizeLinear at any stage:
///
///     value -> QuantizeLinear -> DequantizeLinear -> Conv | Gemm          weights and bias by way of DequantizeLinear
///     Conv -> QuantizeLinear -> DequantizeLinear -> Add                   the pair between them is for other runtimes
///
/// Relu and Clip are gone where the bytes reach no further than they let through.
struct QuantisedDraft {
    let network: FloatNetwork
    let layers: [QuantisableLayer]
    /// Of the values that become bytes.
    var formats: [String: ByteFormat] = [:]
    /// Of what a layer's node writes before something is added, by layer.
    var productFormats: [Int: ByteFormat] = [:]
    /// Of the layers that are done, which are the first ones.
    private(set) var done: [LayerIntegers] = []
    private let outputs: Set<String>
    private let roles: [Int: Role]

    private enum Role {
        case product(Int), addition(Int), activation(Int)
    }

    init(_ network: FloatNetwork, _ layers: [QuantisableLayer]) {
        self.network = network
        self.layers = layers
        outputs = Set(layers.filter(\.writesBytes).map(\.output))
        var roles: [Int: Role] = [:]
        for (index, layer) in layers.enumerated() {
            roles[layer.node] = .product(index)
            layer.addition.map { roles[$0] = .addition(index) }
            layer.activation.map { roles[$0] = .activation(index) }
        }
        self.roles = roles
    }

    /// Takes the next layer's integers.
    mutating func append(_ integers: LayerIntegers) { done.append(integers) }

    /// The whole network; every layer is done.
    func model() -> ONNXModel {
        var writing = Writing(draft: self)
        writing.writeNodes(probe: nil)
        return network.model(nodes: writing.nodes, constants: writing.constants, outputs: network.outputs)
    }

    /// The network up to the next layer, that one with numbers for weights. Its outputs are what the layer reads, what its
    /// node writes, and what is added.
    func probe(weights: [Float], bias: [Float]) -> (model: ONNXModel, input: String, product: String, residual: String?)
    {
        let layer = layers[done.count]
        var writing = Writing(draft: self)
        writing.writeNodes(probe: (weights, bias))
        let input = read(layer.input), residual = layer.residual.map(read)
        let wanted = [input, layer.product] + (residual.map { [$0] } ?? [])
        // The network's input is no output: whoever fills it has it.
        let outputs = wanted.filter { name in !network.inputs.contains { $0.name == name } }
        let model = network.model(
            nodes: writing.nodes, constants: writing.constants,
            outputs: outputs.map { ONNXValueInfo(name: $0, shape: nil) })
        return (model, input, layer.product, residual)
    }

    /// The name under which a layer under test reads a value: the network's input is filled with what the bytes say.
    private func read(_ value: String) -> String {
        network.inputs.contains { $0.name == value } ? value : Writing.numbers(value)
    }

    private struct Writing {
        let draft: QuantisedDraft
        var nodes: [ONNXNode] = []
        var constants: [ONNXTensor] = []

        static func numbers(_ value: String) -> String { "\(value)_dequantized" }

        mutating func writeNodes(probe: (weights: [Float], bias: [Float])?) {
            for input in draft.network.inputs { convert(input.name) }
            for (index, node) in draft.network.nodes.enumerated() {
                switch draft.roles[index] {
                case .product(let layer)? where layer < draft.done.count: write(layer)
                case .product(let layer)? where layer == draft.done.count: if let probe { write(layer, probe) }
                case .addition(let layer)? where layer < draft.done.count:
                    let (product, other) = (draft.layers[layer].product, draft.layers[layer].residual ?? "")
                    var node = node
                    node.inputs = [Self.numbers(product), Self.numbers(other)]
                    node.outputs = [draft.layers[layer].output]
                    nodes.append(node)
                    convert(draft.layers[layer].output)
                case nil:
                    var node = node
                    // Where a layer's value is bytes nobody has the numbers from before.
                    node.inputs = node.inputs.map { draft.outputs.contains($0) ? Self.numbers($0) : $0 }
                    nodes.append(node)
                    for output in node.outputs where !output.isEmpty { convert(output) }
                default: break
                }
            }
        }

        /// A layer with its integers.
        private mutating func write(_ index: Int) {
            let (layer, integers) = (draft.layers[index], draft.done[index])
            guard let input = draft.formats[layer.input] else { return }
            var node = draft.network.nodes[layer.node]
            let name = node.name.isEmpty ? layer.product : node.name
            let shape = draft.network.constants[node.inputs[1]]?.shape ?? []
            let count = [layer.channels]
            let weights = dequantised(
                "\(name)_weight",
                .of(
                    "", .int8, shape.count == 4 ? shape : count + [layer.columns],
                    integers.weights.map { UInt8(bitPattern: $0) }),
                integers.scales)
            let bias = dequantised(
                "\(name)_bias", .of("", .int32, count, integers.bias.flatMap { $0.littleEndian.bytes }),
                integers.scales.map { input.scale * $0 })
            node.inputs = [Self.numbers(layer.input), weights, bias]
            if case .matrix = layer.kind { node.attributes = ["transB": .int(1)] }
            node.outputs = [layer.addition == nil ? layer.output : layer.product]
            nodes.append(node)
            if layer.addition != nil {
                convert(layer.product, draft.productFormats[index])
            } else {
                convert(layer.output)
            }
        }

        /// A layer with numbers.
        private mutating func write(_ index: Int, _ numbers: (weights: [Float], bias: [Float])) {
            let layer = draft.layers[index]
            var node = draft.network.nodes[layer.node]
            let shape = draft.network.constants[node.inputs[1]]?.shape ?? []
            constants.append(
                .of("probe_weight", shape.count == 4 ? shape : [layer.channels, layer.columns], numbers.weights))
            constants.append(.of("probe_bias", [layer.channels], numbers.bias))
            node.inputs = [draft.read(layer.input), "probe_weight", "probe_bias"]
            if case .matrix = layer.kind { node.attributes = ["transB": .int(1)] }
            node.outputs = [layer.product]
            nodes.append(node)
        }

        private mutating func dequantised(_ name: String, _ integers: ONNXTensor, _ scales: [Float]) -> String {
            let zeros = [UInt8](repeating: 0, count: scales.count * integers.elementType.byteCount)
            constants.append(integers.named("\(name)_quantized"))
            constants.append(.of("\(name)_scale", [scales.count], scales))
            constants.append(.of("\(name)_zero_point", integers.elementType, [scales.count], zeros))
            nodes.append(
                ONNXNode(
                    name: "\(name)_dequantize", operatorType: "DequantizeLinear",
                    inputs: ["\(name)_quantized", "\(name)_scale", "\(name)_zero_point"], outputs: [Self.numbers(name)],
                    attributes: ["axis": .int(0)]))
            return Self.numbers(name)
        }

        /// A value by way of bytes, where it is to be such.
        private mutating func convert(_ value: String) { convert(value, draft.formats[value]) }

        private mutating func convert(_ value: String, _ format: ByteFormat?) {
            guard let format else { return }
            let parameters = ["\(value)_scale", "\(value)_zero_point"]
            constants.append(.of(parameters[0], [], [format.scale]))
            constants.append(.of(parameters[1], .uint8, [], [UInt8(format.zero)]))
            nodes.append(
                ONNXNode(
                    name: "\(value)_quantize", operatorType: "QuantizeLinear", inputs: [value] + parameters,
                    outputs: ["\(value)_quantized"]))
            nodes.append(
                ONNXNode(
                    name: "\(value)_dequantize", operatorType: "DequantizeLinear",
                    inputs: ["\(value)_quantized"] + parameters, outputs: [Self.numbers(value)]))
        }
    }
}

extension ONNXModel {
    /// The same network asked for one of its outputs; for all of them where it has no such output.
    func with(onlyOutput name: String) -> ONNXModel {
        var copy = self
        let found = graph.outputs.filter { $0.name == name }
        if !found.isEmpty { copy.graph.outputs = found }
        return copy
    }
}

extension FixedWidthInteger {
    fileprivate var bytes: [UInt8] { withUnsafeBytes(of: self) { [UInt8]($0) } }
}
