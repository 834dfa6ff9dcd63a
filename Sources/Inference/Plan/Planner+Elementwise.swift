extension Planner {
    mutating func plan(_ activation: Activation, _ fused: FusedNode) throws(Fault) {
        let value = fused.node.inputs[0]
        let layout = layout(of: value)
        let input = try tensor(value, layout)
        let write = newTensor(fused.output, layout)
        let pieces = Pieces(graph[value].count)
        var traits = traits(
            fused, kernel: kernels.name(activation.kernel), reads: [input], write: write, units: pieces.units)
        traits.mayOverwrite = input
        try append(ActivationStep(traits, pieces, activation, input: input, kernels: kernels))
    }

    mutating func plan(_ scale: ChannelScale, _ fused: FusedNode) throws(Fault) {
        let factor = weights.reserve(scale.factor.map { Float($0) })
        let shift = weights.reserve(scale.shift.map { Float($0) })
        try planScale(fused, fused.node.inputs[0], factor: .weights(factor), shift: shift)
    }

    mutating func plan(_ operation: BinaryOperation, _ fused: FusedNode) throws(Fault) {
        let (left, right) = (fused.node.inputs[0], fused.node.inputs[1])
        let shape = graph[fused.node.output].shape
        let isPair = operation.formula == .add || operation.formula == .multiply
        if isPair, graph[left].shape == shape, graph[right].shape == shape {
            return try planPair(operation, fused)
        }
        if operation.formula == .multiply, shape.count == 4 {
            for (value, factor) in [(left, right), (right, left)] {
                let sizes = graph[factor].shape
                guard graph[value].shape == shape, sizes.count == 4, sizes[1] == shape[1], sizes[2] * sizes[3] == 1,
                    sizes[0] == shape[0] || sizes[0] == 1
                else { continue }
                let tensor = try tensor(factor, .pixels)
                return try planScale(fused, value, factor: .tensor(tensor, perImage: sizes[0] > 1), shift: nil)
            }
        }
        try planBroadcast(operation, fused)
    }

    private mutating func planPair(_ operation: BinaryOperation, _ fused: FusedNode) throws(Fault) {
        let (left, right) = (fused.node.inputs[0], fused.node.inputs[1])
        let layout = layout(of: left) == .pixels || layout(of: right) == .pixels ? Layout.pixels : .asGraph
        let inputs = (try tensor(left, layout), try tensor(right, layout))
        let write = newTensor(fused.output, layout)
        let pieces = Pieces(graph[fused.output].count)
        let finish = Finish(fused.activation, kernels)
        var traits = traits(
            fused, kernel: kernels.name(operation.formula == .add ? "add" : "mul") + finish.suffix,
            reads: [inputs.0, inputs.1], write: write, units: pieces.units)
        traits.mayOverwrite = inputs.0
        try append(
            PairStep(
                traits, pieces, multiplies: operation.formula == .multiply, inputs: inputs, finish: finish,
                kernels: kernels))
    }

    /// `value * factor[c] + shift[c]`.
    private mutating func planScale(
        _ fused: FusedNode, _ value: ValueID, factor: ScaleStep.Factor, shift: WeightID?
    ) throws(Fault) {
        let shape = graph[value].shape
        let pixels = shape.dropFirst(2).reduce(1, *)
        guard shape.count == 4 || pixels == 1 else {
            throw Fault(.unsupported, "it scales the channels of a value of the shape \(shape)")
        }
        let layout: Layout = shape.count == 4 ? .pixels : .asGraph
        let input = try tensor(value, layout)
        let write = newTensor(fused.output, layout)
        let finish = Finish(fused.activation, kernels)
        let sizes = ScaleStep.Sizes(
            images: shape[0], pixels: pixels, channels: shape[1],
            bandPixels: bandRows(rows: pixels, rowSize: shape[1], threads))
        var reads = [input]
        if case .tensor(let tensor, _) = factor { reads.append(tensor) }
        var traits = traits(
            fused, kernel: kernels.name("scale") + finish.suffix, multiplications: Double(graph[value].count),
            reads: reads, write: write, units: sizes.units)
        traits.mayOverwrite = input
        try append(
            ScaleStep(traits, sizes, input: input, factor: factor, shift: shift, finish: finish, kernels: kernels))
    }

    private mutating func planBroadcast(_ operation: BinaryOperation, _ fused: FusedNode) throws(Fault) {
        let (left, right) = (fused.node.inputs[0], fused.node.inputs[1])
        let shape = graph[fused.node.output].shape
        // A value of fewer dimensions lies as the graph says, so only pictures on both sides stay pixels.
        let pictures = graph[left].shape.count == 4 && graph[right].shape.count == 4
        let layout: Layout = pictures && layout(of: left) == .pixels ? .pixels : .asGraph
        let order = layout.memoryOrder(shape.count)
        let inputs = (try tensor(left, layout), try tensor(right, layout))
        let write = newTensor(fused.output, layout)
        let strides = [left, right].map { value in
            let sizes = [Int](repeating: 1, count: shape.count - graph[value].shape.count) + graph[value].shape
            let inMemory = order.map { sizes[$0] }
            return zip(inMemory, denseStrides(inMemory)).map { $0 == 1 ? 0 : $1 }
        }
        let finish = Finish(fused.activation, kernels)
        let traits = traits(
            fused, kernel: "broadcast \(operation.formula.rawValue)" + finish.suffix, reads: [inputs.0, inputs.1],
            write: write, units: 1)
        try append(
            BroadcastStep(
                traits, StridedWalk(sizes: order.map { shape[$0] }, strides: strides), operation, inputs: inputs,
                finish: finish))
    }
}
