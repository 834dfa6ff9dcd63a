/// What one model version says of one region of one frame.
public struct Prediction: Sendable {
    /// The name of the region.
    public var region: String
    /// The version that answered.
    public var model: ModelID
    /// Identifies what the version computes; empty where nobody said.
    public var digest: String
    /// The names behind the probabilities.
    public var labels: Labels
    /// One a label, in the order of `labels`; they add up to 1.
    public var probabilities: [Float]
    /// How strange this is to the version, 0 to 1; nil for versions without a fitted score.
    public var unknown: Double?
    /// From which `unknown` score on the version says it was never taught this.
    public var unknownThreshold: Double?

    /// An answer of a model version.
    public init(
        region: String, model: ModelID, digest: String = "", labels: Labels, probabilities: [Float],
        unknown: Double? = nil, unknownThreshold: Double? = nil
    ) {
        self.region = region
        self.model = model
        self.digest = digest
        self.labels = labels
        self.probabilities = probabilities
        self.unknown = unknown
        self.unknownThreshold = unknownThreshold
    }

    /// A number made of every bit of the answer: two answers with the same one are the same, bit for bit.
    ///
    /// FNV-1a of 64 bits over the words of the probabilities and of `unknown`.
    public var fingerprint: UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ word: UInt64) { hash = (hash ^ word) &* 0x0000_0100_0000_01b3 }
        for probability in probabilities { add(UInt64(probability.bitPattern)) }
        if let unknown { add(unknown.bitPattern) }
        return hash
    }

    /// The `count` most probable labels, best first; equal ones in the order of the labels.
    /// - Complexity: O(labels × count), allocates the answer alone: it runs on the frame's path.
    public func best(_ count: Int) -> [ScoredLabel] {
        var best: [(index: Int, probability: Float)] = []
        best.reserveCapacity(count + 1)
        for (index, probability) in probabilities.enumerated() where index < labels.count {
            if best.count == count, let last = best.last, probability <= last.probability { continue }
            let place = best.firstIndex { probability > $0.probability } ?? best.count
            best.insert((index, probability), at: place)
            if best.count > count { best.removeLast() }
        }
        return best.map {
            ScoredLabel(label: labels.names[$0.index], index: $0.index, probability: Double($0.probability))
        }
    }
}

/// A label with its probability.
public struct ScoredLabel: Hashable, Sendable, Codable {
    private enum CodingKeys: String, CodingKey { case label, index, probability }

    /// The label.
    public var label: String
    /// Its place in the version's labels.
    public var index: Int
    /// 0 to 1.
    public var probability: Double

    /// A label with its probability.
    public init(label: String, index: Int, probability: Double) {
        self.label = label
        self.index = index
        self.probability = probability
    }

    /// The probability as ``Swift/Double/asFloat``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(label, forKey: .label)
        try container.encode(index, forKey: .index)
        try container.encode(probability.asFloat, forKey: .probability)
    }
}

extension Double {
    /// The shortest decimal that is the same float32, for JSON: networks answer in float32, and 0.9712345004081726 says
    /// no more than 0.9712345.
    public var asFloat: Double { Double(Float(self).description) ?? self }
}
