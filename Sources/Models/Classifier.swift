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
    ///   - startsHelpers: false: the threads beside the caller's are started by ``startHelpers()``.
    ///   - clock: monotonic; times the stages.
    public convenience init(
        _ version: ModelVersion, threads: Int, startsHelpers: Bool = true, clock: @escaping () -> Duration
    ) throws(ModelError) {
        try self.init(version, threads: threads, startsHelpers: startsHelpers, clock: clock, kernels: .best)
    }

    init(
        _ version: ModelVersion, threads: Int, startsHelpers: Bool = true, clock: @escaping () -> Duration,
        kernels: Network.KernelChoice
    ) throws(ModelError) {
        self.version = version
        self.clock = clock
        specification = version.inputSpecification
        scorer = try Scorer(version)
        let path = version.backbonePath
        let expected = version.inputShape
        let file = try version.backboneFile()
        do throws(InferenceError) {
            network = try Network(
                file, threads: threads, startsHelpers: startsHelpers, inputShape: expected, choosing: kernels)
        } catch {
            throw .network(path: path, reason: "\(error)")
        }
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

    /// The same network under another version: costs as much memory as its head.
    /// - Throws: where `version` is not made for the network of `other`, or its head is damaged.
    public init(_ version: ModelVersion, sharing other: Classifier) throws(ModelError) {
        guard version.manifest.backbone == other.version.manifest.backbone else {
            throw .network(path: version.backbonePath, reason: "it is not the network of \(other.version.id)")
        }
        self.version = version
        scorer = try Scorer(version)
        if let scorer, other.output(version.manifest.backbone.embedding).count != scorer.width {
            throw .network(path: version.backbonePath, reason: "it has no embedding of \(scorer.width) values")
        }
        if scorer == nil, other.output(version.manifest.backbone.logits).count != version.labels.count {
            throw .network(path: version.backbonePath, reason: "it has not \(version.labels.count) logits")
        }
        network = other.network
        clock = other.clock
        specification = version.inputSpecification
    }

    /// Starts the threads that help with the network; again is harmless. They are as urgent as the calling thread.
    public func startHelpers() { network.startHelpers() }

    /// Whether one run of the network answers for both versions.
    public func shares(with other: Classifier) -> Bool {
        network === other.network && specification == other.specification
    }

    /// What the network said of the region answered last, copied.
    public func readout() -> Readout {
        Readout(
            logits: Array(output(version.manifest.backbone.logits)),
            embedding: Array(output(version.manifest.backbone.embedding)))
    }

    /// What this version makes of what the network said.
    public func prediction(of region: String, from readout: Readout) -> Prediction {
        readout.logits.withUnsafeBufferPointer { logits in
            readout.embedding.withUnsafeBufferPointer { prediction(of: region, logits: logits, embedding: $0) }
        }
    }

    /// Answers for one region of a picture.
    public func classify(_ picture: Picture, region: Region) throws(ImagingError) -> Answer {
        let start = clock()
        try picture.fill(network.input, region: region.box, as: specification)
        let prepared = clock()
        network.run()
        let prediction = prediction(
            of: region.name, logits: output(version.manifest.backbone.logits),
            embedding: output(version.manifest.backbone.embedding))
        return Answer(prediction: prediction, prepare: prepared - start, infer: clock() - prepared)
    }

    /// The embedding of the region answered last; nil for networks without one.
    public var embedding: [Float]? {
        version.manifest.backbone.embedding.flatMap { network.output($0) }.map(Array.init)
    }

    /// What the network said last under a name; empty where it has no such output.
    private func output(_ name: String?) -> UnsafeBufferPointer<Float> {
        name.flatMap { network.output($0) } ?? UnsafeBufferPointer(start: nil, count: 0)
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

    private func prediction(
        of region: String, logits: UnsafeBufferPointer<Float>, embedding: UnsafeBufferPointer<Float>
    ) -> Prediction {
        if let scorer {
            var prediction = scorer.prediction(of: region, from: embedding)
            prediction.digest = version.digest
            return prediction
        }
        let probabilities = [Float](unsafeUninitializedCapacity: logits.count) { buffer, count in
            count = logits.count
            if version.manifest.backbone.gives == .probabilities { return shares(logits, into: buffer) }
            guard version.manifest.temperature != 1 else { return softmax(logits, into: buffer) }
            let cooled = logits.map { $0 / version.manifest.temperature }
            cooled.withUnsafeBufferPointer { softmax($0, into: buffer) }
        }
        return Prediction(
            region: region, model: version.id, digest: version.digest, labels: version.labels,
            probabilities: probabilities)
    }
}

/// What a network said of one region: kept to score other versions of the same network.
public struct Readout: Sendable {
    /// Of its own final layer.
    public var logits: [Float]
    /// Before the final layer; empty for networks without one.
    public var embedding: [Float]
}
