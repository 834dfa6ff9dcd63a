import CKernels
import ONNXFormat

extension Planner {
    mutating func plan(_ convolution: Convolution, _ fused: FusedNode) throws(Fault) {
        let job = try job(fused)
        if let depthwise = fused.before.first, let expansion = depthwise.before.first {
            try planInvertedResidual(job, depthwise: try self.job(depthwise), expansion: try self.job(expansion))
        } else if let expansion = fused.before.first {
            try planExpanded(job, from: try self.job(expansion))
        } else if convolution.isDepthwise(channels: job.input[1], outputs: job.output[1]) {
            try planDepthwise(job)
        } else if convolution.groups == 1, job.input[1] <= 4, fused.residual == nil,
            !has(fused.node.inputs[0], .pixels)
        {
            try planStem(job)
        } else {
            try planMatrix(job)
        }
    }

    private func job(_ fused: FusedNode) throws(Fault) -> ConvolutionJob {
        let node = fused.node
        guard let convolution = node.operation as? Convolution else { throw Fault(.invalid, "it is no convolution") }
        let (input, output) = (graph[node.inputs[0]].shape, graph[fused.output].shape)
        guard let filters = graph[node.inputs[1]].constant else { throw Fault(.invalid, "its weights are not known") }
        return ConvolutionJob(
            fused: fused, input: input, output: output, groups: convolution.groups,
            placed: try convolution.window.placed(height: input[2], width: input[3]), filters: filters,
            bias: convolution.hasBias ? graph[node.inputs[2]].constant : nil,
            finish: Finish(fused.activation, kernels))
    }

    private mutating func planExpanded(_ job: ConvolutionJob, from pointwise: ConvolutionJob) throws(Fault) {
        let sizes = job.ring(depth: pointwise.input[1], threads: threads)
        let input = try tensor(pointwise.fused.node.inputs[0], .pixels)
        let rows = try expandedRows(sizes, job, from: pointwise, input: input)
        let write = newTensor(job.fused.output, .pixels)
        var traits = traits(
            job.fused, kernel: name(pointwise, job), multiplications: pointwise.multiplications + job.multiplications,
            reads: [input], write: write, units: sizes.units)
        traits.scratch = sizes.ring
        try append(ExpandedDepthwiseStep(traits, sizes, rows))
    }

    private mutating func planInvertedResidual(
        _ job: ConvolutionJob, depthwise: ConvolutionJob, expansion: ConvolutionJob
    ) throws(Fault) {
        let sizes = depthwise.rings(depth: expansion.input[1], threads: threads)
        let input = try tensor(expansion.fused.node.inputs[0], .pixels)
        let rows = try expandedRows(sizes, depthwise, from: expansion, input: input)
        let residual = try job.fused.residual.map { value throws(Fault) in try tensor(value, .pixels) }
        let projection = InvertedResidualStep.Projection(
            channels: job.output[1], weights: try packed(job.filters, groups: 1),
            bias: try job.bias.map { bias throws(Fault) in try packed(bias, order: [0]) }, residual: residual,
            finish: job.finish)
        let write = newTensor(job.fused.output, .pixels)
        var traits = traits(
            job.fused, kernel: name(expansion, depthwise) + ", " + kernels.name("product") + job.finish.suffix,
            multiplications: expansion.multiplications + depthwise.multiplications + job.multiplications,
            reads: [input] + (residual.map { [$0] } ?? []), write: write, units: sizes.images * sizes.bands)
        traits.scratch = InvertedResidualStep.scratch(sizes)
        try append(InvertedResidualStep(traits, sizes, rows, projection, kernels: kernels))
    }

    private mutating func expandedRows(
        _ sizes: ExpandedDepthwiseStep.Sizes, _ job: ConvolutionJob, from pointwise: ConvolutionJob, input: TensorID
    ) throws(Fault) -> ExpandedRows {
        let expansion = ExpandedRows.Part(
            weights: try packed(pointwise.filters, groups: 1),
            bias: try pointwise.bias.map { bias throws(Fault) in try packed(bias, order: [0]) },
            finish: pointwise.finish)
        let depthwise = ExpandedRows.Part(
            weights: try packed(job.filters, order: [2, 3, 1, 0]),
            bias: try job.bias.map { bias throws(Fault) in try packed(bias, order: [0]) }, finish: job.finish)
        return ExpandedRows(
            sizes, window: job.window, expansion: expansion, depthwise: depthwise, input: input, kernels: kernels)
    }

    private func name(_ pointwise: ConvolutionJob, _ depthwise: ConvolutionJob) -> String {
        kernels.name("product") + pointwise.finish.suffix + ", " + kernels.name("depthwise") + depthwise.finish.suffix
    }

    private mutating func planDepthwise(_ job: ConvolutionJob) throws(Fault) {
        let bands = job.bands(threads)
        let channels = job.input[1]
        let input = try tensor(job.fused.node.inputs[0], .pixels)
        let weights = try packed(job.filters, order: [2, 3, 1, 0])  // rows, columns, 1, channels
        let bias = try job.bias.map { bias throws(Fault) in try packed(bias, order: [0]) }
        let shape = rk_depthwise(
            window: job.window, channels: channels, src_height: job.input[2], src_width: job.input[3],
            src_rows: job.input[2], src_row: job.input[3] * channels, src_pixel: channels, dst_width: job.output[3],
            dst_row: job.output[3] * channels, dst_pixel: channels, weights_tap: channels,
            minimum: job.finish.minimum, maximum: job.finish.maximum)
        let write = newTensor(job.fused.output, .pixels)
        let traits = traits(
            job.fused, kernel: kernels.name("depthwise") + job.finish.suffix, multiplications: job.multiplications,
            reads: [input], write: write, units: bands.units)
        try append(
            DepthwiseStep(
                traits, bands, shape, input: input, weights: weights, bias: bias, finish: job.finish, kernels: kernels))
    }

    private mutating func planStem(_ job: ConvolutionJob) throws(Fault) {
        let bands = job.bands(threads)
        let input = try tensor(job.fused.node.inputs[0], .asGraph)
        let weights = try packed(job.filters, order: [1, 2, 3, 0])
        let bias = try job.bias.map { bias throws(Fault) in try packed(bias, order: [0]) }
        let shape = rk_stem(
            window: job.window, src_channels: job.input[1], src_height: job.input[2], src_width: job.input[3],
            src_plane: job.input[2] * job.input[3], src_row: job.input[3], dst_channels: job.output[1],
            dst_width: job.output[3], dst_row: job.output[3] * job.output[1], dst_pixel: job.output[1],
            minimum: job.finish.minimum, maximum: job.finish.maximum)
        let write = newTensor(job.fused.output, .pixels)
        let traits = traits(
            job.fused, kernel: kernels.name("stem") + job.finish.suffix, multiplications: job.multiplications,
            reads: [input], write: write, units: bands.units)
        try append(
            StemStep(
                traits, bands, shape, input: input, weights: weights, bias: bias, finish: job.finish, kernels: kernels))
    }

    private mutating func planMatrix(_ job: ConvolutionJob) throws(Fault) {
        let inputs = job.fused.node.inputs
        let input = try tensor(inputs[0], .pixels)
        let residual = try job.fused.residual.map { value throws(Fault) in try tensor(value, .pixels) }
        let weights = try packed(job.filters, groups: job.groups)
        let bias = try job.bias.map { bias throws(Fault) in try packed(bias, order: [0]) }
        let (sizes, patches) = job.matrix(threads: threads)
        let write = newTensor(job.fused.output, .pixels)
        var traits = traits(
            job.fused,
            kernel: (patches == nil ? "" : "im2col, ") + kernels.name("product")
                + job.finish.suffix, multiplications: job.multiplications,
            reads: [input] + (residual.map { [$0] } ?? []), write: write, units: sizes.units)
        traits.scratch = patches == nil ? 0 : sizes.bandRows * sizes.depth
        try append(
            ConvolutionStep(
                traits, sizes, patches: patches, input: input, residual: residual, weights: weights, bias: bias,
                finish: job.finish, kernels: kernels))
    }

    /// A constant with its axes in another order; the last of `order` lies next to each other.
    mutating func packed(_ constant: Tensor, order: [Int]) throws(Fault) -> WeightID {
        let shape = constant.shape
        let strides = denseStrides(shape)
        try requireFloats(constant)
        return weights.reserve(constant.count) { target in
            guard let floats = try? constant.floats() else { return }
            fill(target, from: floats, sizes: order.map { shape[$0] }, strides: order.map { strides[$0] })
        }
    }

    /// Filters as a matrix for each group, taps and input channels by output channels, in the product kernel's panels.
    private mutating func packed(_ filters: Tensor, groups: Int) throws(Fault) -> WeightID {
        let (columns, channels) = (filters.shape[0] / groups, filters.shape[1])
        let taps = filters.shape[2] * filters.shape[3]
        let depth = taps * channels
        try requireFloats(filters)
        return weights.reserve(filters.count) { target in
            guard let floats = try? filters.floats() else { return }
            for group in 0..<groups {
                let start = group * columns * depth
                let part = UnsafeMutableBufferPointer(rebasing: target[start..<start + columns * depth])
                fillPanels(part, from: floats, depth: depth, columns: columns) { row, column in
                    ((group * columns + column) * channels + row % channels) * taps + row / channels
                }
            }
        }
    }

    func requireFloats(_ constant: Tensor) throws(Fault) {
        guard constant.type == .float32 else { throw Fault(.unsupported, "its weights are \(constant.type) values") }
    }
}

/// Fills a dense target of up to four dimensions from a source with other strides.
func fill(_ target: UnsafeMutableBufferPointer<Float>, from source: [Float], sizes: [Int], strides: [Int]) {
    let sizes = [Int](repeating: 1, count: 4 - sizes.count) + sizes
    let strides = [Int](repeating: 0, count: 4 - strides.count) + strides
    source.withUnsafeBufferPointer { source in
        var index = 0
        for first in 0..<sizes[0] {
            for second in 0..<sizes[1] {
                for third in 0..<sizes[2] {
                    let start = first * strides[0] + second * strides[1] + third * strides[2]
                    let (count, stride) = (sizes[3], strides[3])
                    for fourth in 0..<count { target[index + fourth] = source[start + fourth * stride] }
                    index += count
                }
            }
        }
    }
}

/// Fills a matrix in the panels that the product kernel reads.
/// - Parameter place: of an element of the matrix in `source`.
@inline(__always)
func fillPanels(
    _ target: UnsafeMutableBufferPointer<Float>, from source: [Float], depth: Int, columns: Int,
    place: (_ row: Int, _ column: Int) -> Int
) {
    let panel = Int(rk_product_panel)
    var index = 0
    source.withUnsafeBufferPointer { source in
        for first in stride(from: 0, to: columns, by: panel) {
            for row in 0..<depth {
                for column in first..<min(first + panel, columns) {
                    target[index] = source[place(row, column)]
                    index += 1
                }
            }
        }
    }
}

/// The number of columns, at least `columns`, that is whole panels of the product kernel's weights.
func wholePanels(_ columns: Int) -> Int {
    let panel = Int(rk_product_panel)
    return max(panel, (columns + panel - 1) / panel * panel)
}
