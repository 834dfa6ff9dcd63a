/// Factors and offsets for each channel of linear values, moved into the weights beside them: `y' = (y - offset) / factor`.
///
/// Only layers that look at single pixels, and additions, read such a value, so that the network computes the same.
/// Values that are added to each other share their factors; each has offsets of its own.
struct Centring {
    private var offsets: [String: [Double]] = [:]
    private var factors: [String: [Double]] = [:]
    /// Half the extent of a centred value, in its new units.
    private(set) var reach: [String: Double] = [:]

    /// Room beyond what the photos showed.
    static let margin = 1.1
    /// A channel is not blown up more than this.
    private static let leastFactor = 1.0 / 64

    /// - Parameter statistics: of every layer's output.
    init(_ network: FloatNetwork, _ layers: [QuantisableLayer], _ statistics: [String: ValueStatistics]) {
        let centred = Self.centred(network, layers)
        var chain: [String: String] = [:]  // the value a chain of additions begins with
        for layer in layers where centred.contains(layer.output) {
            chain[layer.output] = layer.residual.flatMap { chain[$0] } ?? layer.output
        }
        var widest: [String: [Double]] = [:]
        var radii: [String: [Double]] = [:]
        for (value, first) in chain {
            guard let found = statistics[value] else { continue }
            let radius = zip(found.low, found.high).map { max(Self.margin * Double($1 - $0) / 2, 1e-6) }
            offsets[value] = zip(found.low, found.high).map { (Double($0) + Double($1)) / 2 }
            radii[value] = radius
            widest[first] = widest[first].map { zip($0, radius).map(max) } ?? radius
        }
        for (value, first) in chain {
            guard let all = widest[first], let radius = radii[value] else { continue }
            let most = all.max() ?? 1
            let factor = all.map { max($0 / most, Self.leastFactor) }
            factors[value] = factor
            reach[value] = zip(radius, factor).map { $0 / $1 }.max() ?? 1
        }
    }

    /// The linear values that only single-pixel layers read and that are added to such values alone.
    private static func centred(_ network: FloatNetwork, _ layers: [QuantisableLayer]) -> Set<String> {
        var centred = Set(layers.filter { $0.limit == nil && $0.writesBytes }.map(\.output))
        let byNode = Dictionary(uniqueKeysWithValues: layers.map { ($0.node, $0) })
        let byAddition = Dictionary(layers.compactMap { l in l.addition.map { ($0, l) } }) { first, _ in first }
        var changed = true
        while changed {
            changed = false
            for layer in layers where centred.contains(layer.output) {
                let isRead = (network.readers[layer.output] ?? []).allSatisfy { reader in
                    if let next = byNode[reader] { return next.isPointwise }
                    return byAddition[reader].map { centred.contains($0.output) } ?? false
                }
                let isAdded = layer.residual.map { centred.contains($0) } ?? true
                if !isRead || !isAdded {
                    centred.remove(layer.output)
                    changed = true
                }
            }
        }
        return centred
    }

    /// Moves factors and offsets into a layer's weights and bias.
    func apply(to layer: inout QuantisableLayer) {
        let columns = layer.columns
        if let offset = offsets[layer.input], let factor = factors[layer.input] {
            for channel in 0..<layer.channels {
                for column in 0..<columns {
                    layer.bias[channel] += layer.weights[channel * columns + column] * offset[column]
                    layer.weights[channel * columns + column] *= factor[column]
                }
            }
        }
        if let offset = offsets[layer.output], let factor = factors[layer.output] {
            let added = layer.residual.flatMap { offsets[$0] }
            for channel in 0..<layer.channels {
                layer.bias[channel] =
                    (layer.bias[channel] - offset[channel] + (added?[channel] ?? 0)) / factor[channel]
                for column in 0..<columns { layer.weights[channel * columns + column] /= factor[channel] }
            }
        }
    }

    /// A value's mean in its new units.
    func mean(_ means: [Double], of value: String) -> [Double] {
        guard let offset = offsets[value], let factor = factors[value] else { return means }
        return means.indices.map { (means[$0] - offset[$0]) / factor[$0] }
    }
}
