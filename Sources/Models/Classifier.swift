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

    /// Reads the network, compares it with its digest, compiles it and runs it once.
    /// - Parameters:
    ///   - threads: cores to use, 1 to 4.
    ///   - clock: monotonic; times the stages.
    public init(_ version: ModelVersion, threads: Int, clock: @escaping () -> Duration) throws(ModelError) {
        self.version = version
        self.clock = clock
        specification = version.inputSpecification
        let path = version.backbonePath
        let expected = version.inputShape
        let file = try version.backbone()
        do throws(InferenceError) {
            network = try Network(file, threads: threads, inputShape: expected)
        } catch {
            throw .network(path: path, reason: "\(error)")
        }
        guard network.inputs.count == 1, network.inputs[0].shape == expected else {
            let found = network.inputs.map { "\($0.name) \($0.shape)" }.joined(separator: ", ")
            throw .network(path: path, reason: "its input is \(found), the manifest asks for \(expected)")
        }
        guard let logits = network.output(version.manifest.backbone.logits), logits.count == version.labels.count else {
            throw .network(
                path: path,
                reason: "it has no output '\(version.manifest.backbone.logits)' with \(version.labels.count) values")
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

    /// The probabilities of a network that has a softmax of its own, at the version's temperature: their powers, which add
    /// up to 1 again.
    private func shares(_ given: UnsafeBufferPointer<Float>, into target: UnsafeMutableBufferPointer<Float>) {
        let temperature = version.manifest.temperature
        guard temperature != 1 else { return _ = target.update(fromContentsOf: given) }
        var sum: Float = 0
        for index in given.indices {
            target[index] = pow(max(given[index], 0), 1 / temperature)
            sum += target[index]
        }
        for index in given.indices where sum > 0 { target[index] /= sum }
    }

    private func prediction(of region: String) -> Prediction {
        var probabilities: [Float] = []
        if let logits = network.output(version.manifest.backbone.logits) {
            probabilities = [Float](unsafeUninitializedCapacity: logits.count) { buffer, count in
                count = logits.count
                if version.manifest.backbone.gives == .probabilities { return shares(logits, into: buffer) }
                guard version.manifest.temperature != 1 else { return softmax(logits, into: buffer) }
                let cooled = logits.map { $0 / version.manifest.temperature }
                cooled.withUnsafeBufferPointer { softmax($0, into: buffer) }
            }
        }
        return Prediction(
            region: region, model: version.id, labels: version.labels, probabilities: probabilities)
    }
}
