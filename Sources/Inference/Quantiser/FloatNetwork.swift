import ONNXFormat

/// An fp32 network as the quantiser works on it: nodes in the order in which they run, constants as initialisers, none
/// that only passes a value on, batch normalisations inside the convolutions before them.
struct FloatNetwork {
    private(set) var nodes: [ONNXNode] = []
    private(set) var constants: [String: ONNXTensor] = [:]
    let name: String
    let inputs: [ONNXValueInfo]
    let outputs: [ONNXValueInfo]
    /// The nodes that read a value; one that reads it twice stands there twice.
    private(set) var readers: [String: [Int]] = [:]
    /// The node that writes a value.
    private(set) var writer: [String: Int] = [:]
    /// The sizes of every value.
    private(set) var shapes: [String: [Int]] = [:]
    /// What computes a value, as the executor understands it.
    private(set) var operations: [String: any Operation] = [:]
    private let irVersion: Int
    private let opset: Int

    /// Weights with a scale for each channel came into the format with this version of the operators.
    private static let leastOpset = 13
    /// Operators that mean the same from version 7 to that.
    private static let steady: Set<String> = [
        "Add", "AveragePool", "BatchNormalization", "Clip", "Concat", "Conv", "Dropout", "Flatten", "Gemm",
        "GlobalAveragePool", "HardSigmoid", "Identity", "MaxPool", "Mul", "Relu", "Reshape", "Sigmoid",
    ]

    init(_ model: ONNXModel, limits: InferenceLimits) throws(InferenceError) {
        (name, irVersion) = (model.graph.name, max(model.irVersion, 8))
        opset = max(model.opsets[""] ?? 0, Self.leastOpset)
        let known = Set(model.graph.initializers.map(\.name))
        inputs = model.graph.inputs.filter { !known.contains($0.name) }
        outputs = model.graph.outputs
        for tensor in model.graph.initializers { constants[tensor.name] = tensor }
        take(try needed(model, limits))
        link()
        foldBatchNormalisations()
        link()
        let graph = try GraphBuilder.graph(of: self.model(nodes: nodes, outputs: outputs), limits: limits)
        for value in graph.values { shapes[value.name] = value.shape }
        for node in graph.nodes { operations[graph[node.output].name] = node.operation }
    }

    /// The nodes whose values depend on the input, in the order in which they run; the others' become constants.
    private mutating func needed(_ model: ONNXModel, _ limits: InferenceLimits) throws(InferenceError) -> [ONNXNode] {
        var known: [String: Tensor] = [:]
        for value in try GraphBuilder.graph(of: model, limits: limits).values {
            if let constant = value.constant, constants[value.name] == nil { known[value.name] = constant }
        }
        let opset = model.opsets[""] ?? 0
        var nodes: [ONNXNode] = []
        for index in try topologicalOrder(model.graph) {
            let node = model.graph.nodes[index]
            if ["QuantizeLinear", "DequantizeLinear"].contains(node.operatorType) {
                throw InferenceError(.invalid, "the network is quantised already", at: node.location)
            }
            if node.outputs.count == 1, let constant = known[node.outputs[0]]?.tensor(named: node.outputs[0]) {
                constants[node.outputs[0]] = constant
                continue
            }
            guard opset >= Self.leastOpset || Self.steady.contains(node.operatorType) else {
                throw InferenceError(
                    .unsupported,
                    "\(node.operatorType) of version \(opset) of the operators; export the network with version "
                        + "\(Self.leastOpset) or later", at: node.location)
            }
            nodes.append(node)
        }
        return nodes
    }

    /// The only node that reads a value; nil where others do too, or where it is an output.
    func soleReader(of value: String) -> Int? {
        guard let found = readers[value], found.count == 1, !isOutput(value) else { return nil }
        return found[0]
    }

    func isOutput(_ value: String) -> Bool { outputs.contains { $0.name == value } }

    /// A model of some nodes, with the constants that they read and no others.
    func model(nodes: [ONNXNode], constants added: [ONNXTensor] = [], outputs: [ONNXValueInfo]) -> ONNXModel {
        let read = Set(nodes.flatMap(\.inputs))
        let kept = constants.values.filter { read.contains($0.name) }.sorted { $0.name < $1.name }
        return ONNXModel(
            irVersion: irVersion, opsets: ["": opset], producer: "rooster",
            graph: ONNXGraph(name: name, nodes: nodes, initializers: kept + added, inputs: inputs, outputs: outputs))
    }

    /// Takes the nodes over, without those that only pass a value on; constants become initialisers.
    private mutating func take(_ source: [ONNXNode]) {
        var passed: [String: String] = [:]
        for var node in source {
            node.inputs = node.inputs.map { passed[$0] ?? $0 }
            switch node.operatorType {
            case "Identity" where !isOutput(node.outputs[0]),
                "Dropout" where !isOutput(node.outputs[0]) && node.inputs.count < 3:
                passed[node.outputs[0]] = node.inputs[0]
            case "Clip" where node.inputs.count == 1: nodes.append(withLimitsAsInputs(node))
            default: nodes.append(node)
            }
        }
    }

    /// Clip as it is since version 11: its limits are inputs.
    private mutating func withLimitsAsInputs(_ node: ONNXNode) -> ONNXNode {
        var node = node
        for key in ["min", "max"] {
            guard case .float(let limit)? = node.attributes.removeValue(forKey: key) else {
                node.inputs.append("")
                continue
            }
            let name = "\(node.outputs[0])_\(key)"
            constants[name] = .of(name, [], [limit])
            node.inputs.append(name)
        }
        while node.inputs.last == "" { node.inputs.removeLast() }
        return node
    }

    private mutating func link() {
        (readers, writer) = ([:], [:])
        for (index, node) in nodes.enumerated() {
            for input in node.inputs where !input.isEmpty { readers[input, default: []].append(index) }
            for output in node.outputs where !output.isEmpty { writer[output] = index }
        }
    }

    /// `(x - mean) / sqrt(variance + epsilon) * scale + bias` behind a convolution goes into its weights and bias.
    private mutating func foldBatchNormalisations() {
        var gone: Set<Int> = []
        for (index, node) in nodes.enumerated() where node.operatorType == "Conv" {
            guard let next = soleReader(of: node.outputs[0]), nodes[next].operatorType == "BatchNormalization",
                nodes[next].inputs.count == 5, let weights = constants[node.inputs[1]], weights.shape.count == 4,
                let values = weights.floats()
            else { continue }
            let parameters = nodes[next].inputs.dropFirst().compactMap { constants[$0]?.floats() }
            let channels = weights.shape[0]
            guard parameters.count == 4, parameters.allSatisfy({ $0.count == channels }), channels > 0 else { continue }
            let old =
                node.inputs.count > 2 ? constants[node.inputs[2]]?.floats() : [Float](repeating: 0, count: channels)
            guard let old, old.count == channels else { continue }
            var epsilon = 1e-5
            if case .float(let value)? = nodes[next].attributes["epsilon"] { epsilon = Double(value) }
            let factors = (0..<channels).map {
                Double(parameters[0][$0]) / (Double(parameters[3][$0]) + epsilon).squareRoot()
            }
            let size = values.count / channels
            let name = nodes[next].outputs[0]
            let folded = values.indices.map { Float(Double(values[$0]) * factors[$0 / size]) }
            let bias = (0..<channels).map {
                Float((Double(old[$0]) - Double(parameters[2][$0])) * factors[$0] + Double(parameters[1][$0]))
            }
            constants["\(name)_weight"] = .of("\(name)_weight", weights.shape, folded)
            constants["\(name)_bias"] = .of("\(name)_bias", [channels], bias)
            nodes[index].inputs = [node.inputs[0], "\(name)_weight", "\(name)_bias"]
            nodes[index].outputs = [name]
            gone.insert(next)
        }
        nodes = nodes.enumerated().filter { !gone.contains($0.offset) }.map(\.element)
    }
}

extension ONNXTensor {
    /// The same elements under another name.
    func named(_ name: String) -> ONNXTensor { .of(name, elementType, shape, bytes()) }

    /// A constant out of as many values as its shape says.
    static func of(_ name: String, _ shape: [Int], _ values: [Float]) -> ONNXTensor {
        guard let tensor = ONNXTensor(name: name, shape: shape, floats: values) else {
            preconditionFailure("a tensor's shape and elements disagree")
        }
        return tensor
    }

    /// A constant out of as many little-endian bytes as its shape and type say.
    static func of(_ name: String, _ type: ONNXElementType, _ shape: [Int], _ bytes: [UInt8]) -> ONNXTensor {
        guard let tensor = ONNXTensor(name: name, elementType: type, shape: shape, bytes: bytes) else {
            preconditionFailure("a tensor's shape and elements disagree")
        }
        return tensor
    }
}

extension Tensor {
    /// As a constant of a file; nil for types that shapes and limits don't have.
    fileprivate func tensor(named name: String) -> ONNXTensor? {
        switch type {
        case .float32: (try? floats()).flatMap { ONNXTensor(name: name, shape: shape, floats: $0) }
        case .int64: (try? integers()).flatMap { ONNXTensor(name: name, shape: shape, integers: $0) }
        default: nil
        }
    }
}
