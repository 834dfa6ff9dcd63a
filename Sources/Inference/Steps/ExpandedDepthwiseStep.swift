import CKernels

/// A pointwise convolution and the depthwise one behind it, in one: what lies between is the largest value of a mobile
/// network, and is never in memory as a whole.
///
/// A unit computes one panel of channels for a band of output rows. It keeps the last rows of the expanded picture in a
/// ring that stays in the second-level cache: some new rows are computed, then as many output rows as they allow.
final class ExpandedDepthwiseStep: Step {
    struct Sizes {
        var images: Int
        /// Of the input, whose channels are `depth`.
        var height: Int
        var width: Int
        var depth: Int
        /// Of what lies between, and of the output.
        var channels: Int
        var outputHeight: Int
        var outputWidth: Int
        /// Output rows of one unit, and of one turn of it.
        var bandRows: Int
        var turnRows: Int
        /// Rows of the ring.
        var ringRows: Int
        /// Channels of one unit: a panel of the weights.
        var chunk: Int
        /// Chunks from one that a thread has done to the next that it will likely do, up or down.
        var lead = 1

        var bands: Int { (outputHeight + bandRows - 1) / bandRows }
        var chunks: Int { (channels + chunk - 1) / chunk }
        var units: Int { images * chunks * bands }
        /// float32 of one thread's ring.
        var ring: Int { ringRows * width * min(chunk, channels) }

        /// Channels of a panel of numbers.
        static let panel = Int(rk_product_panel)

        /// Cuts the pictures into as many bands as have every thread do the same. More bands compute the rows between them
        /// twice.
        /// - Parameter reach: input rows under the window; `stride`: those from one output row to the next.
        mutating func spread(over threads: Int, reach: Int, stride: Int) {
            guard threads > 1 else { return }
            var best = (bands: 1, cost: Double.infinity)
            for bands in 1...min(2 * threads, outputHeight) {
                let cut = Cut(
                    lines: outputHeight, line: (outputHeight + bands - 1) / bands, columns: channels, column: chunk,
                    stripByStrip: true)
                let twice = Double((bands - 1) * max(reach - stride, 0)) / Double(height)
                let cost = cut.cost(threads: threads, images: images, perStrip: 0) * (1 + twice)
                if cost < best.cost { best = (bands, cost) }
            }
            bandRows = (outputHeight + best.bands - 1) / best.bands
            lead = bands == 1 ? (threads + 1) / 2 : 1
        }
    }

    /// One of the two convolutions: its constants and what it does last.
    struct Part {
        var weights: WeightID
        var bias: WeightID?
        var finish: Finish
    }

    let traits: StepTraits
    private let sizes: Sizes
    private let expansion: Part
    private let depthwise: Part
    private let kernels: Kernels
    private let inputID: TensorID
    /// Each for a whole chunk of channels, and for the last; products for threads that go up, then for those that go down.
    private let products: UnsafeMutablePointer<rk_product>
    private let filters: UnsafeMutablePointer<rk_depthwise>

    private var input: UnsafePointer<Float>?
    private var output: UnsafeMutablePointer<Float>?
    private var ring: UnsafeMutablePointer<Float>?
    private var ringStride = 0
    private var expansionWeights: (weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?)?
    private var depthwiseWeights: (weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?)?

    /// - Parameter window: of the depthwise convolution.
    init(
        _ traits: StepTraits, _ sizes: Sizes, window: rk_window, expansion: Part, depthwise: Part, input: TensorID,
        kernels: Kernels
    ) {
        self.traits = traits
        self.sizes = sizes
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
        output = memory[traits.write]
        ring = memory.scratch
        ringStride = memory.scratchStride
        expansionWeights = (memory[expansion.weights], memory.optional(expansion.bias))
        depthwiseWeights = (memory[depthwise.weights], memory.optional(depthwise.bias))
    }

    func run(unit: Int, thread: Int) {
        guard let input, let output, let ring, let expansionWeights, let depthwiseWeights else { return }
        let band = unit % sizes.bands
        let chunk = unit / sizes.bands % sizes.chunks
        let image = unit / (sizes.bands * sizes.chunks)
        let channel = chunk * sizes.chunk
        let isLast = chunk == sizes.chunks - 1
        // Handed on as they lie: an inout access to them would count as a write beside the other threads'.
        let product = UnsafePointer(products + (isLast ? 1 : 0) + 2 * (thread & 1))
        let filter = UnsafePointer(isLast ? filters + 1 : filters)
        let channels = product.pointee.columns
        let window = filter.pointee.window
        let reach = (window.height - 1) * window.dilation_y + 1

        let picture = input + image * sizes.height * sizes.width * sizes.depth
        let rows = ring + thread * ringStride
        let rowSize = sizes.width * channels
        let end = min((band + 1) * sizes.bandRows, sizes.outputHeight)
        var outputRow = band * sizes.bandRows
        var next = 0
        while outputRow < end {
            let count = min(sizes.turnRows, end - outputRow)
            let first = outputRow * window.stride_y - window.pad_top
            next = max(next, first)
            let wanted = min(first + (count - 1) * window.stride_y + reach, sizes.height)
            while next < wanted {
                let place = next % sizes.ringRows
                let new = min(wanted - next, sizes.ringRows - place)
                let target = rows + place * rowSize
                kernels.product(
                    product, new * sizes.width, picture + next * sizes.width * sizes.depth,
                    expansionWeights.weights + channel * sizes.depth, expansionWeights.bias.map { $0 + channel }, nil,
                    target)
                expansion.finish.apply(target, new * rowSize)
                next += new
            }
            let target =
                output
                + ((image * sizes.outputHeight + outputRow) * sizes.outputWidth * sizes.channels + channel)
            kernels.depthwise(
                filter, rows, depthwiseWeights.weights + channel, depthwiseWeights.bias.map { $0 + channel }, target,
                outputRow, count)
            depthwise.finish.apply(
                target, rows: count * sizes.outputWidth, columns: channels, stride: sizes.channels)
            outputRow += count
        }
    }
}
