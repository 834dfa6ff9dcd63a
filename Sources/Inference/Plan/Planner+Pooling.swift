import CKernels

extension Planner {
    mutating func plan(_ pool: Pool, _ fused: FusedNode) throws(Fault) {
        let (input, output) = (graph[fused.node.inputs[0]].shape, graph[fused.output].shape)
        let placed = try pool.window.placed(height: input[2], width: input[3])
        let channels = input[1]
        let shape = rk_pool(
            window: rk_window(placed), channels: channels, src_height: input[2], src_width: input[3],
            src_row: input[3] * channels, src_pixel: channels, dst_width: output[3], dst_row: output[3] * channels,
            dst_pixel: channels, pad_bottom: placed.bottom, pad_right: placed.right, count_pads: pool.countsPads ? 1 : 0
        )
        let bands = Bands(
            images: input[0], rows: output[2],
            bandRows: bandRows(rows: output[2], rowSize: output[3] * channels, threads),
            inputSize: channels * input[2] * input[3], outputSize: channels * output[2] * output[3],
            outputRow: output[3] * channels)
        let source = try tensor(fused.node.inputs[0], .pixels)
        let write = newTensor(fused.output, .pixels)
        let taps = pool.window.kernel.height * pool.window.kernel.width
        let traits = traits(
            fused, kernel: kernels.name(pool.kind == .maximum ? "max_pool" : "average_pool"),
            multiplications: Double(graph[fused.output].count) * Double(taps), reads: [source], write: write,
            units: bands.units)
        try append(PoolStep(traits, bands, shape, kind: pool.kind, input: source, kernels: kernels))
    }

    mutating func plan(_ reduction: Reduction, _ fused: FusedNode) throws(Fault) {
        let value = fused.node.inputs[0]
        let shape = graph[value].shape
        guard shape.count == 4, reduction.axes == [2, 3], reduction.kind == .mean else {
            return try plan(plain: reduction, fused)
        }
        let source = try tensor(value, .pixels)
        // Images and channels are all that is left: it lies the same in every layout.
        let write = newTensor(fused.output, .asGraph)
        let strips = (shape[1] + GlobalAveragePoolStep.strip - 1) / GlobalAveragePoolStep.strip
        let traits = traits(
            fused, kernel: kernels.name("global_average_pool"), reads: [source], write: write, units: shape[0] * strips)
        try append(
            GlobalAveragePoolStep(
                traits, pixels: shape[2] * shape[3], channels: shape[1], input: source, kernels: kernels))
    }
}
