import CKernels

/// Elements in pieces small enough for the first-level cache and large enough to be worth a claim.
struct Pieces {
    let count: Int
    let size: Int

    init(_ count: Int) {
        self.count = count
        size = max(8_192, (count + StepTraits.maximumUnits - 1) / StepTraits.maximumUnits)
    }

    var units: Int { max(1, (count + size - 1) / size) }

    @inline(__always)
    func place(_ unit: Int) -> (start: Int, count: Int) { (unit * size, min(size, count - unit * size)) }
}

/// A formula of one value.
final class ActivationStep: Step {
    let traits: StepTraits
    private let pieces: Pieces
    private let formula: Activation
    private let kernels: Kernels
    private let inputID: TensorID
    private var input: UnsafePointer<Float>?
    private var output: UnsafeMutablePointer<Float>?

    init(_ traits: StepTraits, _ pieces: Pieces, _ formula: Activation, input: TensorID, kernels: Kernels) {
        self.traits = traits
        self.pieces = pieces
        self.formula = formula
        self.kernels = kernels
        inputID = input
    }

    func bind(_ memory: Memory) {
        input = UnsafePointer(memory[inputID])
        output = memory[traits.write]
    }

    func run(unit: Int, thread: Int) {
        guard let input, let output else { return }
        let (start, count) = pieces.place(unit)
        kernels.apply(formula, count, input + start, output + start)
    }
}

/// The sum or product of two values of one shape and layout.
final class PairStep: Step {
    let traits: StepTraits
    private let pieces: Pieces
    private let multiplies: Bool
    private let finish: Finish
    private let kernels: Kernels
    private let inputIDs: (TensorID, TensorID)
    private var inputs: (UnsafePointer<Float>, UnsafePointer<Float>)?
    private var output: UnsafeMutablePointer<Float>?

    init(
        _ traits: StepTraits, _ pieces: Pieces, multiplies: Bool, inputs: (TensorID, TensorID), finish: Finish,
        kernels: Kernels
    ) {
        self.traits = traits
        self.pieces = pieces
        self.multiplies = multiplies
        self.finish = finish
        self.kernels = kernels
        inputIDs = inputs
    }

    func bind(_ memory: Memory) {
        inputs = (UnsafePointer(memory[inputIDs.0]), UnsafePointer(memory[inputIDs.1]))
        output = memory[traits.write]
    }

    func run(unit: Int, thread: Int) {
        guard let (left, right) = inputs, let output else { return }
        let (start, count) = pieces.place(unit)
        if multiplies {
            kernels.multiply(count, left + start, right + start, output + start)
        } else {
            kernels.add(count, left + start, right + start, output + start, finish.minimum, finish.maximum)
        }
        finish.apply(output + start, count)
    }
}

/// A factor and a shift per channel: constants, or the factors are another value (squeeze-and-excite). Pixels of one image
/// are rows; each image may have factors of its own.
final class ScaleStep: Step {
    enum Factor {
        case weights(WeightID)
        /// One a channel, or one a channel and image.
        case tensor(TensorID, perImage: Bool)
    }

    struct Sizes {
        var images: Int
        var pixels: Int
        var channels: Int
        /// Pixels of one unit.
        var bandPixels: Int

        var bands: Int { (pixels + bandPixels - 1) / bandPixels }
        var units: Int { images * bands }
    }

    let traits: StepTraits
    private let sizes: Sizes
    private let factorID: Factor
    private let shiftID: WeightID?
    private let finish: Finish
    private let kernels: Kernels
    private let inputID: TensorID
    private var input: UnsafePointer<Float>?
    private var factor: UnsafePointer<Float>?
    private var shift: UnsafePointer<Float>?
    private var factorStride = 0
    private var output: UnsafeMutablePointer<Float>?

    init(
        _ traits: StepTraits, _ sizes: Sizes, input: TensorID, factor: Factor, shift: WeightID?, finish: Finish,
        kernels: Kernels
    ) {
        self.traits = traits
        self.sizes = sizes
        self.finish = finish
        self.kernels = kernels
        inputID = input
        factorID = factor
        shiftID = shift
    }

    func bind(_ memory: Memory) {
        input = UnsafePointer(memory[inputID])
        switch factorID {
        case .weights(let id): factor = memory[id]
        case .tensor(let id, let perImage):
            factor = UnsafePointer(memory[id])
            factorStride = perImage ? sizes.channels : 0
        }
        shift = memory.optional(shiftID)
        output = memory[traits.write]
    }

    func run(unit: Int, thread: Int) {
        guard let input, let output, let factor else { return }
        let image = unit / sizes.bands
        let firstPixel = unit % sizes.bands * sizes.bandPixels
        let pixels = min(sizes.bandPixels, sizes.pixels - firstPixel)
        let start = (image * sizes.pixels + firstPixel) * sizes.channels
        kernels.scale(
            pixels, sizes.channels, input + start, sizes.channels, factor + image * factorStride, shift, output + start,
            sizes.channels, finish.minimum, finish.maximum)
        finish.apply(output + start, pixels * sizes.channels)
    }
}
