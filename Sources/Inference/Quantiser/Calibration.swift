import ONNXFormat

/// The photos that a network is calibrated on.
struct Calibration {
    let count: Int
    /// Writes a photo as the network's input.
    let fill: (Int, UnsafeMutableBufferPointer<Float>) throws -> Void
    let threads: Int
    let limits: InferenceLimits

    /// Runs all photos through a network, one after the other.
    /// - Parameters:
    ///   - prepare: may change the input before the network runs.
    ///   - look: at a photo's answers, the network's input among them.
    func run(
        _ model: ONNXModel, prepare: (UnsafeMutableBufferPointer<Float>) -> Void = { _ in },
        look: (_ photo: Int, _ network: Network) throws -> Void
    ) throws {
        let bytes: [UInt8]
        do throws(ONNXFormatError) {
            bytes = try model.serialized()
        } catch {
            throw InferenceError(error)
        }
        let network = try bytes.withUnsafeBytes { (onnx) throws(InferenceError) in
            try Network(onnx: onnx, threads: threads, limits: limits)
        }
        for photo in 0..<count {
            try fill(photo, network.input)
            prepare(network.input)
            network.run()
            try look(photo, network)
        }
    }
}

extension Network {
    /// An output, or the input.
    func value(_ name: String) -> UnsafeBufferPointer<Float> {
        if inputs.first?.name == name { return UnsafeBufferPointer(input) }
        return output(name) ?? UnsafeBufferPointer(start: nil, count: 0)
    }
}

/// What a value's channels are like over all photos.
struct ValueStatistics {
    private(set) var low: [Float]
    private(set) var high: [Float]
    private var sums: [Double]
    private var count = 0

    init(channels: Int) {
        low = [Float](repeating: .infinity, count: channels)
        high = [Float](repeating: -.infinity, count: channels)
        sums = [Double](repeating: 0, count: channels)
    }

    var means: [Double] { sums.map { $0 / Double(max(count, 1)) } }

    /// - Parameter values: channel by channel.
    mutating func add(_ values: UnsafeBufferPointer<Float>) {
        let size = values.count / low.count
        count += size
        for channel in low.indices {
            let plane = UnsafeBufferPointer(rebasing: values[channel * size..<(channel + 1) * size])
            var (least, greatest, sum) = (low[channel], high[channel], 0.0)
            for value in plane {
                if value < least { least = value }
                if value > greatest { greatest = value }
                sum += Double(value)
            }
            (low[channel], high[channel]) = (least, greatest)
            sums[channel] += sum
        }
    }

    /// Whether every value was a number.
    var isFinite: Bool { sums.allSatisfy(\.isFinite) && low.allSatisfy(\.isFinite) }
}

extension FloatNetwork {
    /// What values are like. The network runs a few times over all photos, so that only some of its values are in memory.
    func statistics(
        of values: [String], _ calibration: Calibration, progress: (Double) -> Void
    ) throws -> [String: ValueStatistics] {
        var found: [String: ValueStatistics] = [:]
        var turns: [[String]] = [[]]
        var elements = 0
        for value in values {
            let count = shapes[value]?.reduce(1, *) ?? 0
            if elements + count > 1 << 23, turns.last?.isEmpty == false {
                turns.append([])
                elements = 0
            }
            elements += count
            turns[turns.count - 1].append(value)
            let shape = shapes[value] ?? []
            found[value] = ValueStatistics(channels: shape.count > 1 ? shape[1] : 1)
        }
        for (turn, values) in turns.enumerated() {
            let names = values.filter { name in !inputs.contains { $0.name == name } }
            let outputs = names.isEmpty ? self.outputs : names.map { ONNXValueInfo(name: $0, shape: nil) }
            try calibration.run(model(nodes: nodes, outputs: outputs)) { photo, network in
                for value in values { found[value]?.add(network.value(value)) }
                progress((Double(turn) + Double(photo + 1) / Double(calibration.count)) / Double(turns.count))
            }
        }
        for value in values where found[value]?.isFinite == false {
            throw InferenceError(.invalid, "its values are not finite on these photos", at: "value '\(value)'")
        }
        return found
    }
}
