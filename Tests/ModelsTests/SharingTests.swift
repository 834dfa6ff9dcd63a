import Foundation
import Imaging
import Inference
import ONNXFormat
import TestSupport
import Testing
import Vocabulary

@testable import Models

/// One network under several versions, and a version as a file for other runtimes.
struct SharingTests {
    private static func photo() throws -> Data {
        try Data(contentsOf: SharedData.repository.appending(path: "models/efficientnet-lite0/1/golden/hare.jpg"))
    }

    private static func classify(_ classifier: Classifier) throws -> Prediction {
        try classifier.answer(photo(), named: "hare.jpg", decoder: JPEGDecoder(limits: .standard))
    }

    @Test func versionsOnOneNetworkAnswerBitForBitAsAlone() throws {
        let home = try TemporaryDirectory()
        let registry = Registry(
            directories: [home.path("models"), SharedData.repository.appending(path: "models").path])
        let head = try registry.add(try Heads.draft(registry, seed: 3))
        let stock = try Classifier(registry.version(Registry.stock), threads: 1, clock: { .zero })
        let shared = try Classifier(head, sharing: stock)
        let alone = try Classifier(head, threads: 1, clock: { .zero })
        #expect(shared.shares(with: stock) && !alone.shares(with: stock))

        let expected = try SharingTests.classify(alone)
        let acting = try SharingTests.classify(stock)
        let beside = shared.prediction(of: "frame", from: stock.readout())
        #expect(beside.fingerprint == expected.fingerprint)
        #expect(beside.model == head.id && beside.digest == head.digest)
        #expect(acting.model == Registry.stock && acting.probabilities.count == 1000)
        // The other way round: the head acts, the shipped version is scored beside it.
        #expect(try SharingTests.classify(shared).fingerprint == expected.fingerprint)
        #expect(stock.prediction(of: "frame", from: shared.readout()).fingerprint == acting.fingerprint)
    }

    @Test func aVersionOnAnotherNetworkIsNotShared() throws {
        let copy = try Copy()
        let stock = try Classifier(copy.load(), threads: 1, clock: { .zero })
        try copy.edit("\"embedding\": \"embedding\"", "\"embedding\": null")
        #expect(throws: ModelError.self) { try Classifier(copy.load(), sharing: stock) }
    }

    @Test func theONNXFileOfTheShippedVersionRunsToTheSameAnswer() throws {
        let copy = try Copy()
        let version = try copy.load()
        let classifier = try Classifier(version, threads: 1, clock: { .zero })
        let expected = try SharingTests.classify(classifier)
        let onnx = try version.standardONNX()
        let network = try onnx.withUnsafeBytes { try Network(onnx: $0, threads: 1) }
        _ = network.input.update(fromContentsOf: classifier.network.input)
        network.run()
        let found = try #require(network.output("probabilities"))
        #expect(found.count == expected.probabilities.count)
        for (one, other) in zip(found, expected.probabilities) { #expect(abs(one - other) < 1e-5) }
    }

    /// Rooster itself does not run what a head is exported as: the end of the file is worked out by hand here.
    /// (scripts/check-export compares the whole file in onnxruntime.)
    @Test func theONNXFileOfATaughtVersionEndsInItsHead() throws {
        let home = try TemporaryDirectory()
        let registry = Registry(
            directories: [home.path("models"), SharedData.repository.appending(path: "models").path])
        var draft = try Heads.draft(registry, seed: 5)
        draft.manifest.temperature = 0.7
        let version = try registry.add(draft)
        let classifier = try Classifier(version, threads: 1, clock: { .zero })
        let expected = try SharingTests.classify(classifier)
        let embedding = try #require(classifier.embedding)

        let file = try [UInt8](version.standardONNX())
        let graph = try file.withUnsafeBytes { try ONNXModel(bytes: $0) }.graph
        #expect(
            graph.nodes.suffix(8).map(\.operatorType) == [
                "Flatten", "Relu", "ReduceSum", "Add", "Div", "Sqrt", "Gemm", "Softmax",
            ])
        #expect(graph.outputs.map(\.name) == ["logits", "probabilities"])
        #expect(Set(graph.initializers.map(\.name)).count == graph.initializers.count)
        let gemm = try #require(graph.nodes.first { $0.operatorType == "Gemm" })
        func constant(_ name: String) throws -> [Float] {
            try #require(graph.initializers.first { $0.name == name }?.floats())
        }
        let (weights, biases) = (try constant(gemm.inputs[1]), try constant(gemm.inputs[2]))
        let sum = embedding.reduce(0) { $0 + max($1, 0) }
        let feature = embedding.map { (max($0, 0) / sum).squareRoot() }
        let powers = biases.enumerated().map { label, bias in
            exp(zip(feature, weights[(label * feature.count)...]).reduce(bias) { $0 + $1.0 * $1.1 })
        }
        for (power, probability) in zip(powers, expected.probabilities) {
            #expect(abs(power / powers.reduce(0, +) - probability) < 1e-4)
        }
    }
}
