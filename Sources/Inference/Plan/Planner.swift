import ONNXFormat

/// Decides how a graph is run: what is fused, in which layout each value lies, which kernel computes it in how many
/// units, and where everything lies in memory.
///
/// A row for each operator is in the extensions: `Planner+Convolution.swift` and so on. A row asks for its inputs in the
/// layout its kernel wants (a conversion is put in where it has to be) and adds a step.
struct Planner {
    let graph: Graph
    let kernels: Kernels
    let threads: Int
    private let limits: InferenceLimits
    private var tensors: [PlannedTensor] = []
    private var steps: [any Step] = []
    private var multiplications = 0.0
    /// Where each value is, by layout. Where layouts coincide all of them name one tensor.
    private var locations: [ValueID: [Layout: TensorID]] = [:]
    var weights = WeightStore()

    static func plan(
        _ graph: Graph, threads: Int, kernels: Kernels, limits: InferenceLimits
    ) throws(InferenceError) -> Plan {
        var planner = Planner(graph: graph, kernels: kernels, threads: threads, limits: limits)
        let inputs = graph.inputs.map { ($0, planner.newTensor($0, .asGraph)) }
        for node in fused(graph) {
            do throws(Fault) {
                try planner.add(node)
            } catch {
                throw InferenceError(error, at: node.node.location)
            }
        }
        var outputs: [(info: TensorInfo, tensor: TensorID)] = []
        for output in graph.outputs {
            let info = TensorInfo(
                name: output.name, shape: graph[output.value].shape, type: graph[output.value].type)
            do throws(Fault) {
                outputs.append((info, try planner.tensor(output.value, .asGraph)))
            } catch {
                throw InferenceError(error, at: "output '\(output.name)'")
            }
        }
        let kept = Set(inputs.map(\.1) + outputs.map(\.tensor))
        let arena = ArenaLayout(tensors: planner.tensors, steps: planner.steps.map(\.traits), kept: kept)
        let scratch = planner.steps.map(\.traits.scratch).max() ?? 0
        let bytes = (arena.count + scratch * threads) * MemoryLayout<Float>.stride
        guard bytes <= limits.arenaBytes else {
            throw InferenceError(.tooLarge, "the network needs \(bytes) bytes between its operators", at: "graph")
        }
        return Plan(
            tensors: planner.tensors, steps: planner.steps, weights: planner.weights, arena: arena,
            scratch: (scratch + 15) & ~15,
            inputs: inputs.map {
                (TensorInfo(name: graph[$0].name, shape: graph[$0].shape, type: graph[$0].type), $1)
            }, outputs: outputs)
    }

    private init(graph: Graph, kernels: Kernels, threads: Int, limits: InferenceLimits) {
        self.graph = graph
        self.kernels = kernels
        self.threads = threads
        self.limits = limits
    }

    private mutating func add(_ fused: FusedNode) throws(Fault) {
        if let plain = fused.node.operation as? any PlainOperation,
            !(fused.node.inputs + [fused.output]).allSatisfy({ graph[$0].type.isFloating })
        {
            return try plan(plain: plain, fused)
        }
        switch fused.node.operation {
        case let operation as Convolution: try plan(operation, fused)
        case let operation as MatrixProduct: try plan(operation, fused)
        case let operation as ChannelScale: try plan(operation, fused)
        case let operation as Activation: try plan(operation, fused)
        case let operation as BinaryOperation: try plan(operation, fused)
        case let operation as Pool: try plan(operation, fused)
        case let operation as Reduction: try plan(operation, fused)
        case let operation as Rearrangement: try plan(operation, fused)
        case let operation as Concatenation: try plan(operation, fused)
        case let operation as Padding: try plan(operation, fused)
        case let operation as Softmax: try plan(operation, fused)
        case let operation as QuantisedConvolution: try plan(operation, fused)
        case let operation as QuantisedAddition: try plan(operation, fused)
        case let operation as QuantisedMean: try plan(operation, fused)
        case let operation as NumbersToBytes: try plan(operation, fused)
        case let operation as BytesToNumbers: try plan(operation, fused)
        case is Reshape: alias(fused.output, to: try tensor(fused.node.inputs[0], .asGraph))
        case let operation as any PlainOperation: try plan(plain: operation, fused)
        default: throw Fault(.unsupported, "it can be computed only where all it reads is known before the run")
        }
    }

    // MARK: What the rows use

    /// A step for `fused` with what it reads and writes; counted against the limit of arithmetic.
    func traits(
        _ fused: FusedNode, kernel: String, multiplications: Double = 0, reads: [TensorID], write: TensorID, units: Int
    ) -> StepTraits {
        StepTraits(
            name: fused.name, operatorType: fused.operatorType, kernel: kernel, multiplications: multiplications,
            reads: reads, write: write, units: units)
    }

    mutating func append(_ step: any Step) throws(Fault) {
        multiplications += max(step.traits.multiplications, Double(tensors[step.traits.write.index].words))
        guard multiplications <= limits.multiplications else {
            throw Fault(.tooLarge, "the network takes more than \(limits.multiplications) multiplications")
        }
        guard weights.count <= limits.weightBytes / MemoryLayout<Float>.stride else {
            throw Fault(.tooLarge, "the weights are more than \(limits.weightBytes) bytes")
        }
        guard (1...StepTraits.maximumUnits).contains(step.traits.units) else {
            throw Fault(.tooLarge, "it would be cut into \(step.traits.units) units")
        }
        steps.append(step)
    }

    /// A new place for a value that the next step writes.
    mutating func newTensor(_ value: ValueID, _ layout: Layout) -> TensorID {
        let id = append(value, layout, .arena)
        locations[value, default: [:]][layout] = id
        return id
    }

    /// A new place for the bytes that the next step writes.
    mutating func newBytes(_ value: ValueID) -> TensorID {
        tensors.append(
            PlannedTensor(
                name: graph[value].name, count: byteCount(value), format: .byte, layout: .bytes, storage: .arena))
        let id = TensorID(index: tensors.count - 1)
        locations[value, default: [:]][.bytes] = id
        return id
    }

    /// How many bytes a value takes as bytes.
    func byteCount(_ value: ValueID) -> Int {
        let shape = graph[value].shape
        guard shape.count == 4, shape[1] > 0 else { return graph[value].count }
        return graph[value].count / shape[1] * pixelBytes(channels: shape[1])
    }

    /// Says that a value is what lies in a tensor, as the graph orders it.
    mutating func alias(_ value: ValueID, to tensor: TensorID) {
        locations[value, default: [:]][.asGraph] = tensor
    }

    /// The layout a value has already; where it has none (a constant), the graph's.
    func layout(of value: ValueID) -> Layout {
        locations[value]?[.pixels] != nil ? .pixels : .asGraph
    }

    /// Whether a value is there in a layout without a conversion.
    func has(_ value: ValueID, _ layout: Layout) -> Bool {
        locations[value]?[layout] != nil
    }

    /// A value in a layout: where it is already, or converted, or packed among the weights.
    mutating func tensor(_ value: ValueID, _ layout: Layout) throws(Fault) -> TensorID {
        let known = locations[value] ?? [:]
        if let tensor = known[layout] { return tensor }
        guard layout != .bytes, known[.bytes] == nil else {
            throw Fault(.unsupported, "it works on quantised values in a way that isn't known")
        }
        let shape = graph[value].shape
        if let other = known.values.first {
            guard !Layout.coincide(shape) else {
                locations[value, default: [:]][layout] = other
                return other
            }
            return try converted(value, from: other, to: layout)
        }
        guard let constant = graph[value].constant, constant.count > 0 else {
            throw Fault(.unsupported, "it reads an empty value")
        }
        let order = layout.memoryOrder(shape.count)
        guard constant.type.isFloating else { return integers(constant, of: value) }
        let strides = denseStrides(shape)
        let id = weights.reserve(constant.count) { target in
            guard let floats = try? constant.floats() else { return }
            let source = places(in: order.map { shape[$0] }, strides: order.map { strides[$0] })
            for (index, place) in source.enumerated() { target[index] = floats[place] }
        }
        let tensor = append(value, layout, .weights(id))
        locations[value, default: [:]][layout] = tensor
        return tensor
    }

    /// A constant of integers, among the weights; integers have one layout only.
    private mutating func integers(_ constant: Tensor, of value: ValueID) -> TensorID {
        let id = weights.reserve(ElementFormat.integer.words(constant.count)) { target in
            guard let integers = try? constant.integers(), let base = target.baseAddress else { return }
            UnsafeMutableRawPointer(base).bindMemory(to: Int.self, capacity: integers.count)
                .update(from: integers, count: integers.count)
        }
        let tensor = append(value, .asGraph, .weights(id))
        locations[value, default: [:]][.asGraph] = tensor
        return tensor
    }

    private mutating func converted(
        _ value: ValueID, from tensor: TensorID, to layout: Layout
    ) throws(Fault) -> TensorID {
        let shape = graph[value].shape
        let (channels, pixels) = (shape[1], shape[2] * shape[3])
        let target = newTensor(value, layout)
        let (rows, columns) = layout == .pixels ? (channels, pixels) : (pixels, channels)
        let traits = StepTraits(
            name: graph[value].name + " to " + layout.rawValue, operatorType: "(layout)",
            kernel: kernels.name("transpose"), reads: [tensor], write: target, units: shape[0])
        try append(TransposeStep(traits, rows: rows, columns: columns, input: tensor, kernels: kernels))
        return target
    }

    private mutating func append(_ value: ValueID, _ layout: Layout, _ storage: PlannedTensor.Storage) -> TensorID {
        tensors.append(
            PlannedTensor(
                name: graph[value].name, count: graph[value].count, format: ElementFormat(graph[value].type),
                layout: layout, storage: storage))
        return TensorID(index: tensors.count - 1)
    }
}
