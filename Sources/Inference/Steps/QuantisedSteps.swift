import CKernels

// Steps on bytes. Pictures lie pixel by pixel, the channels of a pixel next to each other; pictures of three channels have
// a fourth byte a pixel, so that a pixel is one read.

/// Bytes between neighbouring pixels of a picture.
func pixelBytes(channels: Int) -> Int { channels == 3 ? 4 : channels }

extension Memory {
    func bytes(_ tensor: TensorID) -> UnsafeMutablePointer<UInt8> {
        UnsafeMutableRawPointer(self[tensor]).assumingMemoryBound(to: UInt8.self)
    }

    func bytes(_ weight: WeightID) -> UnsafePointer<UInt8> {
        UnsafeRawPointer(self[weight]).assumingMemoryBound(to: UInt8.self)
    }
}

/// A convolution, dense layer or depthwise convolution on bytes, in units of a band of rows by a strip of channels.
final class QuantisedConvolutionStep: Step {
    /// What is called for one unit: the shape of a strip, its packed weights and its place among the channels.
    struct Strip {
        var channel: Int
        var weightBytes: Int
    }
    enum Kind {
        case convolution(rk_quantized_convolution)
        case depthwise(rk_quantized_depthwise)
        /// Numbers come out.
        case numbers(rk_quantized_convolution)
    }

    let traits: StepTraits
    private let bands: Bands
    private let strips: [Strip]
    private let kernels: QuantisedKernels
    private let inputID: TensorID
    private let residualID: TensorID?
    private let weightsID: WeightID
    private let borderID: WeightID
    /// One for each strip; of the two the one in use.
    private let convolutions: UnsafeMutablePointer<rk_quantized_convolution>
    private let depthwise: UnsafeMutablePointer<rk_quantized_depthwise>
    private let isDepthwise: Bool
    private let writesNumbers: Bool

    private var input: UnsafePointer<UInt8>?
    private var residual: UnsafePointer<UInt8>?
    private var border: UnsafePointer<UInt8>?
    private var weights: UnsafePointer<UInt8>?
    private var output: UnsafeMutablePointer<UInt8>?
    private var numbers: UnsafeMutablePointer<Float>?

    /// - Parameter strips: in ascending order; the last goes to the end of the channels.
    init(
        _ traits: StepTraits, _ bands: Bands, _ kind: Kind, strips: [Strip], input: TensorID, residual: TensorID?,
        weights: WeightID, border: WeightID, kernels: QuantisedKernels
    ) {
        self.traits = traits
        self.bands = bands
        self.strips = strips
        self.kernels = kernels
        inputID = input
        residualID = residual
        weightsID = weights
        borderID = border
        convolutions = .allocate(capacity: strips.count)
        depthwise = .allocate(capacity: strips.count)
        switch kind {
        case .convolution(let shape), .numbers(let shape):
            depthwise.initialize(repeating: .init(), count: strips.count)
            for (index, strip) in strips.enumerated() {
                var part = shape
                part.channels = (index + 1 < strips.count ? strips[index + 1].channel : shape.channels) - strip.channel
                (convolutions + index).initialize(to: part)
            }
            isDepthwise = false
        case .depthwise(let shape):
            convolutions.initialize(repeating: .init(), count: strips.count)
            for (index, strip) in strips.enumerated() {
                var part = shape
                part.channels = (index + 1 < strips.count ? strips[index + 1].channel : shape.channels) - strip.channel
                (depthwise + index).initialize(to: part)
            }
            isDepthwise = true
        }
        if case .numbers = kind { writesNumbers = true } else { writesNumbers = false }
    }

    deinit {
        convolutions.deallocate()
        depthwise.deallocate()
    }

    func bind(_ memory: Memory) {
        input = UnsafePointer(memory.bytes(inputID))
        residual = residualID.map { UnsafePointer(memory.bytes($0)) }
        weights = memory.bytes(weightsID)
        border = memory.bytes(borderID)
        output = memory.bytes(traits.write)
        numbers = memory[traits.write]
    }

    func run(unit: Int, thread: Int) {
        guard let input, let weights, let border, let output, let numbers else { return }
        let place = bands.place(unit % bands.units)
        let index = unit / bands.units
        let strip = strips[index]
        let own = weights + strip.weightBytes
        if isDepthwise {
            kernels.depthwise(
                depthwise + index, input + place.input + strip.channel, border, own,
                output + place.output + strip.channel, place.firstRow, place.rows)
        } else if writesNumbers {
            kernels.numbers(
                convolutions + index, input + place.input, border, own, numbers + place.output + strip.channel,
                place.firstRow, place.rows)
        } else {
            kernels.convolution(
                convolutions + index, input + place.input, border, own,
                residual.map { $0 + place.output + strip.channel }, output + place.output + strip.channel,
                place.firstRow, place.rows)
        }
    }
}

/// A pointwise convolution and the depthwise one behind it, on bytes: as ``ExpandedDepthwiseStep``.
final class QuantisedExpandedStep: Step {
    /// Channels of one unit: a panel of the weights.
    static let chunk = Int(rk_quantized_panel)

    let traits: StepTraits
    private let sizes: ExpandedDepthwiseStep.Sizes
    private let kernels: QuantisedKernels
    private let inputID: TensorID
    private let expansion: (weights: WeightID, border: WeightID)
    private let filter: (weights: WeightID, border: WeightID)
    private let offsets: [(expansion: Int, filter: Int)]
    private let convolutions: UnsafeMutablePointer<rk_quantized_convolution>
    private let depthwise: UnsafeMutablePointer<rk_quantized_depthwise>

    private var input: UnsafePointer<UInt8>?
    private var output: UnsafeMutablePointer<UInt8>?
    private var ring: UnsafeMutablePointer<Float>?
    private var ringStride = 0
    private var expansionWeights: UnsafePointer<UInt8>?
    private var filterWeights: UnsafePointer<UInt8>?
    private var border: UnsafePointer<UInt8>?

    /// - Parameters:
    ///   - sizes: with `chunk` channels a unit.
    ///   - offsets: of each chunk's packed weights, in bytes.
    init(
        _ traits: StepTraits, _ sizes: ExpandedDepthwiseStep.Sizes, expansion shape: rk_quantized_convolution,
        depthwise filterShape: rk_quantized_depthwise, expansionWeights: (weights: WeightID, border: WeightID),
        depthwiseWeights: (weights: WeightID, border: WeightID), offsets: [(expansion: Int, filter: Int)],
        input: TensorID, kernels: QuantisedKernels
    ) {
        self.traits = traits
        self.sizes = sizes
        self.kernels = kernels
        self.offsets = offsets
        expansion = expansionWeights
        filter = depthwiseWeights
        inputID = input
        convolutions = .allocate(capacity: 4)
        depthwise = .allocate(capacity: 2)
        // Of a whole chunk, and of the last.
        for (index, channels) in [Self.chunk, sizes.channels - (offsets.count - 1) * Self.chunk].enumerated() {
            var product = shape
            product.channels = channels
            product.dst_pixel = channels
            product.dst_row = sizes.width * channels
            // From the end of a chunk's weights to those of the next, for a thread that goes up and one that goes down.
            let bytes = offsets.count > 1 ? offsets[1].expansion : 0
            product.lead = (sizes.lead - 1) * bytes
            (convolutions + index).initialize(to: product)
            product.lead = -(sizes.lead + 1) * bytes
            (convolutions + 2 + index).initialize(to: product)
            var window = filterShape
            window.channels = channels
            window.src_pixel = channels
            window.src_row = sizes.width * channels
            window.src_rows = sizes.ringRows
            (depthwise + index).initialize(to: window)
        }
    }

    deinit {
        convolutions.deallocate()
        depthwise.deallocate()
    }

    func bind(_ memory: Memory) {
        input = UnsafePointer(memory.bytes(inputID))
        output = memory.bytes(traits.write)
        ring = memory.scratch
        ringStride = memory.scratchStride
        expansionWeights = memory.bytes(expansion.weights)
        filterWeights = memory.bytes(filter.weights)
        border = memory.bytes(filter.border)
    }

    func run(unit: Int, thread: Int) {
        guard let input, let output, let ring, let expansionWeights, let filterWeights, let border else { return }
        let chunk = unit % offsets.count
        let band = unit / offsets.count % sizes.bands
        let image = unit / (sizes.bands * offsets.count)
        let channel = chunk * Self.chunk
        let isLast = chunk == offsets.count - 1
        let product = UnsafePointer(convolutions + (isLast ? 1 : 0) + 2 * (thread & 1))
        let filter = UnsafePointer(isLast ? depthwise + 1 : depthwise)
        let channels = product.pointee.channels
        let window = filter.pointee.window
        let reach = (window.height - 1) * window.dilation_y + 1

        let picture = input + image * sizes.height * sizes.width * product.pointee.src_pixel
        let rows = UnsafeMutableRawPointer(ring + thread * ringStride).assumingMemoryBound(to: UInt8.self)
        let rowBytes = sizes.width * channels
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
                kernels.convolution(
                    product, picture, border, expansionWeights + offsets[chunk].expansion, nil,
                    rows + place * rowBytes, next, new)
                next += new
            }
            kernels.depthwise(
                filter, rows, border + channel, filterWeights + offsets[chunk].filter,
                output + ((image * sizes.outputHeight + outputRow) * sizes.outputWidth * sizes.channels + channel),
                outputRow, count)
            outputRow += count
        }
    }
}

/// Numbers to bytes, in units of some pixels.
final class QuantiseStep: Step {
    struct Sizes {
        var images: Int
        var pixels: Int
        var channels: Int
        /// Elements from one channel of a pixel to the next.
        var channelStride: Int
        var pixelBytes: Int
        var unitPixels: Int

        var strips: Int { (pixels + unitPixels - 1) / unitPixels }
    }

    let traits: StepTraits
    private let sizes: Sizes
    private let format: ByteFormat
    private let kernels: QuantisedKernels
    private let inputID: TensorID
    private var input: UnsafePointer<Float>?
    private var output: UnsafeMutablePointer<UInt8>?

    init(_ traits: StepTraits, _ sizes: Sizes, _ format: ByteFormat, input: TensorID, kernels: QuantisedKernels) {
        self.traits = traits
        self.sizes = sizes
        self.format = format
        self.kernels = kernels
        inputID = input
    }

    func bind(_ memory: Memory) {
        input = UnsafePointer(memory[inputID])
        output = memory.bytes(traits.write)
    }

    func run(unit: Int, thread: Int) {
        guard let input, let output else { return }
        let image = unit / sizes.strips
        let first = unit % sizes.strips * sizes.unitPixels
        kernels.quantise(
            min(sizes.unitPixels, sizes.pixels - first), sizes.channels,
            input + (image * sizes.pixels * sizes.channels + first), sizes.channelStride,
            output + (image * sizes.pixels + first) * sizes.pixelBytes, sizes.pixelBytes, format.scale,
            Int32(format.zero))
    }
}

/// Bytes to numbers, addition of bytes, and their mean: small steps of one unit, or one an image.
final class QuantisedElementStep: Step {
    enum Kind {
        case dequantise(ByteFormat)
        case add(rk_quantized_add)
        case mean(pixels: Int, channels: Int, factor: Float, zero: Int)
    }

    let traits: StepTraits
    private let kind: Kind
    private let count: Int
    private let inputIDs: [TensorID]
    private let kernels: QuantisedKernels
    private let addition: UnsafeMutablePointer<rk_quantized_add>
    private var inputs: (UnsafePointer<UInt8>, UnsafePointer<UInt8>)?
    private var output: UnsafeMutablePointer<UInt8>?
    private var numbers: UnsafeMutablePointer<Float>?

    /// - Parameter count: elements of one unit.
    init(_ traits: StepTraits, _ kind: Kind, count: Int, inputs: [TensorID], kernels: QuantisedKernels) {
        self.traits = traits
        self.kind = kind
        self.count = count
        self.kernels = kernels
        inputIDs = inputs
        addition = .allocate(capacity: 1)
        if case .add(let shape) = kind { addition.initialize(to: shape) } else { addition.initialize(to: .init()) }
    }

    deinit { addition.deallocate() }

    func bind(_ memory: Memory) {
        let first = UnsafePointer(memory.bytes(inputIDs[0]))
        inputs = (first, inputIDs.count > 1 ? UnsafePointer(memory.bytes(inputIDs[1])) : first)
        output = memory.bytes(traits.write)
        numbers = memory[traits.write]
    }

    func run(unit: Int, thread: Int) {
        guard let inputs, let output, let numbers else { return }
        switch kind {
        case .dequantise(let format):
            kernels.dequantise(
                count, inputs.0 + unit * count, numbers + unit * count, format.scale, Int32(format.zero))
        case .add:
            kernels.add(addition, count, inputs.0 + unit * count, inputs.1 + unit * count, output + unit * count)
        case .mean(let pixels, let channels, let factor, let zero):
            kernels.mean(
                pixels, channels, inputs.0 + unit * pixels * channels, channels, numbers + unit * channels, factor,
                Int32(zero))
        }
    }
}
