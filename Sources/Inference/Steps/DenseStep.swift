import CKernels

/// A matrix product of rows that lie one behind the other: the last layers of a classifier. Its weights are read once for
/// all rows; for one row it waits for memory alone.
final class DenseStep: Step {
    struct Sizes {
        var rows: Int
        var depth: Int
        var columns: Int
        /// Columns of one unit, in whole panels of the weights.
        var stripColumns: Int

        var units: Int { (columns + stripColumns - 1) / stripColumns }
    }

    let traits: StepTraits
    private let sizes: Sizes
    private let shapes: UnsafeMutablePointer<rk_product>
    private let kernels: Kernels
    private let finish: Finish
    private let inputID: TensorID
    private let weightsID: WeightID
    private let biasID: WeightID?
    private var input: UnsafePointer<Float>?
    private var weights: UnsafePointer<Float>?
    private var bias: UnsafePointer<Float>?
    private var output: UnsafeMutablePointer<Float>?

    init(
        _ traits: StepTraits, _ sizes: Sizes, input: TensorID, weights: WeightID, bias: WeightID?, finish: Finish,
        kernels: Kernels
    ) {
        self.traits = traits
        self.sizes = sizes
        self.kernels = kernels
        self.finish = finish
        shapes = .allocate(capacity: 2)
        for (index, columns) in [sizes.stripColumns, sizes.columns - (sizes.units - 1) * sizes.stripColumns]
            .enumerated()
        {
            let shape = rk_product(
                depth: sizes.depth, columns: columns, src_stride: sizes.depth, dst_stride: sizes.columns,
                residual_stride: 0, lead: 0, minimum: finish.minimum, maximum: finish.maximum)
            (shapes + index).initialize(to: shape)
        }
        inputID = input
        weightsID = weights
        biasID = bias
    }

    deinit { shapes.deallocate() }

    func bind(_ memory: Memory) {
        input = UnsafePointer(memory[inputID])
        weights = memory[weightsID]
        bias = memory.optional(biasID)
        output = memory[traits.write]
    }

    func run(unit: Int, thread: Int) {
        guard let input, let output, let weights else { return }
        let first = unit * sizes.stripColumns
        let isLast = unit == sizes.units - 1
        let target = output + first
        kernels.product(
            isLast ? shapes + 1 : shapes, sizes.rows, input, weights + first * sizes.depth, bias.map { $0 + first },
            nil,
            target)
        finish.apply(
            target, rows: sizes.rows, columns: isLast ? sizes.columns - first : sizes.stripColumns,
            stride: sizes.columns)
    }
}
