import CKernels

/// The mean of each channel over all pixels of an image.
final class GlobalAveragePoolStep: Step {
    let traits: StepTraits
    private let pixels: Int
    private let channels: Int
    private let strips: Int
    private let kernels: Kernels
    private let inputID: TensorID
    private var input: UnsafePointer<Float>?
    private var output: UnsafeMutablePointer<Float>?

    /// Channels of one unit.
    static let strip = 128

    init(_ traits: StepTraits, pixels: Int, channels: Int, input: TensorID, kernels: Kernels) {
        self.traits = traits
        self.pixels = pixels
        self.channels = channels
        self.kernels = kernels
        strips = (channels + Self.strip - 1) / Self.strip
        inputID = input
    }

    func bind(_ memory: Memory) {
        input = UnsafePointer(memory[inputID])
        output = memory[traits.write]
    }

    func run(unit: Int, thread: Int) {
        guard let input, let output else { return }
        let first = unit % strips * Self.strip
        let image = unit / strips
        kernels.globalAveragePool(
            pixels, min(Self.strip, channels - first), input + image * pixels * channels + first, channels,
            output + image * channels + first)
    }
}

/// Turns pictures from one layout into the other.
final class TransposeStep: Step {
    let traits: StepTraits
    private let rows: Int
    private let columns: Int
    private let kernels: Kernels
    private let inputID: TensorID
    private var input: UnsafePointer<Float>?
    private var output: UnsafeMutablePointer<Float>?

    /// - Parameters:
    ///   - rows: of one image in the layout it has: its channels or its pixels.
    ///   - columns: the others.
    init(_ traits: StepTraits, rows: Int, columns: Int, input: TensorID, kernels: Kernels) {
        self.traits = traits
        self.rows = rows
        self.columns = columns
        self.kernels = kernels
        inputID = input
    }

    func bind(_ memory: Memory) {
        input = UnsafePointer(memory[inputID])
        output = memory[traits.write]
    }

    func run(unit: Int, thread: Int) {
        guard let input, let output else { return }
        let offset = unit * rows * columns
        kernels.transpose(rows, columns, input + offset, columns, output + offset, rows)
    }
}

/// Probabilities of values that lie next to each other.
final class SoftmaxStep: Step {
    let traits: StepTraits
    private let length: Int
    private let kernels: Kernels
    private let inputID: TensorID
    private var input: UnsafePointer<Float>?
    private var output: UnsafeMutablePointer<Float>?

    init(_ traits: StepTraits, length: Int, input: TensorID, kernels: Kernels) {
        self.traits = traits
        self.length = length
        self.kernels = kernels
        inputID = input
    }

    func bind(_ memory: Memory) {
        input = UnsafePointer(memory[inputID])
        output = memory[traits.write]
    }

    func run(unit: Int, thread: Int) {
        guard let input, let output else { return }
        kernels.softmax(length, input + unit * length, output + unit * length)
    }
}
