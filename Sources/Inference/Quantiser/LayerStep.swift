import ONNXFormat

/// The calibration of one layer, all those before it being done.
struct LayerStep {
    private let layer: QuantisableLayer
    private let draft: QuantisedDraft
    private let calibration: Calibration
    private let seed: Int
    private let inputFormat: ByteFormat
    private let inputShape: [Int]

    /// Places that a covariance is taken over, all photos together.
    private static let places = 16_384
    private static let tapPlaces = 4_096
    /// Bias sums stay below this, so that every sum stays within 32 bits.
    private static let mostBias = Double(1 << 23)

    init(_ layer: QuantisableLayer, _ draft: QuantisedDraft, _ calibration: Calibration, seed: Int) {
        (self.layer, self.draft, self.calibration, self.seed) = (layer, draft, calibration, seed)
        inputFormat = draft.formats[layer.input] ?? ByteFormat(scale: 1, zero: 0)
        inputShape = draft.network.shapes[layer.input] ?? []
    }

    /// - Parameters:
    ///   - before: the fp32 network's means before the activation.
    ///   - after: those behind it.
    /// - Returns: the layer's integers, and the format of what its node writes where something is added to that.
    func run(before: [Double], after: [Double]) throws -> (LayerIntegers, ByteFormat?) {
        let rounded = try roundedWeights()
        let weights = rounded.whole.indices.map { Float(rounded.whole[$0]) * rounded.steps[$0 / layer.columns] }
        let probe = draft.probe(weights: weights, bias: layer.bias.map { Float($0) })
        let reach = layer.limit.map { _ in Double((draft.formats[layer.output]?.scale ?? 1) * 255) }
        var matching = BiasMatching(channels: layer.channels, limit: reach)
        try calibration.run(probe.model, prepare: rounding) { _, network in
            matching.add(network.value(probe.product), probe.residual.map { network.value($0) })
        }
        let shift = matching.correction(before: before, after: after)
        let bias = layer.bias.indices.map { channel in
            let step = Double(inputFormat.scale * rounded.steps[channel])
            let whole = ((layer.bias[channel] + shift[channel]) / step).rounded(.toNearestOrEven)
            return Int32(min(max(whole, -2 * Self.mostBias), 2 * Self.mostBias))
        }
        var product: ByteFormat?
        if layer.addition != nil {
            let low = shift.indices.map { Double(matching.low[$0]) + shift[$0] }.min() ?? 0
            let high = shift.indices.map { Double(matching.high[$0]) + shift[$0] }.max() ?? 0
            product = ByteFormat(low: low * Centring.margin, high: high * Centring.margin)
        }
        return (LayerIntegers(weights: rounded.whole, scales: rounded.steps, bias: bias), product)
    }

    private func roundedWeights() throws -> WeightRounding.Answer {
        // A channel whose weights are nearly nothing still has a bias, which counts in steps of theirs.
        let least = layer.bias.map { max(abs($0), 0.01) / (Double(inputFormat.scale) * Self.mostBias) }
        let rounding = WeightRounding(
            weights: layer.weights, channels: layer.channels, columns: layer.columns, leastSteps: least)
        switch layer.kind {
        case .depthwise(let window): return rounding.matched(to: try taps(window))
        case .convolution(let window):
            // Fewer places than columns say too little of how those vary together.
            let each = placesOfPhoto(window.height * window.width, Self.places)
            guard 2 * each * calibration.count >= layer.columns else { return rounding.nearest() }
            return rounding.matched(to: try covariance(window, each))
        case .matrix: return rounding.nearest()
        }
    }

    private func placesOfPhoto(_ pixels: Int, _ wanted: Int) -> Int {
        min(pixels, max(1, (wanted + calibration.count - 1) / calibration.count))
    }

    private func covariance(_ window: PlacedWindow, _ each: Int) throws -> Covariance {
        let taps = window.window.kernel.height * window.window.kernel.width
        var covariance = Covariance(columns: layer.columns, step: taps)
        var row = [Float](repeating: 0, count: layer.columns)
        try forEachPhoto { input, places in
            for place in places.pick(each, of: window.height * window.width) {
                for channel in 0..<inputShape[1] {
                    window.gather(
                        plane(channel, of: input), height: inputShape[2], width: inputShape[3], place: place,
                        perStep: 1 / inputFormat.scale, into: &row, at: channel * taps)
                }
                covariance.add(row)
            }
        }
        return covariance.finished()
    }

    private func taps(_ window: PlacedWindow) throws -> TapCovariance {
        let taps = layer.columns
        let each = min(placesOfPhoto(window.height * window.width, Self.tapPlaces), 256)
        var covariance = TapCovariance(channels: layer.channels, taps: taps)
        var rows = [Float](repeating: 0, count: layer.channels * each * taps)
        try forEachPhoto { input, places in
            for (index, place) in places.pick(each, of: window.height * window.width).enumerated() {
                for channel in 0..<layer.channels {
                    window.gather(
                        plane(channel, of: input), height: inputShape[2], width: inputShape[3], place: place,
                        perStep: 1 / inputFormat.scale, into: &rows, at: (channel * each + index) * taps)
                }
            }
            covariance.add(rows, count: each)
        }
        return covariance
    }

    private func plane(_ channel: Int, of input: UnsafeBufferPointer<Float>) -> UnsafeBufferPointer<Float> {
        let size = inputShape[2] * inputShape[3]
        return UnsafeBufferPointer(rebasing: input[channel * size..<(channel + 1) * size])
    }

    /// What the layer reads of each photo.
    private func forEachPhoto(_ look: (UnsafeBufferPointer<Float>, inout Places) -> Void) throws {
        let probe = draft.probe(weights: layer.weights.map { Float($0) }, bias: layer.bias.map { Float($0) })
        var places = Places(seed: seed)
        try calibration.run(probe.model.with(onlyOutput: probe.input), prepare: rounding) { _, network in
            look(network.value(probe.input), &places)
        }
    }

    /// Makes of the network's input what its bytes say.
    private func rounding(_ input: UnsafeMutableBufferPointer<Float>) {
        guard let name = draft.network.inputs.first?.name, let format = draft.formats[name] else { return }
        for place in input.indices { input[place] = format.number(format.byte(input[place])) }
    }
}
