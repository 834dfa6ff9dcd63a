/// Corrects a layer's bias so that its values have the means of the fp32 network: after the activation, where there is one.
/// Matching the means before it only would shrink what comes out of it.
struct BiasMatching {
    /// The upper limit of the activation; nil: linear.
    private let limit: Double?
    private let lowest: Double
    private let width: Double
    /// How many values each channel has in each bin, the outer ones holding what lies beyond.
    private var counts: [UInt32]
    private var sums: [Double]
    private var count = 0
    /// Of what the layer's node writes, before anything is added.
    private(set) var low: [Float]
    private(set) var high: [Float]

    private static let bins = 4_096

    /// - Parameter limit: where the bytes end.
    init(channels: Int, limit: Double?) {
        self.limit = limit
        lowest = -2
        width = ((limit ?? 0) + 4) / Double(Self.bins)
        counts = [UInt32](repeating: 0, count: limit == nil ? 0 : channels * Self.bins)
        sums = [Double](repeating: 0, count: channels)
        low = [Float](repeating: .infinity, count: channels)
        high = [Float](repeating: -.infinity, count: channels)
    }

    /// Takes a photo's values, channel by channel.
    mutating func add(_ product: UnsafeBufferPointer<Float>, _ residual: UnsafeBufferPointer<Float>?) {
        let size = product.count / sums.count
        count += size
        let (perBin, first, last) = (Float(1 / width), Float(lowest), Float(Self.bins - 1))
        let isLinear = limit == nil
        counts.withUnsafeMutableBufferPointer { counts in
            for channel in sums.indices {
                var (least, greatest, sum) = (low[channel], high[channel], 0.0)
                for place in channel * size..<(channel + 1) * size {
                    var value = product[place]
                    if value < least { least = value }
                    if value > greatest { greatest = value }
                    if let residual { value += residual[place] }
                    sum += Double(value)
                    if !isLinear {
                        let bin = Int(min(max((value - first) * perBin, 0), last))
                        counts[channel * Self.bins + bin] += 1
                    }
                }
                (low[channel], high[channel]) = (least, greatest)
                sums[channel] += sum
            }
        }
    }

    /// What is to be added to the bias.
    /// - Parameters:
    ///   - before: the fp32 network's means before the activation.
    ///   - after: those behind it.
    func correction(before: [Double], after: [Double]) -> [Double] {
        sums.indices.map { channel in
            var shift = before[channel] - sums[channel] / Double(max(count, 1))
            guard let limit else { return shift }
            for _ in 0..<3 {
                var (inside, mean) = (0.0, 0.0)
                for bin in 0..<Self.bins {
                    let number = Double(counts[channel * Self.bins + bin])
                    let value = lowest + (Double(bin) + 0.5) * width + shift
                    if value > 0, value < limit { inside += number }
                    mean += number * min(max(value, 0), limit)
                }
                let share = inside / Double(max(count, 1))
                guard share > 0.01 else { continue }
                let wanted = (after[channel] - mean / Double(max(count, 1))) / max(share, 0.05)
                shift += min(max(wanted, -0.1), 0.1)
            }
            return shift
        }
    }
}
