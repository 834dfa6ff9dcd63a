import Foundation
public import Imaging
public import Inference
public import Vocabulary

/// A model version loaded and warm: pictures in, predictions out. Used by one thread at a time.
public final class Classifier {
    /// What one region gave, and what it took.
    public struct Answer {
        /// Probabilities by label.
        public var prediction: Prediction
        /// Cropping and resizing.
        public var prepare: Duration
        /// The network and the softmax.
        public var infer: Duration
    }

    /// The version that answers.
    public let version: ModelVersion
    /// The network under it, for benchmarks.
    public let network: Network
    private let specification: InputSpecification
    private let clock: () -> Duration
    /// The final layer that photos taught; nil where the network's own serves.
    private let scorer: Scorer?

    /// Reads the network, compares it with its digest, compiles it and runs it once.
    /// - Parameters:
    ///   - threads: cores to use, 1 to 4.
    ///   - clock: monotonic; times the stages.
    public init(_ version: ModelVersion, threads: Int, clock: @escaping () -> Duration) throws(ModelError) {
        self.version = version
        self.clock = clock
        specification = version.inputSpecification
        scorer = try Scorer(version)
        let bytes = try version.backbone()
        let path = version.backbonePath
        do {
            network = try bytes.withUnsafeBytes { (onnx) throws(InferenceError) in
                try Network(onnx: onnx, threads: threads)
            }
        } catch {
            throw .network(path: path, reason: "\(error)")
        }
        let expected = [1, 3, specification.height, specification.width]
        guard network.inputs.count == 1, network.inputs[0].shape == expected else {
            let found = network.inputs.map { "\($0.name) \($0.shape)" }.joined(separator: ", ")
            throw .network(path: path, reason: "its input is \(found), the manifest asks for \(expected)")
        }
        let backbone = version.manifest.backbone
        let (output, count) =
            scorer.map { (backbone.embedding ?? "", $0.width) } ?? (backbone.logits, version.labels.count)
        guard network.output(output)?.count == count else {
            throw .network(path: path, reason: "it has no output '\(output)' with \(count) values")
        }
        network.input.update(repeating: 0)
        network.run()
    }

    /// Answers for one region of a picture.
    public func classify(_ picture: Picture, region: Region) throws(ImagingError) -> Answer {
        let start = clock()
        try picture.fill(network.input, region: region.box, as: specification)
        let prepared = clock()
        network.run()
        let prediction = prediction(of: region.name)
        return Answer(prediction: prediction, prepare: prepared - start, infer: clock() - prepared)
    }

    /// The embedding of the region answered last; nil for networks without one.
    public var embedding: [Float]? {
        version.manifest.backbone.embedding.flatMap { network.output($0) }.map(Array.init)
    }

    private func prediction(of region: String) -> Prediction {
        if let scorer, let embedding = version.manifest.backbone.embedding.flatMap({ network.output($0) }) {
            return scorer.prediction(of: region, from: embedding)
        }
        var probabilities: [Float] = []
        if let logits = network.output(version.manifest.backbone.logits) {
            probabilities = [Float](unsafeUninitializedCapacity: logits.count) { buffer, count in
                count = logits.count
                guard version.manifest.temperature != 1 else { return softmax(logits, into: buffer) }
                let cooled = logits.map { $0 / version.manifest.temperature }
                cooled.withUnsafeBufferPointer { softmax($0, into: buffer) }
            }
        }
        return Prediction(
            region: region, model: version.id, labels: version.labels, probabilities: probabilities)
    }
}
