import ONNXFormat

/// Makes a quantised network of an fp32 one: ONNX with QuantizeLinear and DequantizeLinear, which runs on bytes here
/// (docs/decisions/int8-arithmetic.md) and in other runtimes.
///
/// Needs photos, no labels. Scales and offsets of the linear values go into the weights beside them, weights are rounded
/// layer by layer against the covariance of what the layer reads, biases are matched to the means of the fp32 network
/// (docs/decisions/quantisation.md). The same network and photos give the same file.
public struct Quantiser {
    /// What came out.
    public struct Result: Sendable {
        /// The ONNX file.
        public let file: [UInt8]
        /// How many layers run on bytes.
        public let layers: Int
        /// The layers that do not.
        public let left: [UnquantisedLayer]
    }

    /// How bytes stand for the numbers that pixels become: `(pixel - offset) / scale`.
    public struct PixelFormat: Sendable {
        let format: ByteFormat

        /// The pixels themselves where offset and scale allow that, else all numbers that there can be.
        /// - Parameters:
        ///   - offsets: one a channel.
        ///   - scales: one a channel, none of them 0.
        public init(offsets: [Float], scales: [Float]) {
            let (offset, scale) = (offsets.first ?? 0, scales.first ?? 1)
            if Set(offsets).count == 1, Set(scales).count == 1, scale > 0, offset.rounded() == offset,
                (0...255).contains(offset)
            {
                format = ByteFormat(scale: 1 / scale, zero: Int(offset))
            } else {
                let ends: [Float] = zip(offsets, scales).flatMap { offset, scale -> [Float] in
                    [-offset / scale, (255 - offset) / scale]
                }
                format = ByteFormat(low: Double(ends.min() ?? 0), high: Double(ends.max() ?? 1))
            }
        }
    }

    private let network: FloatNetwork
    private let search: LayerSearch
    private let limits: InferenceLimits

    /// Reads the fp32 network and decides what can run on bytes.
    /// - Parameter inputShape: sizes for the dimensions of the input that the file leaves open.
    /// - Throws: ``InferenceError`` where it is no network that Rooster runs, or none with such a layer.
    public init(
        onnx bytes: UnsafeRawBufferPointer, limits: InferenceLimits = .standard, inputShape: [Int]? = nil
    ) throws(InferenceError) {
        var model: ONNXModel
        do throws(ONNXFormatError) {
            model = try ONNXModel(bytes: bytes)
        } catch {
            throw InferenceError(error)
        }
        let constants = Set(model.graph.initializers.map(\.name))
        if let inputShape, let first = model.graph.inputs.firstIndex(where: { !constants.contains($0.name) }),
            let given = model.graph.inputs[first].shape, given.count == inputShape.count
        {
            model.graph.inputs[first].shape = zip(given, inputShape).map { $0 ?? $1 }
        }
        self.limits = limits
        network = try FloatNetwork(model, limits: limits)
        search = LayerSearch(network)
        guard !search.layers.isEmpty else {
            let reason = search.left.first.map { ": '\($0.name)', \($0.reason)" } ?? ""
            throw InferenceError(.unsupported, "it has no layer that can run on bytes\(reason)", at: "network")
        }
    }

    /// Calibrates and rounds.
    /// - Parameters:
    ///   - photos: how many there are; 64 varied ones are enough.
    ///   - pixels: what the input's bytes mean; nil: found on the photos.
    ///   - threads: 1 to 4.
    ///   - fill: writes a photo as the network's input.
    ///   - progress: the share that is done.
    /// - Complexity: the network runs about twice for each photo and layer.
    public func quantised(
        photos: Int, pixels: PixelFormat?, threads: Int,
        fill: @escaping (Int, UnsafeMutableBufferPointer<Float>) throws -> Void, progress: (Double) -> Void
    ) throws -> Result {
        let calibration = Calibration(count: photos, fill: fill, threads: threads, limits: limits)
        var layers = search.layers
        let inputs = Set(layers.map(\.input) + layers.compactMap(\.residual))
        let values = Set(layers.flatMap { [$0.sum, $0.output] }).union(inputs)
        let statistics = try network.statistics(of: values.sorted(), calibration) { progress($0 * 0.1) }
        let centring = Centring(network, layers, statistics)
        for index in layers.indices { centring.apply(to: &layers[index]) }

        var draft = QuantisedDraft(network, layers)
        let outputs = Dictionary(uniqueKeysWithValues: layers.filter(\.writesBytes).map { ($0.output, $0.limit) })
        for value in inputs.union(outputs.keys) {
            guard let found = statistics[value] else { continue }
            if let pixels, network.inputs.contains(where: { $0.name == value }) {
                draft.formats[value] = pixels.format
            } else if let reach = centring.reach[value] {
                draft.formats[value] = ByteFormat(scale: Float(reach / 127), zero: 128)
            } else {
                draft.formats[value] = ByteFormat(found, limit: outputs[value] ?? nil)
            }
        }
        for (index, layer) in layers.enumerated() {
            let step = LayerStep(layer, draft, calibration, seed: index)
            let before = centring.mean(statistics[layer.sum]?.means ?? [], of: layer.output)
            let (integers, product) = try step.run(before: before, after: statistics[layer.output]?.means ?? before)
            draft.append(integers)
            draft.productFormats[index] = product
            progress(0.1 + 0.9 * Double(index + 1) / Double(layers.count))
        }
        let file: [UInt8]
        do throws(ONNXFormatError) {
            file = try draft.model().serialized()
        } catch {
            throw InferenceError(error)
        }
        // What is handed out runs here.
        _ = try file.withUnsafeBytes { (onnx) throws(InferenceError) in
            try Network(onnx: onnx, threads: threads, limits: limits)
        }
        return Result(file: file, layers: layers.count, left: search.left)
    }
}

extension ByteFormat {
    /// From the least to the greatest value, with some room.
    init(low: Double, high: Double) {
        let (low, high) = (min(low, 0), max(high, 0))
        let scale = max((high - low) / 255, 1e-12)
        self.init(scale: Float(scale), zero: Int(min(max((-low / scale).rounded(), 0), 255)))
    }

    /// What a value's bytes mean.
    /// - Parameter limit: that of a Relu or Clip, which the bytes stand for.
    fileprivate init(_ found: ValueStatistics, limit: Float?) {
        let low = Double(found.low.min() ?? 0) * Centring.margin
        let high = Double(found.high.max() ?? 0) * Centring.margin
        if let limit {
            self.init(low: 0, high: min(Double(limit), max(high, 1e-3)))
        } else {
            self.init(low: low, high: high)
        }
    }
}
