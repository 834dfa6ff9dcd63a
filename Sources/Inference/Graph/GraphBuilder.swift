import ONNXFormat

/// Turns a file's nodes into a ``Graph``: sorts them, reads every operator, works out every shape, and computes what is
/// known before the run on the way (a Reshape's target may come out of Shape, Gather and Concat).
struct GraphBuilder {
    /// The versions of the standard operators whose meaning is known here.
    static let opsets = 1...26

    private var graph = Graph()
    private var values: [String: ValueID] = [:]
    private var foldedElements = 0
    /// The names of values that some node or output reads.
    private var needed: Set<String> = []
    private let limits: InferenceLimits
    private let opset: Int

    /// - Parameter inputShape: of the first input; gives sizes to the dimensions that the file leaves open.
    /// - Throws: ``InferenceError`` for whatever a stranger may have put there; never traps.
    static func graph(
        of model: ONNXModel, limits: InferenceLimits, inputShape: [Int]? = nil
    ) throws(InferenceError) -> Graph {
        if let domain = model.opsets.keys.sorted().first, model.opsets[""] == nil {
            throw InferenceError(.unknownOperator, "operators of the domain '\(domain)' aren't known", at: "model")
        }
        guard let opset = model.opsets[""] else {
            throw InferenceError(.invalid, "the file doesn't say which version of the operators it means", at: "model")
        }
        guard opsets.contains(opset) else {
            throw InferenceError(
                .unsupported,
                "operators of version \(opset); \(opsets.lowerBound) to \(opsets.upperBound) are known", at: "model")
        }
        var builder = GraphBuilder(limits: limits, opset: opset)
        try builder.addInputs(of: model.graph, shape: inputShape)
        let order = try topologicalOrder(model.graph)
        guard order.count <= limits.nodes else {
            throw InferenceError(.tooLarge, "\(order.count) nodes, at most \(limits.nodes) are taken", at: "graph")
        }
        for index in order { builder.needed.formUnion(model.graph.nodes[index].inputs) }
        builder.needed.formUnion(model.graph.outputs.map(\.name))
        builder.needed.remove("")
        for index in order { try builder.add(model.graph.nodes[index]) }
        try builder.addOutputs(of: model.graph)
        return builder.graph
    }

    private init(limits: InferenceLimits, opset: Int) {
        self.limits = limits
        self.opset = opset
    }

    private mutating func addInputs(of source: ONNXGraph, shape given: [Int]?) throws(InferenceError) {
        for tensor in source.initializers {
            try check(tensor.shape, at: "initializer '\(tensor.name)'")
            let id = graph.add(constant: Tensor(tensor), name: tensor.name)
            graph.values[id.index].floatingType = tensor.elementType
            values[tensor.name] = id
        }
        for input in source.inputs where values[input.name] == nil {
            let location = "input '\(input.name)'"
            guard let elementType = input.elementType else {
                throw InferenceError(.invalid, "the type of its elements isn't given", at: location)
            }
            let type = elementType.isFloating ? ONNXElementType.float32 : elementType
            let sizes = graph.inputs.isEmpty && given?.count == input.shape?.count ? given : nil
            guard let dimensions = input.shape else {
                throw InferenceError(.invalid, "its shape isn't given", at: location)
            }
            var shape: [Int] = []
            for (axis, size) in dimensions.enumerated() {
                guard let size = size ?? sizes?[axis] ?? (axis == 0 ? 1 : nil) else {
                    throw InferenceError(
                        .unsupported, "dimension \(axis) is left open; export the network with fixed sizes",
                        at: location)
                }
                shape.append(size)  // an open batch is one picture
            }
            try check(shape, at: location)
            let id = graph.add(
                Value(name: input.name, shape: shape, type: type, constant: nil, floatingType: elementType))
            values[input.name] = id
            graph.inputs.append(id)
        }
    }

    private mutating func add(_ node: ONNXNode) throws(InferenceError) {
        do {
            try addChecked(node)
        } catch {
            throw InferenceError(error, at: node.location)
        }
    }

    private mutating func addChecked(_ node: ONNXNode) throws(Fault) {
        guard node.outputs.contains(where: { !$0.isEmpty }) else { throw Fault(.invalid, "it writes nothing") }
        guard node.domain.isEmpty else {
            throw Fault(.unknownOperator, "operators of the domain '\(node.domain)' aren't known")
        }
        guard let make = operators[node.operatorType] else {
            throw Fault(.unknownOperator, "this operator isn't known; docs/operators.md lists those that are")
        }
        var inputs: [ValueID?] = []
        for name in node.inputs {
            guard !name.isEmpty else {
                inputs.append(nil)
                continue
            }
            guard let id = values[name] else {  // a further output (a mask, indices) that isn't computed
                throw Fault(.unsupported, "it reads '\(name)', which isn't computed")
            }
            inputs.append(id)
        }
        for (index, output) in node.outputs.enumerated() where needed.contains(output) {
            var reader = NodeReader(node, output: index, opset: opset, inputs: inputs, graph: graph)
            let operation = try make(&reader)
            // Whoever reads another output of an operator that has one alone is told that it isn't computed.
            guard index == 0 || reader.knowsOutputs else { continue }
            try reader.finish()
            try add(operation, reader, writing: output)
        }
    }

    private mutating func add(
        _ operation: any Operation, _ reader: NodeReader, writing output: String
    ) throws(Fault) {
        let (node, data) = (reader.node, try reshaped(reader))
        let read = data.map { graph[$0] }
        let shape = try operation.shape(of: read.map(\.shape))
        let type = operation.type(of: read.map(\.type))
        try check(shape)
        try charge(reader.constantElements)

        if let constant = try folded(operation, read, shape) {
            values[output] = graph.add(constant: constant, name: output)
        } else if operation is PassThrough {
            values[output] = data[0]
        } else {
            guard read.allSatisfy({ $0.type == .float32 }) || operation is any PlainOperation || operation is Reshape
            else { throw Fault(.unsupported, "it computes with integers that depend on the input") }
            guard shape.reduce(1, *) > 0, read.allSatisfy({ $0.count > 0 }) else {
                throw Fault(.unsupported, "it reads or writes a value without elements, \(shape)")
            }
            let id = graph.add(Value(name: output, shape: shape, type: type, constant: nil))
            values[output] = id
            graph.nodes.append(
                Node(
                    name: node.name.isEmpty ? output : node.name, operatorType: node.operatorType,
                    operation: operation, inputs: data, output: id))
        }
        if let id = values[output], !(operation is PassThrough) {
            graph.values[id.index].floatingType =
                switch operation {
                case let cast as Cast: cast.target
                case let constant as Constant: constant.floatingType
                default: read.first?.floatingType ?? .float32
                }
        }
    }

    /// What an operator reads, with a Reshape before it where it asked for one.
    private mutating func reshaped(_ reader: NodeReader) throws(Fault) -> [ValueID] {
        var data = reader.data
        for (place, shape) in reader.reshapes.sorted(by: { $0.key < $1.key }) where graph[data[place]].shape != shape {
            let value = graph[data[place]]
            guard elementCount(of: shape) == value.count else {
                throw Fault(.invalid, "a value of the shape \(value.shape) can't have the shape \(shape)")
            }
            if let constant = value.constant {
                data[place] = graph.add(constant: constant.reshaped(shape), name: value.name)
            } else {
                let id = graph.add(Value(name: value.name, shape: shape, type: value.type, constant: nil))
                graph.nodes.append(
                    Node(
                        name: value.name, operatorType: "Reshape", operation: Reshape(to: shape), inputs: [data[place]],
                        output: id))
                data[place] = id
            }
        }
        return data
    }

    /// The value of a node that is known before the run. Heavy operators are left to the run: nobody needs them folded.
    private mutating func folded(
        _ operation: any Operation, _ read: [Value], _ shape: [Int]
    ) throws(Fault) -> Tensor? {
        if let shapeOperation = operation as? ShapeOperation {
            return shapeOperation.answer
        }
        guard operation.isFoldable, read.allSatisfy({ $0.constant != nil }) else { return nil }
        if copiesNothing(operation) {
            // A constant that stays where it is.
        } else if let plain = operation as? any PlainOperation {
            try charge(Int(exactly: plain.work(read.map(\.shape), shape).rounded()) ?? .max)
        } else {
            try charge(shape.reduce(1, *) + 1)
        }
        return try operation.evaluate(read.compactMap(\.constant))
    }

    /// Whether an operator's value takes no memory beyond what is there.
    private func copiesNothing(_ operation: any Operation) -> Bool {
        switch operation {
        case is Reshape, is PassThrough, is Constant: true
        case let quantisation as Quantisation: quantisation.keepsIntegers
        case let filled as ConstantOfShape: filled.isCompact
        default: false
        }
    }

    private mutating func charge(_ elements: Int) throws(Fault) {
        let (sum, overflow) = foldedElements.addingReportingOverflow(elements)
        foldedElements = sum
        guard !overflow, sum <= limits.foldedElements else {
            throw Fault(.tooLarge, "more than \(limits.foldedElements) elements of constants would be computed")
        }
    }

    private mutating func addOutputs(of source: ONNXGraph) throws(InferenceError) {
        var names: Set<String> = []
        for output in source.outputs {
            let location = "output '\(output.name)'"
            guard let id = values[output.name] else { throw InferenceError(.missing, "isn't computed", at: location) }
            guard names.insert(output.name).inserted else {
                throw InferenceError(.invalid, "there are two of this name", at: location)
            }
            guard graph[id].count > 0 else {
                throw InferenceError(.unsupported, "is a value without elements", at: location)
            }
            graph.outputs.append(.init(name: output.name, value: id))
        }
        guard !graph.outputs.isEmpty else { throw InferenceError(.invalid, "the network has no output", at: "graph") }
    }

    private func check(_ shape: [Int], at location: String) throws(InferenceError) {
        do { try check(shape) } catch { throw InferenceError(error, at: location) }
    }

    private func check(_ shape: [Int]) throws(Fault) {
        guard shape.count <= 8, shape.allSatisfy({ (0...limits.elements).contains($0) }),
            let count = elementCount(of: shape), count <= limits.elements
        else { throw Fault(.tooLarge, "a value of the shape \(shape); at most \(limits.elements) elements are taken") }
    }
}
