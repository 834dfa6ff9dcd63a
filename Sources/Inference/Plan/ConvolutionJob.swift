import CKernels

/// The sizes of one convolution, and how it is cut into units.
struct ConvolutionJob {
    let fused: FusedNode
    let input: [Int]
    let output: [Int]
    let groups: Int
    let placed: PlacedWindow
    let filters: Tensor
    let bias: Tensor?
    let finish: Finish

    var window: rk_window { rk_window(placed) }

    var multiplications: Double {
        Double(output[0] * output[2] * output[3]) * Double(filters.count)
    }

    /// Bands of output rows for the kernels that work on those.
    func bands(_ threads: Int) -> Bands {
        Bands(
            images: input[0], rows: output[2],
            bandRows: bandRows(rows: output[2], rowSize: output[3] * output[1], threads),
            inputSize: input[1] * input[2] * input[3], outputSize: output[1] * output[2] * output[3],
            outputRow: output[3] * output[1])
    }

    /// How a depthwise convolution over an expanded picture is cut. The ring takes a quarter of the second-level cache of
    /// the smallest boards (512 kB), or the rows that one output row needs.
    func ring(depth: Int, threads: Int) -> ExpandedDepthwiseStep.Sizes {
        let rowSize = input[3] * min(input[1], ExpandedDepthwiseStep.Sizes.panel)
        var sizes = ringSizes(depth: depth, turn: (max((32 << 10) / rowSize, reach) - reach) / window.stride_y + 1)
        sizes.spread(over: threads, parts: sizes.chunks, window: placed.window, reach: reach)
        return sizes
    }

    /// The same with rings of all channels, and another convolution behind.
    func rings(depth: Int, threads: Int) -> ExpandedDepthwiseStep.Sizes {
        let (row, outputRow) = (input[3] * input[1], output[3] * output[1])
        let left = InvertedResidualStep.rowsLimit - reach * row - outputRow
        let more = max(0, left) / (window.stride_y * row + outputRow)
        var sizes = ringSizes(depth: depth, turn: more + 1)
        sizes.spread(over: threads, parts: 1, window: placed.window, reach: reach)
        return sizes
    }

    /// Input rows under the window.
    private var reach: Int { (window.height - 1) * window.dilation_y + 1 }

    /// - Parameter turn: output rows of a turn.
    private func ringSizes(depth: Int, turn: Int) -> ExpandedDepthwiseStep.Sizes {
        let turn = min(turn, output[2])
        return ExpandedDepthwiseStep.Sizes(
            images: input[0], height: input[2], width: input[3], depth: depth, channels: input[1],
            outputHeight: output[2], outputWidth: output[3], bandRows: output[2], turnRows: turn,
            ringRows: min((turn - 1) * window.stride_y + reach, input[2]), chunk: ExpandedDepthwiseStep.Sizes.panel)
    }

    /// The matrix product, and how its patches are gathered where the input isn't the matrix already.
    func matrix(threads: Int) -> (sizes: ConvolutionStep.Sizes, patches: rk_im2col?) {
        let kernel = placed.window.kernel
        let depth = filters.shape[1] * kernel.height * kernel.width
        var sizes = ConvolutionStep.Sizes(
            rows: output[2] * output[3], columns: output[1] / groups, depth: depth, groups: groups, images: input[0],
            inputChannels: input[1], imageSize: input[1] * input[2] * input[3], bandRows: 0, bandColumns: 0,
            threads: threads)
        (sizes.bandRows, sizes.bandColumns) = Self.cut(sizes, threads: threads)
        guard !placed.window.isPointwise else { return (sizes, nil) }

        let wholeRows = max(1, sizes.bandRows / output[3])
        sizes.bandRows = wholeRows * output[3]
        sizes.bandColumns = sizes.columns
        let patches = rk_im2col(
            window: window, channels: filters.shape[1], src_height: input[2], src_width: input[3],
            src_row: input[3] * input[1], src_pixel: input[1], dst_width: output[3], dst_stride: depth)
        return (sizes, patches)
    }

    /// Rows and columns of the product for one unit. A band and what it is made from should stay in the second-level
    /// cache, whose half this counts on; the weights run past it once a band.
    private static func cut(_ sizes: ConvolutionStep.Sizes, threads: Int) -> (rows: Int, columns: Int) {
        let cacheFloats = 48 << 10
        // The tiles of all instruction sets go into 84 without a rest.
        let tile = 84
        let fitting = max(tile, cacheFloats / (sizes.outputChannels + sizes.depth) / tile * tile)
        guard threads > 1 else { return (min(fitting, sizes.rows), sizes.columns) }
        let panels = wholePanels(sizes.columns) / wholePanels(1)
        let readsAgain = sizes.columns * sizes.depth > cacheFloats
        var best = (rows: fitting, columns: sizes.columns, cost: Double.infinity)
        for rows in [fitting, 2 * tile, tile, tile / 2] where rows <= fitting {
            for strip in stride(from: panels, to: 0, by: -1) where sizes.groups == 1 || strip == panels {
                let width = min(strip * wholePanels(1), sizes.columns)
                let cut = Cut(
                    lines: sizes.rows, line: min(rows, sizes.rows), columns: sizes.columns, column: width,
                    stripByStrip: false)
                let cost = cut.cost(
                    threads: threads, images: sizes.images, perStrip: 0.01,
                    linesOfWeights: readsAgain ? Self.linesOfWeights : 0)
                if cost < best.cost { best = (rows, width, cost) }
            }
        }
        let (rows, columns, _) = best
        return (min(rows, sizes.rows), min(columns, sizes.columns))
    }

    /// Rows that a core multiplies in the time it takes to read their weights out of the last cache: 50 billion products a second,
    /// three billion weights.
    private static let linesOfWeights = 16
}

/// A rectangle of work cut into units of `line` lines by `column` columns, the last ones smaller.
struct Cut {
    var lines: Int
    var line: Int
    var columns: Int
    var column: Int
    /// Whether all lines of a strip of columns come before the next strip.
    var stripByStrip: Bool

    /// What the busiest thread does, as a multiple of its fair share, and what further units cost.
    /// - Parameters:
    ///   - perStrip: what a strip of columns costs: what it reads is read once more, and neighbours write to the same cache lines.
    ///   - linesOfWeights: as many lines as take the time in which the weights of a unit are read.
    func cost(threads: Int, images: Int, perStrip: Double, linesOfWeights: Int = 0) -> Double {
        let heights = stride(from: 0, to: lines, by: line).map { min(line, lines - $0) + linesOfWeights }
        let widths = stride(from: 0, to: columns, by: column).map { min(column, columns - $0) }
        var units: [Int] = []
        for _ in 0..<min(images, 2 * threads) {
            units +=
                stripByStrip
                ? widths.flatMap { width in heights.map { width * $0 } }
                : heights.flatMap { height in widths.map { height * $0 } }
        }
        // The thread that is free first takes the next unit from its end (``WorkerPool``).
        var busy = [Int](repeating: 0, count: threads)
        var left = units[...]
        while !left.isEmpty {
            var free = 0
            for thread in 1..<threads where busy[thread] < busy[free] { free = thread }
            busy[free] += free % 2 == 0 ? left.removeFirst() : left.removeLast()
        }
        let share = Double(min(images, 2 * threads) * lines * columns) / Double(threads)
        return Double(busy.max() ?? 0) / share + 0.002 * Double(units.count) + perStrip * Double(widths.count)
            + (units.count < 2 * threads ? 0.05 : 0)
    }
}

/// Rows of one unit for kernels that compute bands of rows: the output of one should stay in the first-level cache while
/// an activation follows, and every thread should find some to do.
func bandRows(rows: Int, rowSize: Int, _ threads: Int) -> Int {
    let fitting = max(1, (16 << 10) / max(rowSize, 1))
    let even = threads > 1 ? max(1, rows / (3 * threads)) : rows
    return min(fitting, even)
}

extension rk_window {
    init(_ placed: PlacedWindow) {
        let window = placed.window
        self.init(
            height: window.kernel.height, width: window.kernel.width, stride_y: window.strides.y,
            stride_x: window.strides.x, dilation_y: window.dilations.y, dilation_x: window.dilations.x,
            pad_top: placed.top, pad_left: placed.left)
    }
}
