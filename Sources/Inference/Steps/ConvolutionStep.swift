import CKernels

/// A convolution as a matrix product: the pixels times the weights. Where a pixel of the output looks at just one of the
/// input, the input is the matrix as it lies; else its patches are copied into one, a band of rows at a time.
///
/// The product kernel adds bias and residual and clamps before it stores. Bands are small enough that another activation
/// finds the product in the cache. The columns can be cut too, so that the small pictures at a network's end give every
/// thread something to do.
final class ConvolutionStep: Step {
    /// Sizes of one convolution over images that lie one behind the other.
    struct Sizes {
        /// Rows of the matrix in one image, and columns of the product in one group.
        var rows: Int
        var columns: Int
        /// Rows of the weights: taps times input channels of a group.
        var depth: Int
        var groups: Int
        var images: Int
        /// Input channels of all groups, and input elements of one image.
        var inputChannels: Int
        var imageSize: Int
        /// Rows and columns of the product in one unit; columns in whole panels of the weights.
        var bandRows: Int
        var bandColumns: Int
        /// Threads that take the units in turn.
        var threads = 1

        var bands: Int { (rows + bandRows - 1) / bandRows }
        var strips: Int { (columns + bandColumns - 1) / bandColumns }
        var outputChannels: Int { groups * columns }
        var units: Int { images * bands * strips }
        /// Columns from the last panel of a unit to the first of the next of a thread that goes up or down.
        func lead(up: Bool) -> Int {
            let panel = Int(rk_product_panel), share = (threads + 1) / 2
            guard strips > 1 else { return panel }
            return up ? panel + (share - 1) * bandColumns : panel - (share + 1) * bandColumns
        }
    }

    let traits: StepTraits
    private let sizes: Sizes
    private let kernels: Kernels
    private let finish: Finish
    private let weightsID: WeightID
    private let biasID: WeightID?
    private let inputID: TensorID
    private let residualID: TensorID?
    /// One for each strip's number of columns: of the whole ones, and of the last; for threads that go up, then for those
    /// that go down.
    private let shapes: UnsafeMutablePointer<rk_product>
    /// nil where the input is the matrix.
    private let patches: UnsafeMutablePointer<rk_im2col>?

    private var input: UnsafePointer<Float>?
    private var residual: UnsafePointer<Float>?
    private var output: UnsafeMutablePointer<Float>?
    private var weights: UnsafePointer<Float>?
    private var bias: UnsafePointer<Float>?
    private var scratch: UnsafeMutablePointer<Float>?
    private var scratchStride = 0

    /// - Parameter patches: `bandRows` is then a multiple of its output width, and there is one strip.
    init(
        _ traits: StepTraits, _ sizes: Sizes, patches: rk_im2col?, input: TensorID, residual: TensorID?,
        weights: WeightID, bias: WeightID?, finish: Finish, kernels: Kernels
    ) {
        self.traits = traits
        self.sizes = sizes
        self.kernels = kernels
        self.finish = finish
        let matrixStride = patches == nil ? sizes.inputChannels : sizes.depth
        shapes = .allocate(capacity: 4)
        for (index, columns) in [sizes.bandColumns, sizes.columns - (sizes.strips - 1) * sizes.bandColumns].enumerated()
        {
            var shape = rk_product(
                depth: sizes.depth, columns: columns, src_stride: matrixStride, dst_stride: sizes.outputChannels,
                residual_stride: sizes.outputChannels, lead: sizes.lead(up: true), minimum: finish.minimum,
                maximum: finish.maximum)
            (shapes + index).initialize(to: shape)
            shape.lead = sizes.lead(up: false)
            (shapes + 2 + index).initialize(to: shape)
        }
        inputID = input
        residualID = residual
        weightsID = weights
        biasID = bias
        if let patches {
            let pointer = UnsafeMutablePointer<rk_im2col>.allocate(capacity: 1)
            pointer.initialize(to: patches)
            self.patches = pointer
        } else {
            self.patches = nil
        }
    }

    deinit {
        shapes.deallocate()
        patches?.deallocate()
    }

    func bind(_ memory: Memory) {
        input = UnsafePointer(memory[inputID])
        residual = residualID.map { UnsafePointer(memory[$0]) }
        output = memory[traits.write]
        weights = memory[weightsID]
        bias = memory.optional(biasID)
        scratch = memory.scratch
        scratchStride = memory.scratchStride
    }

    func run(unit: Int, thread: Int) {
        guard let input, let output, let weights, let scratch else { return }
        let strip = unit % sizes.strips
        let band = unit / sizes.strips % sizes.bands
        let image = unit / (sizes.strips * sizes.bands)
        let firstRow = band * sizes.bandRows
        let rows = min(sizes.bandRows, sizes.rows - firstRow)
        let firstColumn = strip * sizes.bandColumns
        let columns = min(sizes.bandColumns, sizes.columns - firstColumn)
        let picture = input + image * sizes.imageSize
        let stride = sizes.outputChannels
        let start = (image * sizes.rows + firstRow) * stride + firstColumn

        let shape = shapes + (strip == sizes.strips - 1 ? 1 : 0) + 2 * (thread & 1)
        for group in 0..<sizes.groups {
            let matrix: UnsafePointer<Float>
            if let patches {
                let target = scratch + thread * scratchStride
                kernels.patches(
                    patches, picture + group * patches.pointee.channels, target,
                    firstRow / patches.pointee.dst_width, rows / patches.pointee.dst_width)
                matrix = UnsafePointer(target)
            } else {
                matrix = picture + firstRow * sizes.inputChannels + group * sizes.depth
            }
            let offset = group * sizes.columns
            kernels.product(
                shape, rows, matrix, weights + (offset + firstColumn) * sizes.depth,
                bias.map { $0 + offset + firstColumn }, residual.map { $0 + start + offset }, output + start + offset)
        }
        finish.apply(
            output + start, rows: rows, columns: sizes.groups == 1 ? columns : stride, stride: stride)
    }
}
