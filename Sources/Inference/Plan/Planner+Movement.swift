extension Planner {
    mutating func plan(_ concatenation: Concatenation, _ fused: FusedNode) throws(Fault) {
        let shape = graph[fused.output].shape
        let inputs = fused.node.inputs
        let layout: Layout = shape.count == 4 && inputs.contains { self.layout(of: $0) == .pixels } ? .pixels : .asGraph
        let order = layout.memoryOrder(shape.count)
        let strides = denseStrides(order.map { shape[$0] })
        let axis = order.firstIndex(of: concatenation.axis) ?? 0
        var (parts, reads, start) = ([CopyStep.Part](), [TensorID](), 0)
        for input in inputs where graph[input].count > 0 {
            let source = try tensor(input, layout)
            let sizes = order.map { graph[input].shape[$0] }
            reads.append(source)
            parts.append(
                .init(input: source, walk: StridedWalk(sizes: sizes, strides: [strides]), offset: start * strides[axis])
            )
            start += sizes[axis]
        }
        let write = newTensor(fused.output, layout)
        let traits = traits(fused, kernel: "copy", reads: reads, write: write, units: 1)
        try append(CopyStep(traits, parts: parts, background: nil))
    }

    mutating func plan(_ padding: Padding, _ fused: FusedNode) throws(Fault) {
        guard padding.isPlainFrame else { return try plan(plain: padding, fused) }
        let value = fused.node.inputs[0]
        let (input, output) = (graph[value].shape, graph[fused.output].shape)
        let layout = self.layout(of: value)
        let order = layout.memoryOrder(output.count)
        let strides = denseStrides(order.map { output[$0] })
        let source = try tensor(value, layout)
        let write = newTensor(fused.output, layout)
        let part = CopyStep.Part(
            input: source, walk: StridedWalk(sizes: order.map { input[$0] }, strides: [strides]),
            offset: zip(order, strides).map { padding.before[$0] * $1 }.reduce(0, +))
        let traits = traits(fused, kernel: "copy", reads: [source], write: write, units: 1)
        try append(CopyStep(traits, parts: [part], background: (padding.value, graph[fused.output].count)))
    }

    mutating func plan(_ softmax: Softmax, _ fused: FusedNode) throws(Fault) {
        let value = fused.node.inputs[0]
        let shape = graph[value].shape
        let layout: Layout
        if softmax.kind != .shares {
            return try plan(plain: softmax, fused)
        } else if softmax.axes.upperBound == shape.count {
            layout = .asGraph
        } else if shape.count == 4, softmax.axes == 1..<2 {
            layout = .pixels
        } else {
            return try plan(plain: softmax, fused)
        }
        let source = try tensor(value, layout)
        let write = newTensor(fused.output, layout)
        let length = shape[softmax.axes].reduce(1, *)
        var traits = traits(
            fused, kernel: kernels.name("softmax"), reads: [source], write: write, units: graph[value].count / length)
        traits.mayOverwrite = source
        try append(SoftmaxStep(traits, length: length, input: source, kernels: kernels))
    }

    /// In the layout in which the longest rows are copied as a whole: turning pictures over into the layout in which they lie
    /// already is one copy.
    mutating func plan(_ move: Rearrangement, _ fused: FusedNode) throws(Fault) {
        let value = fused.node.inputs[0]
        let (input, output) = (graph[value].shape, graph[fused.output].shape)
        let layout = layout(of: value)
        let inMemory = layout.memoryOrder(input.count)
        var strides = denseStrides(input)
        for (axis, stride) in zip(inMemory, denseStrides(inMemory.map { input[$0] })) { strides[axis] = stride }
        let layouts: [Layout] = output.count == 4 ? [layout, layout == .pixels ? .asGraph : .pixels] : [.asGraph]
        var best: (layout: Layout, walk: (sizes: [Int], strides: [Int], offset: Int), row: Int)?
        for candidate in layouts {
            let order = candidate.memoryOrder(output.count)
            let runs = order.flatMap { axis in move.runs.filter { $0.target == axis } }
            let walk = Rearrangement.places(runs, move.starts, strides: strides)
            let row = walk.strides.last == 1 ? walk.sizes.last ?? 1 : 0
            guard walk.sizes.count <= Rearrangement.mostRuns else { continue }
            if row > best?.row ?? -1 { best = (candidate, walk, row) }
        }
        guard let best else { return try plan(plain: move, fused) }
        let source = try tensor(value, layout)
        let write = newTensor(fused.output, best.layout)
        let pieces = best.walk.sizes.isEmpty ? [1] : best.walk.sizes
        let walk = StridedWalk(sizes: pieces, strides: [best.walk.strides.isEmpty ? [0] : best.walk.strides])
        let rows = max(1, min(walk.rows, 16_384 / max(walk.inner, 1)))
        let unitRows = max(rows, (walk.rows + StepTraits.maximumUnits - 1) / StepTraits.maximumUnits)
        let traits = traits(
            fused, kernel: "copy", reads: [source], write: write, units: (walk.rows + unitRows - 1) / unitRows)
        try append(RearrangementStep(traits, walk, offset: best.walk.offset, rows: unitRows, input: source))
    }
}
