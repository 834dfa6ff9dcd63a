import CKernels

// Rows of the planner for operators on bytes.

extension Planner {
    mutating func plan(_ quantise: NumbersToBytes, _ fused: FusedNode) throws(Fault) {
        let value = fused.node.inputs[0]
        let shape = graph[value].shape
        let write = newBytes(fused.output)
        var sizes = QuantiseStep.Sizes(
            images: 1, pixels: graph[value].count, channels: 1, channelStride: 1, pixelBytes: 1, unitPixels: 0)
        let source: TensorID
        if shape.count == 4, shape[1] == 3 || (shape[1] <= 4 && !has(value, .pixels)) {
            source = try tensor(value, .asGraph)
            sizes.images = shape[0]
            sizes.pixels = shape[2] * shape[3]
            sizes.channels = shape[1]
            sizes.channelStride = sizes.pixels
            sizes.pixelBytes = pixelBytes(channels: shape[1])
        } else {
            source = try tensor(value, shape.count == 4 ? .pixels : .asGraph)
        }
        sizes.unitPixels = threads > 1 ? max(4_096, (sizes.pixels + 4 * threads - 1) / (4 * threads)) : sizes.pixels
        let traits = traits(
            fused, kernel: kernels.name("f32_u8_quantize"), reads: [source], write: write,
            units: sizes.images * sizes.strips)
        try append(QuantiseStep(traits, sizes, quantise.format, input: source, kernels: kernels.quantised))
    }

    mutating func plan(_ dequantise: BytesToNumbers, _ fused: FusedNode) throws(Fault) {
        let value = fused.node.inputs[0]
        let shape = graph[value].shape
        guard shape.count != 4 || pixelBytes(channels: shape[1]) == shape[1] else {
            throw Fault(.unsupported, "it reads bytes of three channels")
        }
        let source = try tensor(value, .bytes)
        let write = newTensor(fused.output, shape.count == 4 ? .pixels : .asGraph)
        let traits = traits(
            fused, kernel: kernels.name("u8_f32_dequantize"), reads: [source], write: write, units: 1)
        try append(
            QuantisedElementStep(
                traits, .dequantise(dequantise.format), count: graph[value].count, inputs: [source],
                kernels: kernels.quantised))
    }

    mutating func plan(_ addition: QuantisedAddition, _ fused: FusedNode) throws(Fault) {
        let inputs = try fused.node.inputs.map { value throws(Fault) in try tensor(value, .bytes) }
        let how = addition.requantisation
        let shape = rk_quantized_add(
            a_factor: addition.leftFactor, b_factor: how.residualFactor, a_zero: Int32(addition.left.zero),
            b_zero: Int32(how.residual?.zero ?? 0), zero: Int32(how.output.zero),
            minimum: Int32(how.bounds.lowerBound), maximum: Int32(how.bounds.upperBound))
        let write = newBytes(fused.output)
        let traits = traits(fused, kernel: kernels.name("u8_u8_add"), reads: inputs, write: write, units: 1)
        try append(
            QuantisedElementStep(
                traits, .add(shape), count: byteCount(fused.output), inputs: inputs, kernels: kernels.quantised))
    }

    mutating func plan(_ mean: QuantisedMean, _ fused: FusedNode) throws(Fault) {
        let shape = graph[fused.node.inputs[0]].shape
        let source = try tensor(fused.node.inputs[0], .bytes)
        let pixels = shape[2] * shape[3]
        guard pixels <= 1 << 22, pixelBytes(channels: shape[1]) == shape[1] else {
            throw Fault(.unsupported, "a mean over the shape \(shape)")
        }
        let write = newTensor(fused.output, .asGraph)
        let traits = traits(
            fused, kernel: kernels.name("u8_f32_global_average_pool"), reads: [source], write: write, units: shape[0])
        let kind = QuantisedElementStep.Kind.mean(
            pixels: pixels, channels: shape[1], factor: mean.factor(pixels: pixels), zero: mean.input.zero)
        try append(QuantisedElementStep(traits, kind, count: 0, inputs: [source], kernels: kernels.quantised))
    }

    mutating func plan(_ convolution: QuantisedConvolution, _ fused: FusedNode) throws(Fault) {
        let job = try QuantisedJob(convolution, fused, graph)
        if let first = fused.before.first, let pointwise = first.node.operation as? QuantisedConvolution {
            return try planExpanded(job, from: try QuantisedJob(pointwise, first, graph))
        }
        let input = try tensor(fused.node.inputs[0], .bytes)
        let residual = try fused.node.inputs.dropFirst().first.map { value throws(Fault) in try tensor(value, .bytes) }
        let (weights, border) = packed(job)
        let writesBytes = convolution.requantisation != nil
        let write = writesBytes ? newBytes(fused.output) : newTensor(fused.output, .asGraph)
        if !writesBytes, !convolution.isMatrix, job.output.height * job.output.width > 1 {
            throw Fault(.unsupported, "a convolution of bytes whose pictures are wanted as numbers")
        }
        let (bands, strips) = job.cut(threads: threads)
        let kind: QuantisedConvolutionStep.Kind =
            job.isDepthwise
            ? .depthwise(job.depthwise) : writesBytes ? .convolution(job.convolution) : .numbers(job.convolution)
        let name = job.isDepthwise ? "u8_u8_depthwise" : writesBytes ? "u8_u8_convolution" : "u8_f32_convolution"
        let traits = traits(
            fused, kernel: kernels.name(name), multiplications: job.multiplications,
            reads: [input] + (residual.map { [$0] } ?? []), write: write, units: bands.units * strips.count)
        let isa = kernels.quantised.isa
        try append(
            QuantisedConvolutionStep(
                traits, bands, kind,
                strips: strips.map {
                    .init(channel: $0, weightBytes: $0 == 0 ? 0 : job.packedBytes(isa, channels: $0))
                },
                input: input, residual: residual, weights: weights, border: border, kernels: kernels.quantised))
    }

    private mutating func planExpanded(_ job: QuantisedJob, from pointwise: QuantisedJob) throws(Fault) {
        let sizes = job.ring(depth: pointwise.channels.input, threads: threads)
        let input = try tensor(pointwise.fused.node.inputs[0], .bytes)
        let expansion = packed(pointwise), filter = packed(job)
        let write = newBytes(job.fused.output)
        let isa = kernels.quantised.isa
        let chunks = stride(from: 0, to: job.channels.output, by: QuantisedExpandedStep.chunk)
        var traits = traits(
            job.fused, kernel: kernels.name("u8_u8_convolution") + ", depthwise",
            multiplications: pointwise.multiplications + job.multiplications, reads: [input], write: write,
            units: sizes.images * sizes.bands * Array(chunks).count)
        traits.scratch = (sizes.ringRows * sizes.width * min(QuantisedExpandedStep.chunk, job.channels.output) + 3) / 4
        try append(
            QuantisedExpandedStep(
                traits, sizes, expansion: pointwise.convolution, depthwise: job.depthwise, expansionWeights: expansion,
                depthwiseWeights: filter,
                offsets: chunks.map {
                    (
                        $0 == 0 ? 0 : pointwise.packedBytes(isa, channels: $0),
                        $0 == 0 ? 0 : job.packedBytes(isa, channels: $0)
                    )
                }, input: input, kernels: kernels.quantised))
    }

    /// A layer's packed weights, and a pixel of its input's zero points.
    private mutating func packed(_ job: QuantisedJob) -> (weights: WeightID, border: WeightID) {
        let isa = kernels.quantised.isa
        let weights = weights.reserve((job.packedBytes(isa, channels: job.channels.output) + 3) / 4) { target in
            guard let start = UnsafeMutableRawPointer(target.baseAddress) else { return }
            job.pack(isa, start)
        }
        let zero = UInt8(job.operation.input.zero)
        let border = self.weights.reserve((job.channels.input + 7) / 4) { target in
            UnsafeMutableRawBufferPointer(target).initializeMemory(as: UInt8.self, repeating: zero)
        }
        return (weights, border)
    }
}

/// The sizes of one convolution on bytes, and how it is cut into units.
struct QuantisedJob {
    let operation: QuantisedConvolution
    let fused: FusedNode
    let images: Int
    let input: (height: Int, width: Int)
    let output: (height: Int, width: Int)
    let channels: (input: Int, output: Int)
    private let placed: PlacedWindow

    init(_ operation: QuantisedConvolution, _ fused: FusedNode, _ graph: Graph) throws(Fault) {
        self.operation = operation
        self.fused = fused
        let shape = graph[fused.node.inputs[0]].shape
        if operation.isMatrix {
            let depth = shape[shape.count - 1]
            images = 1
            input = (graph[fused.node.inputs[0]].count / depth, 1)
            channels = (depth, operation.filters.shape[0])
        } else {
            images = shape[0]
            input = (shape[2], shape[3])
            channels = (shape[1], operation.filters.shape[0])
        }
        placed = try operation.window.placed(height: input.height, width: input.width)
        output = (placed.height, placed.width)
    }

    var isDepthwise: Bool { operation.groups > 1 }
    private var inputPixel: Int { operation.isMatrix ? channels.input : pixelBytes(channels: channels.input) }
    private var outputPixel: Int {
        operation.isMatrix || operation.requantisation == nil
            ? channels.output : pixelBytes(channels: channels.output)
    }

    var multiplications: Double {
        Double(images * output.height * output.width) * Double(operation.filters.weights.count)
    }

    private var requantization: rk_requantization {
        guard let how = operation.requantisation else { return rk_requantization() }
        return rk_requantization(
            zero: Int32(how.output.zero), minimum: Int32(how.bounds.lowerBound), maximum: Int32(how.bounds.upperBound),
            residual_zero: Int32(how.residual?.zero ?? 0), residual_scale: how.residualFactor)
    }

    var convolution: rk_quantized_convolution {
        rk_quantized_convolution(
            window: rk_window(placed), depth: operation.isMatrix ? channels.input : inputPixel,
            channels: channels.output, src_height: input.height, src_width: input.width,
            src_row: input.width * inputPixel, src_pixel: inputPixel, dst_width: output.width,
            dst_row: output.width * outputPixel, dst_pixel: outputPixel, residual_row: output.width * outputPixel,
            residual_pixel: outputPixel, lead: 0, requantization: requantization)
    }

    var depthwise: rk_quantized_depthwise {
        rk_quantized_depthwise(
            window: rk_window(placed), channels: channels.output, src_height: input.height, src_width: input.width,
            src_rows: input.height, src_row: input.width * inputPixel, src_pixel: inputPixel, dst_width: output.width,
            dst_row: output.width * outputPixel, dst_pixel: outputPixel, requantization: requantization)
    }

    private var taps: (height: Int, width: Int) { operation.window.kernel }

    /// Bytes of the first channels' packed weights.
    func packedBytes(_ isa: rk_isa, channels: Int) -> Int {
        isDepthwise
            ? rk_packed_depthwise_bytes(isa, channels, taps.height, taps.width)
            : rk_packed_convolution_bytes(isa, channels, taps.height * taps.width, operation.filters.shape[1])
    }

    func pack(_ isa: rk_isa, _ target: UnsafeMutableRawPointer) {
        let filters = operation.filters
        let count = taps.height * taps.width
        filters.weights.withUnsafeBufferPointer { weights in
            filters.bias.withUnsafeBufferPointer { bias in
                filters.multipliers.withUnsafeBufferPointer { multipliers in
                    guard let weights = weights.baseAddress, let bias = bias.baseAddress,
                        let multipliers = multipliers.baseAddress
                    else { return }
                    var unpacked = rk_unpacked(
                        channels: channels.output, taps: count, depth: filters.shape[1],
                        channel_stride: count * filters.shape[1], tap_stride: 1, depth_stride: count, weights: weights,
                        bias: bias, scale: multipliers, zero: Int32(operation.input.zero))
                    if isDepthwise {
                        rk_pack_depthwise(isa, &unpacked, taps.height, taps.width, target)
                    } else {
                        rk_pack_convolution(isa, &unpacked, target)
                    }
                }
            }
        }
    }

    /// Bands of rows whose input and output stay in the first caches, and strips of channels: some for every thread.
    func cut(threads: Int) -> (bands: Bands, strips: [Int]) {
        let rowBytes = output.width * outputPixel + input.width * inputPixel
        let fitting = min(max(1, (96 << 10) / max(rowBytes, 1)), output.height)
        let (rows, strip) =
            threads > 1 ? evenCut(fitting: fitting, threads: threads) : (fitting, channels.output)
        let bands = Bands(
            images: images, rows: output.height, bandRows: rows, inputSize: input.height * input.width * inputPixel,
            outputSize: output.height * output.width * outputPixel, outputRow: output.width * outputPixel)
        return (bands, Array(stride(from: 0, to: channels.output, by: strip)))
    }

    /// Rows and channels of one unit, so that every thread has the same to do. Fewer pixels than some fill no tiles.
    private func evenCut(fitting: Int, threads: Int) -> (rows: Int, channels: Int) {
        let panel = Int(rk_quantized_panel)
        let panels = (channels.output + panel - 1) / panel
        var best = (rows: fitting, channels: channels.output, cost: Double.infinity)
        for rows in 1...fitting where rows * output.width >= 12 || rows == fitting {
            for strip in stride(from: panels, to: 0, by: -1) {
                let width = min(strip * panel, channels.output)
                let cut = Cut(
                    lines: output.height, line: rows, columns: channels.output, column: width, stripByStrip: true)
                let pixels = rows * output.width
                let tiled = Double((pixels + 5) / 6 * 6 - pixels) / Double(pixels)
                let cost = cut.cost(threads: threads, images: images, perStrip: 0.04) * (1 + 0.3 * tiled)
                if cost < best.cost { best = (rows, width, cost) }
            }
        }
        return (best.rows, best.channels)
    }

    /// How a depthwise convolution over an expanded picture is cut; the ring stays in the first-level cache.
    func ring(depth: Int, threads: Int) -> ExpandedDepthwiseStep.Sizes {
        let window = placed.window
        let reach = (window.kernel.height - 1) * window.dilations.y + 1
        let rowBytes = input.width * min(channels.output, QuantisedExpandedStep.chunk)
        let fitting = max((20 << 10) / rowBytes, reach)
        let turn = min((fitting - reach) / window.strides.y + 1, output.height)
        var sizes = ExpandedDepthwiseStep.Sizes(
            images: images, height: input.height, width: input.width, depth: depth, channels: channels.output,
            outputHeight: output.height, outputWidth: output.width, bandRows: output.height, turnRows: turn,
            ringRows: min((turn - 1) * window.strides.y + reach, input.height), chunk: QuantisedExpandedStep.chunk)
        sizes.spread(over: threads, parts: sizes.chunks, window: placed.window, reach: reach)
        return sizes
    }
}
