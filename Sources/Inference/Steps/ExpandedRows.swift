import CKernels

/// Rows of a depthwise convolution over an expanded picture of which only some rows are there at a time, in a ring: some
/// new rows of a panel of channels are computed by the pointwise convolution, then as many output rows as they allow.
final class ExpandedRows {
    /// One of the two convolutions: its constants and what it does last.
    struct Part {
        var weights: WeightID
        var bias: WeightID?
        var finish: Finish
    }

    private let sizes: ExpandedDepthwiseStep.Sizes
    private let expansion: Part
    private let depthwise: Part
    private let kernels: Kernels
    private let inputID: TensorID
    private let window: rk_window
    /// Each for a whole chunk of channels, and for the last; products for who goes from chunk to chunk up, then down.
    private let products: UnsafeMutablePointer<rk_product>
    private let filters: UnsafeMutablePointer<rk_depthwise>

    private var input: UnsafePointer<Float>?
    private var expansionWeights: (weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?)?
    private var depthwiseWeights: (weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?)?

    /// - Parameter window: of the depthwise convolution.
    init(
        _ sizes: ExpandedDepthwiseStep.Sizes, window: rk_window, expansion: Part, depthwise: Part, input: TensorID,
        kernels: Kernels
    ) {
        self.sizes = sizes
        self.window = window
        self.expansion = expansion
        self.depthwise = depthwise
        self.kernels = kernels
        inputID = input
        products = .allocate(capacity: 4)
        filters = .allocate(capacity: 2)
        let last = sizes.channels - (sizes.chunks - 1) * sizes.chunk
        for (index, channels) in [sizes.chunk, last].enumerated() {
            var product = rk_product(
                depth: sizes.depth, columns: channels, src_stride: sizes.depth, dst_stride: channels,
                residual_stride: 0, lead: sizes.lead * sizes.chunk, minimum: expansion.finish.minimum,
                maximum: expansion.finish.maximum)
            let filter = rk_depthwise(
                window: window, channels: channels, src_height: sizes.height, src_width: sizes.width,
                src_rows: sizes.ringRows, src_row: sizes.width * channels, src_pixel: channels,
                dst_width: sizes.outputWidth, dst_row: sizes.outputWidth * sizes.channels, dst_pixel: sizes.channels,
                weights_tap: sizes.channels, minimum: depthwise.finish.minimum, maximum: depthwise.finish.maximum)
            (products + index).initialize(to: product)
            product.lead = -product.lead
            (products + 2 + index).initialize(to: product)
            (filters + index).initialize(to: filter)
        }
    }

    deinit {
        products.deallocate()
        filters.deallocate()
    }

    func bind(_ memory: Memory) {
        input = UnsafePointer(memory[inputID])
        expansionWeights = (memory[expansion.weights], memory.optional(expansion.bias))
        depthwiseWeights = (memory[depthwise.weights], memory.optional(depthwise.bias))
    }

    /// Computes output rows of one chunk of channels.
    /// - Parameters:
    ///   - row: the first of `count`, at most ``ExpandedDepthwiseStep/Sizes/turnRows``.
    ///   - goesUp: whether the next chunks are likely those behind this one.
    ///   - ring: of this chunk.
    ///   - next: the first input row that the ring has not had yet; 0 before the first call of a band.
    ///   - target: of the first row and the chunk's first channel.
    /// - Returns: `next` from now on.
    @inline(__always)
    func compute(
        _ row: Int, count: Int, image: Int, chunk: Int, goesUp: Bool, ring: UnsafeMutablePointer<Float>, next: Int,
        _ target: UnsafeMutablePointer<Float>
    ) -> Int {
        guard let input, let expansionWeights, let depthwiseWeights else { return next }
        let channel = chunk * sizes.chunk
        let isLast = chunk == sizes.chunks - 1
        // Handed on as they lie: an inout access to them would count as a write beside the other threads'.
        let product = UnsafePointer(products + (isLast ? 1 : 0) + (goesUp ? 0 : 2))
        let filter = UnsafePointer(isLast ? filters + 1 : filters)
        let channels = product.pointee.columns
        let reach = (window.height - 1) * window.dilation_y + 1

        let picture = input + image * sizes.height * sizes.width * sizes.depth
        let rowSize = sizes.width * channels
        let first = row * window.stride_y - window.pad_top
        var next = max(next, first)
        let wanted = min(first + (count - 1) * window.stride_y + reach, sizes.height)
        while next < wanted {
            let place = next % sizes.ringRows
            let new = min(wanted - next, sizes.ringRows - place)
            let rows = ring + place * rowSize
            kernels.product(
                product, new * sizes.width, picture + next * sizes.width * sizes.depth,
                expansionWeights.weights + channel * sizes.depth, expansionWeights.bias.map { $0 + channel }, nil, rows)
            expansion.finish.apply(rows, new * rowSize)
            next += new
        }
        kernels.depthwise(
            filter, ring, depthwiseWeights.weights + channel, depthwiseWeights.bias.map { $0 + channel }, target,
            row, count)
        depthwise.finish.apply(target, rows: count * sizes.outputWidth, columns: channels, stride: sizes.channels)
        return next
    }
}
