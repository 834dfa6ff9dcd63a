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
        /// Channels that are computed together: a panel of the weights.
        var chunk: Int
        /// Chunks from one that a thread has done to the next that it will likely do, up or down: the chunks of a band come one
        /// after the other.
        var lead = 1

        var bands: Int { (outputHeight + bandRows - 1) / bandRows }
        var chunks: Int { (channels + chunk - 1) / chunk }
        var units: Int { images * chunks * bands }
        /// Elements of a ring: the rows of one chunk.
        var ring: Int { ringRows * width * min(chunk, channels) }

        /// Channels of a panel of numbers.
        static let panel = Int(rk_product_panel)

        /// Cuts the pictures into as many bands as are fastest. More bands compute the rows between them twice; where the threads of
        /// either end of the queue have bands of their own, what they read and write stays in their own caches, here and in the
        /// steps behind.
        /// - Parameters:
        ///   - parts: units that a band is computed in.
        ///   - window: of the depthwise convolution.
        ///   - reach: input rows under it.
        mutating func spread(over threads: Int, parts: Int, window: Window, reach: Int) {
            guard threads > 1 else { return }
            let expansion = Double(depth * window.strides.y * window.strides.x)
            let multiplications = expansion + Double(window.kernel.height * window.kernel.width)
            var best = (rows: outputHeight, cost: Double.infinity)
            for wished in 1...min(2 * threads, outputHeight) {
                let rows = (outputHeight + wished - 1) / wished
                let bands = (outputHeight + rows - 1) / rows
                // A narrow chunk at the end takes as long as the others.
                let cut = Cut(lines: outputHeight, line: rows, columns: parts, column: 1, stripByStrip: false)
                let twice = Double((bands - 1) * max(reach - window.strides.y, 0)) / Double(height)
                let sharing = Double(images * bands % 2 == 0 ? (threads + 1) / 2 : threads)
                let cost =
                    cut.cost(threads: threads, images: images, perStrip: 0)
                    * (1 + twice * expansion / multiplications)
                    + Self.crossing * (1 - 1 / sharing) / multiplications
                if cost < best.cost { best = (rows, cost) }
            }
            bandRows = best.rows
            lead = (threads + 1) / 2
        }

        /// What it takes that a value is written where another core has it, and read by another core, in multiplications: 1.6 ns on a
        /// Xeon (Sapphire Rapids) with numbers, a quarter of that with bytes, which are multiplied four times as fast.
        private static let crossing = 80.0
    }

    let traits: StepTraits
    private let sizes: Sizes
    private let rows: ExpandedRows
    private var output: UnsafeMutablePointer<Float>?
    private var ring: UnsafeMutablePointer<Float>?
    private var ringStride = 0

    init(_ traits: StepTraits, _ sizes: Sizes, _ rows: ExpandedRows) {
        self.traits = traits
        self.sizes = sizes
        self.rows = rows
    }

    func bind(_ memory: Memory) {
        rows.bind(memory)
        output = memory[traits.write]
        ring = memory.scratch
        ringStride = memory.scratchStride
    }

    func run(unit: Int, thread: Int) {
        guard let output, let ring else { return }
        let chunk = unit % sizes.chunks
        let band = unit / sizes.chunks % sizes.bands
        let image = unit / (sizes.bands * sizes.chunks)
        let end = min((band + 1) * sizes.bandRows, sizes.outputHeight)
        var row = band * sizes.bandRows
        var next = 0
        while row < end {
            let count = min(sizes.turnRows, end - row)
            let target =
                output + (image * sizes.outputHeight + row) * sizes.outputWidth * sizes.channels + chunk * sizes.chunk
            next = rows.compute(
                row, count: count, image: image, chunk: chunk, goesUp: thread & 1 == 0,
                ring: ring + thread * ringStride, next: next, target)
            row += count
        }
    }
}
