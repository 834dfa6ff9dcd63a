public import Imaging
public import Vocabulary

/// `manifest.json` of a model version: what it is made of and how it is used (docs/MODELS.md).
public struct Manifest: Codable, Sendable, Equatable {
    /// The network up to the embedding, and for versions without a head its own final layer.
    public struct Backbone: Codable, Sendable, Equatable {
        /// Names the file `backbones/<sha256>.onnx`.
        public var sha256: String
        /// Its size.
        public var bytes: Int
        /// The name of the network's input.
        public var input: String
        /// The name of the output with one value a label.
        public var logits: String
        /// The name of the output before the final layer; nil where the network has none.
        public var embedding: String?
        /// What the output `logits` holds; nil: logits.
        public var gives: Output?

        /// What a network ends with.
        public enum Output: String, Codable, Sendable {
            /// Any numbers, of which a softmax makes probabilities.
            case logits
            /// Probabilities: the network ends with a softmax of its own.
            case probabilities
        }
    }

    /// How pixels become the network's input.
    public struct Preprocessing: Codable, Sendable, Equatable {
        /// Pixels.
        public var width: Int
        /// Pixels.
        public var height: Int
        /// The order of the colour planes.
        public var channels: InputSpecification.ChannelOrder
        /// The side of the centre square as a fraction of the region's shorter side.
        public var crop: Double
        /// The filter of the one resampling step.
        public var resample: Resample
        /// Input value = (pixel - offset) / scale.
        public var offset: ChannelValues
        /// Input value = (pixel - offset) / scale.
        public var scale: ChannelValues
        /// How the input's values lie; nil: planar.
        public var layout: InputSpecification.Layout?
    }

    /// What of an embedding a head looks at.
    public enum Feature: String, Codable, Sendable {
        /// sqrt(max(e, 0) / sum of max(e, 0)): of length 1, or all 0 (Arandjelović 2012).
        case root
    }

    /// The final layer, where the owner's photos taught one.
    public struct Head: Codable, Sendable, Equatable {
        /// The name in the version's directory.
        public var file: String
        /// Its SHA-256.
        public var sha256: String
        /// Its size.
        public var bytes: Int
        /// What of an embedding it looks at.
        public var feature: Feature

        /// A head's file.
        public init(file: String, sha256: String, bytes: Int, feature: Feature) {
            self.file = file
            self.sha256 = sha256
            self.bytes = bytes
            self.feature = feature
        }
    }

    /// How the score of the unknown is made of the largest raw logit and the nearest photo of the predicted label.
    public struct Unknown: Codable, Sendable, Equatable {
        /// Mean and standard deviation over known photos, out of fold.
        public struct Normal: Codable, Sendable, Equatable {
            /// The mean.
            public var mean: Double
            /// Above 0.
            public var deviation: Double

            /// Mean and standard deviation.
            public init(mean: Double, deviation: Double) {
                self.mean = mean
                self.deviation = deviation
            }
        }

        /// Of the largest raw logit.
        public var logit: Normal
        /// Of the dot product with the nearest photo of the predicted label.
        public var similarity: Normal
        /// From which score on a photo counts as nothing that was taught.
        public var threshold: Double

        /// How the score is made.
        public init(logit: Normal, similarity: Normal, threshold: Double) {
            self.logit = logit
            self.similarity = similarity
            self.threshold = threshold
        }

        /// How like known photos something is; the score is its rank among theirs.
        public func likeness(_ evidence: Scorer.Evidence) -> Float {
            Float(
                (Double(evidence.logit) - logit.mean) / logit.deviation
                    + (Double(evidence.similarity) - similarity.mean) / similarity.deviation)
        }
    }

    /// The photos it was taught with.
    public struct Photos: Codable, Sendable, Equatable {
        /// The SHA-256 of their digests, labels and regions in order: not of their paths.
        public var sha256: String
        /// How many.
        public var count: Int
        /// How many a label.
        public var labels: [String: Int]

        /// The photos it was taught with.
        public init(sha256: String, count: Int, labels: [String: Int]) {
            self.sha256 = sha256
            self.count = count
            self.labels = labels
        }
    }

    /// How it was taught; the same settings and photos give the same head.
    public struct Training: Codable, Sendable, Equatable {
        /// How often each label is expected.
        public enum Prior: String, Codable, Sendable {
            /// All alike, however many photos each has.
            case even
            /// Half of the way from there to as photographed.
            case between
            /// As often as there are photos of it.
            case asPhotographed = "as-photographed"

            /// τ: so much of the logarithm of a label's share is taken from its logit.
            public var shift: Double {
                switch self {
                case .even: 1
                case .between: 0.5
                case .asPhotographed: 0
                }
            }
        }

        /// Deals groups out to folds, and picks the golden photos.
        public var seed: UInt64
        /// How many folds there were; 0: too few groups to judge.
        public var folds: Int
        /// λ of the penalty on the weights.
        public var penalty: Double
        /// How often each label is expected.
        public var prior: Prior
        /// The share of known photos that the score of the unknown was set to accept.
        public var accepted: Double
        /// The precision that the thresholds of the evaluation reach; nil: none was asked for.
        public var precision: Double?

        /// How it was taught.
        public init(
            seed: UInt64, folds: Int, penalty: Double, prior: Prior, accepted: Double, precision: Double?
        ) {
            self.seed = seed
            self.folds = folds
            self.penalty = penalty
            self.prior = prior
            self.accepted = accepted
            self.precision = precision
        }
    }

    /// The format of this file.
    public var schema: Int
    /// The name of the model.
    public var name: String
    /// The version.
    public var version: String
    /// When it was made; not part of its digest.
    public var created: Instant
    /// What made it.
    public var tool: String
    /// Where the weights come from, for people.
    public var source: String?
    /// Under which licence.
    public var licence: String?
    /// The network.
    public var backbone: Backbone
    /// How pixels become its input.
    public var preprocessing: Preprocessing
    /// Logits are divided by it before the softmax.
    public var temperature: Float
    /// The version it was taught from.
    public var parent: ModelID?
    /// The final layer; nil where the network's own serves.
    public var head: Head?
    /// The score of the unknown; nil: there is none.
    public var unknown: Unknown?
    /// The photos it was taught with; nil for versions that were not taught here.
    public var photos: Photos?
    /// How it was taught.
    public var settings: Training?
    /// SHA-256 of each further file, by name in the version's directory.
    public var files: [String: String]?
    /// SHA-256 of each golden photo, by file name in `golden/`.
    public var golden: [String: String]
    /// The labels in the order of the logits.
    public var labels: [String]
    /// Groups of labels by index.
    public var groups: [String: [Int]]

    /// The format this program reads.
    static let schema = 1

    /// What is wrong with the values, in one sentence; nil where nothing is.
    func fault(directory: ModelID) -> String? {
        let side = 16...1024
        if schema != Manifest.schema {
            return "schema \(schema) is not the one this Rooster reads (\(Manifest.schema)): a newer Rooster wrote it"
        }
        if ModelID(name: name, version: version) != directory {
            return "it says it is \(name)/\(version), but lies in \(directory)"
        }
        if backbone.sha256.utf8.count != 64 || !backbone.sha256.utf8.allSatisfy(isHexadecimal) {
            return "backbone.sha256 is not a SHA-256: \(backbone.sha256)"
        }
        if !side.contains(preprocessing.width) || !side.contains(preprocessing.height) {
            return "an input of \(preprocessing.width) x \(preprocessing.height) pixels is outside of \(side)"
        }
        if !(preprocessing.crop > 0 && preprocessing.crop <= 1) {
            return "crop \(preprocessing.crop) is outside of 0...1"
        }
        if !preprocessing.offset.all.allSatisfy(\.isFinite) || !preprocessing.scale.all.allSatisfy(\.isNormal) {
            return "offset or scale is not a number"
        }
        if !(temperature.isNormal && temperature > 0) { return "temperature \(temperature) is not above 0" }
        if labels.isEmpty || labels.count > 100_000 { return "\(labels.count) labels: 1 to 100,000 are possible" }
        if Set(labels).count != labels.count { return "a label occurs twice" }
        if let fault = faultOfHead { return fault }
        for (group, members) in groups where !members.allSatisfy(labels.indices.contains) {
            return "group \(group) names a label that is not there"
        }
        return nil
    }
}

extension Manifest {
    private var faultOfHead: String? {
        func isFileName(_ name: String) -> Bool { !name.isEmpty && !name.hasPrefix(".") && !name.contains("/") }
        if let head {
            if !isFileName(head.file) { return "head.file '\(head.file)' is not a file name" }
            if backbone.embedding == nil { return "it has a head, and its network no embedding" }
        }
        if let unknown {
            for normal in [unknown.logit, unknown.similarity]
            where !(normal.mean.isFinite && normal.deviation.isNormal && normal.deviation > 0) {
                return "unknown: mean \(normal.mean) and deviation \(normal.deviation) make no score"
            }
            if !(0...1).contains(unknown.threshold) {
                return "unknown.threshold \(unknown.threshold) is outside of 0...1"
            }
        }
        for name in (files ?? [:]).keys where !isFileName(name) { return "files: '\(name)' is not a file name" }
        return nil
    }
}

extension Manifest.Feature {
    /// Writes the feature of an embedding.
    /// - Parameters:
    ///   - embedding: any values.
    ///   - feature: as many; may not be the same memory.
    /// - Complexity: O(values); allocates nothing.
    public func write(_ embedding: UnsafeBufferPointer<Float>, into feature: UnsafeMutableBufferPointer<Float>) {
        precondition(embedding.count == feature.count, "a feature of the embedding's width")
        var sum = 0.0
        for value in embedding where value > 0 { sum += Double(value) }
        guard sum > 0, sum.isFinite else { return feature.update(repeating: 0) }
        for (index, value) in embedding.enumerated() {
            feature[index] = Float((max(0, Double(value)) / sum).squareRoot())
        }
    }
}

private func isHexadecimal(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...102).contains(byte) }
