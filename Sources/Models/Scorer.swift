import Inference
public import Vocabulary

/// A head at work: embeddings in, predictions out. Used by one thread at a time.
///
/// Any number of heads may be scored from one embedding. Apart from the prediction itself nothing is allocated.
public final class Scorer {
    private let id: ModelID
    private let labels: Labels
    private let temperature: Float
    private let fit: Manifest.Unknown?
    private let head: Head
    private let packed: [Float]
    private var feature: [Float]
    private var raw: [Float]
    private var calibrated: [Float]

    /// The raw logits of the embedding scored last, and how like the photo nearest to it of its label it is.
    /// What the score of the unknown is fitted on.
    public private(set) var evidence = Evidence(logit: 0, similarity: 0)

    /// What speaks for a photo being one of those taught.
    public struct Evidence: Sendable {
        /// The largest raw logit.
        public var logit: Float
        /// The largest dot product with a training photo of the predicted label, 0 to 1.
        public var similarity: Float

        /// What speaks for a photo being one of those taught.
        public init(logit: Float, similarity: Float) {
            self.logit = logit
            self.similarity = similarity
        }
    }

    /// Reads the head of a version.
    /// - Returns: nil for a version whose network has its own final layer.
    public convenience init?(_ version: ModelVersion) throws(ModelError) {
        guard let head = try version.head() else { return nil }
        self.init(version.id, labels: version.labels, head: head, manifest: version.manifest)
    }

    /// A head that lies in no registry yet.
    /// - Parameter manifest: its temperature and how its score of the unknown is made.
    public convenience init(head: Head, manifest: Manifest) {
        self.init(
            ModelID(name: manifest.name, version: manifest.version),
            labels: Labels(names: manifest.labels, groups: manifest.groups), head: head, manifest: manifest)
    }

    private init(_ id: ModelID, labels: Labels, head: Head, manifest: Manifest) {
        self.id = id
        self.labels = labels
        self.head = head
        temperature = manifest.temperature
        fit = manifest.unknown
        packed = head.weight.withUnsafeBufferPointer { weight in
            guard let base = weight.baseAddress else { return [] }
            return DenseProduct.packed(transposing: base, depth: head.width, columns: head.labels)
        }
        feature = [Float](repeating: 0, count: head.width)
        raw = [Float](repeating: 0, count: head.labels)
        calibrated = raw
    }

    /// Values of an embedding.
    public var width: Int { head.width }

    /// Answers for one embedding.
    /// - Parameter embedding: ``width`` values.
    public func prediction(of region: String, from embedding: UnsafeBufferPointer<Float>) -> Prediction {
        precondition(embedding.count == head.width, "an embedding of the head's width")
        feature.withUnsafeMutableBufferPointer { Manifest.Feature.root.write(embedding, into: $0) }
        product()
        let predicted = calibrate()
        let probabilities = [Float](unsafeUninitializedCapacity: head.labels) { buffer, count in
            calibrated.withUnsafeBufferPointer { softmax($0, into: .init(rebasing: buffer[..<head.labels])) }
            count = head.labels
        }
        evidence = Evidence(logit: raw.max() ?? 0, similarity: similarity(to: predicted))
        return Prediction(
            region: region, model: id, labels: labels, probabilities: probabilities, unknown: unknown,
            unknownThreshold: fit?.threshold)
    }

    private func product() {
        feature.withUnsafeBufferPointer { feature in
            raw.withUnsafeMutableBufferPointer { raw in
                packed.withUnsafeBufferPointer { packed in
                    head.bias.withUnsafeBufferPointer { bias in
                        guard let source = feature.baseAddress, let target = raw.baseAddress,
                            let weights = packed.baseAddress
                        else { return }
                        DenseProduct.run(
                            rows: 1, depth: head.width, columns: head.labels, source: source,
                            sourceStride: head.width, weights: weights, bias: bias.baseAddress, target: target,
                            targetStride: head.labels)
                    }
                }
            }
        }
    }

    /// - Returns: the predicted label.
    private func calibrate() -> Int {
        var best = 0
        for label in 0..<head.labels {
            calibrated[label] = (raw[label] - head.shift[label]) / temperature
            if calibrated[label] > calibrated[best] { best = label }
        }
        return best
    }

    /// The dot product with the nearest training photo of a label; 0 where it has none.
    private func similarity(to label: Int) -> Float {
        feature.withUnsafeBufferPointer { feature in
            head.photos.withUnsafeBufferPointer { photos in
                var nearest: Float = 0
                for photo in head.starts[label]..<head.starts[label + 1] {
                    nearest = max(nearest, halfProduct(feature, photos, photo * head.width))
                }
                return nearest
            }
        }
    }

    /// The conformal rank of the likeness among those of known photos, turned round: 1 is as strange as can be.
    private var unknown: Double? {
        guard let fit, !head.likeness.isEmpty else { return nil }
        let likeness = fit.likeness(evidence)
        var (low, high) = (0, head.likeness.count)  // how many known photos are at most as like
        while low < high {
            let middle = (low + high) / 2
            if head.likeness[middle] <= likeness { low = middle + 1 } else { high = middle }
        }
        return 1 - Double(1 + low) / Double(head.likeness.count + 1)
    }
}

/// The dot product of a feature with half floats that begin at `start`.
///
/// A half float that is not negative has its bits 13 places to the left in a float32, with an exponent that is 112 too
/// small: exact for every value, those below the normal ones too.
private func halfProduct(
    _ feature: UnsafeBufferPointer<Float>, _ halves: UnsafeBufferPointer<UInt16>, _ start: Int
) -> Float {
    let lanes = 8
    var sums = SIMD8<Float>.zero
    var place = 0
    guard let floats = feature.baseAddress, let base = halves.baseAddress else { return 0 }
    let halves = base + start
    while place + lanes <= feature.count {
        let bits = UnsafeRawPointer(halves + place).loadUnaligned(as: SIMD8<UInt16>.self)
        let half = unsafeBitCast(SIMD8<UInt32>(truncatingIfNeeded: bits) &<< 13, to: SIMD8<Float>.self)
        sums += half * 0x1p112 * UnsafeRawPointer(floats + place).loadUnaligned(as: SIMD8<Float>.self)
        place += lanes
    }
    var sum = sums.sum()
    while place < feature.count {
        sum += Float(bitPattern: UInt32(halves[place]) << 13) * 0x1p112 * floats[place]
        place += 1
    }
    return sum
}
