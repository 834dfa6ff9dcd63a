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
        for (group, members) in groups where !members.allSatisfy(labels.indices.contains) {
            return "group \(group) names a label that is not there"
        }
        return nil
    }
}

private func isHexadecimal(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...102).contains(byte) }
