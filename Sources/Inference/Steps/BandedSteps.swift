import CKernels

/// Steps that compute an image's output in bands of rows with one call of a kernel: depthwise convolutions, the stem and
/// the pools.
struct Bands {
    var images: Int
    /// Output rows of one image, and of one unit.
    var rows: Int
    var bandRows: Int
    /// Elements of one image, and of one row of the output.
    var inputSize: Int
    var outputSize: Int
    var outputRow: Int

    var bands: Int { (rows + bandRows - 1) / bandRows }
    var units: Int { images * bands }

    /// Where a unit begins and how many rows it has.
    @inline(__always)
    func place(_ unit: Int) -> (input: Int, output: Int, firstRow: Int, rows: Int) {
        let image = unit / bands
        let firstRow = unit % bands * bandRows
        return (
            image * inputSize, image * outputSize + firstRow * outputRow, firstRow, min(bandRows, rows - firstRow)
        )
    }
}

/// A convolution with a filter of its own for each channel.
final class DepthwiseStep: Step {
    let traits: StepTraits
    private let bands: Bands
    private let shape: UnsafeMutablePointer<rk_depthwise>
    private let kernels: Kernels
    private let finish: Finish
    private let inputID: TensorID
    private let weightsID: WeightID
    private let biasID: WeightID?
    private var input: UnsafePointer<Float>?
    private var output: UnsafeMutablePointer<Float>?
    private var weights: UnsafePointer<Float>?
    private var bias: UnsafePointer<Float>?

    init(
        _ traits: StepTraits, _ bands: Bands, _ shape: rk_depthwise, input: TensorID, weights: WeightID,
        bias: WeightID?,
        finish: Finish, kernels: Kernels
    ) {
        self.traits = traits
        self.bands = bands
        self.kernels = kernels
        self.finish = finish
        self.shape = .allocate(capacity: 1)
        self.shape.initialize(to: shape)
        inputID = input
        weightsID = weights
        biasID = bias
    }

    deinit { shape.deallocate() }

    func bind(_ memory: Memory) {
        input = UnsafePointer(memory[inputID])
        output = memory[traits.write]
        weights = memory[weightsID]
        bias = memory.optional(biasID)
    }

    func run(unit: Int, thread: Int) {
        guard let input, let output else { return }
        let place = bands.place(unit)
        let target = output + place.output
        kernels.depthwise(shape, input + place.input, weights, bias, target, place.firstRow, place.rows)
        finish.apply(target, place.rows * bands.outputRow)
    }
}

/// A convolution straight from the network's input, whose channels lie apart.
final class StemStep: Step {
    let traits: StepTraits
    private let bands: Bands
    private let shape: UnsafeMutablePointer<rk_stem>
    private let kernels: Kernels
    private let finish: Finish
    private let inputID: TensorID
    private let weightsID: WeightID
    private let biasID: WeightID?
    private var input: UnsafePointer<Float>?
    private var output: UnsafeMutablePointer<Float>?
    private var weights: UnsafePointer<Float>?
    private var bias: UnsafePointer<Float>?

    init(
        _ traits: StepTraits, _ bands: Bands, _ shape: rk_stem, input: TensorID, weights: WeightID, bias: WeightID?,
        finish: Finish, kernels: Kernels
    ) {
        self.traits = traits
        self.bands = bands
        self.kernels = kernels
        self.finish = finish
        self.shape = .allocate(capacity: 1)
        self.shape.initialize(to: shape)
        inputID = input
        weightsID = weights
        biasID = bias
    }

    deinit { shape.deallocate() }

    func bind(_ memory: Memory) {
        input = UnsafePointer(memory[inputID])
        output = memory[traits.write]
        weights = memory[weightsID]
        bias = memory.optional(biasID)
    }

    func run(unit: Int, thread: Int) {
        guard let input, let output else { return }
        let place = bands.place(unit)
        let target = output + place.output
        kernels.stem(shape, input + place.input, weights, bias, target, place.firstRow, place.rows)
        finish.apply(target, place.rows * bands.outputRow)
    }
}

/// The largest or the mean value under a moving window.
final class PoolStep: Step {
    let traits: StepTraits
    private let bands: Bands
    private let shape: UnsafeMutablePointer<rk_pool>
    private let kernel: @convention(c) (UnsafePointer<rk_pool>?, Kernels.Source, Kernels.Target, Int, Int) -> Void
    private let inputID: TensorID
    private var input: UnsafePointer<Float>?
    private var output: UnsafeMutablePointer<Float>?

    init(_ traits: StepTraits, _ bands: Bands, _ shape: rk_pool, kind: Pool.Kind, input: TensorID, kernels: Kernels) {
        self.traits = traits
        self.bands = bands
        self.shape = .allocate(capacity: 1)
        self.shape.initialize(to: shape)
        kernel = kind == .maximum ? kernels.maximumPool : kernels.averagePool
        inputID = input
    }

    deinit { shape.deallocate() }

    func bind(_ memory: Memory) {
        input = UnsafePointer(memory[inputID])
        output = memory[traits.write]
    }

    func run(unit: Int, thread: Int) {
        guard let input, let output else { return }
        let place = bands.place(unit)
        kernel(shape, input + place.input, output + place.output, place.firstRow, place.rows)
    }
}
