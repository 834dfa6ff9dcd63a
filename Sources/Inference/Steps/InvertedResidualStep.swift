import CKernels

/// A pointwise convolution, the depthwise one behind it and the pointwise one behind that, in one: the block of a mobile
/// network (an inverted residual: Sandler et al. 2018), some rows at a time, so that nothing between them leaves the caches.
///
/// A unit is a band of output rows. It computes some rows of the depthwise convolution for all channels, then the output's
/// from them. Where pictures are large: as many weights as a small picture has would have to be read again for each of its rows.
final class InvertedResidualStep: Step {
    /// The last convolution.
    struct Projection {
        var channels: Int
        var weights: WeightID
        var bias: WeightID?
        var residual: TensorID?
        var finish: Finish
    }

    let traits: StepTraits
    private let sizes: ExpandedDepthwiseStep.Sizes
    private let rows: ExpandedRows
    private let projection: Projection
    private let product: UnsafeMutablePointer<rk_product>
    private let kernels: Kernels

    private var output: UnsafeMutablePointer<Float>?
    private var residual: UnsafePointer<Float>?
    private var weights: UnsafePointer<Float>?
    private var bias: UnsafePointer<Float>?
    private var scratch: UnsafeMutablePointer<Float>?
    private var scratchStride = 0

    /// float32 that the rows of a thread should not be more than: half of the second-level cache of the smallest boards (512 kB).
    static let rowsLimit = 64 << 10

    /// float32 that a thread needs: a ring for each chunk of channels, and the rows of a turn.
    static func scratch(_ sizes: ExpandedDepthwiseStep.Sizes) -> Int {
        sizes.chunks * sizes.ring + sizes.turnRows * sizes.outputWidth * sizes.channels
    }

    init(
        _ traits: StepTraits, _ sizes: ExpandedDepthwiseStep.Sizes, _ rows: ExpandedRows, _ projection: Projection,
        kernels: Kernels
    ) {
        self.traits = traits
        self.sizes = sizes
        self.rows = rows
        self.projection = projection
        self.kernels = kernels
        product = .allocate(capacity: 1)
        product.initialize(
            to: rk_product(
                depth: sizes.channels, columns: projection.channels, src_stride: sizes.channels,
                dst_stride: projection.channels, residual_stride: projection.channels, lead: 0,
                minimum: projection.finish.minimum, maximum: projection.finish.maximum))
    }

    deinit { product.deallocate() }

    func bind(_ memory: Memory) {
        rows.bind(memory)
        output = memory[traits.write]
        residual = projection.residual.map { UnsafePointer(memory[$0]) }
        weights = memory[projection.weights]
        bias = memory.optional(projection.bias)
        scratch = memory.scratch
        scratchStride = memory.scratchStride
    }

    func run(unit: Int, thread: Int) {
        guard let output, let weights, let scratch else { return }
        let band = unit % sizes.bands
        let image = unit / sizes.bands
        let rings = scratch + thread * scratchStride
        let expanded = rings + sizes.chunks * sizes.ring
        let end = min((band + 1) * sizes.bandRows, sizes.outputHeight)
        var row = band * sizes.bandRows
        var next = 0
        while row < end {
            let count = min(sizes.turnRows, end - row)
            var after = next
            for chunk in 0..<sizes.chunks {
                after = rows.compute(
                    row, count: count, image: image, chunk: chunk, goesUp: true, ring: rings + chunk * sizes.ring,
                    next: next, expanded + chunk * sizes.chunk)
            }
            next = after
            let place = (image * sizes.outputHeight + row) * sizes.outputWidth * projection.channels
            let pixels = count * sizes.outputWidth
            kernels.product(
                product, pixels, UnsafePointer(expanded), weights, bias, residual.map { $0 + place }, output + place)
            projection.finish.apply(output + place, pixels * projection.channels)
            row += count
        }
    }
}
