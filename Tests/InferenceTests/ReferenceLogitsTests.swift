import CKernels
import Foundation
import TestSupport
import Testing

@testable import Inference

/// The network of a version that is shipped.
func shippedBackbone(of version: String) throws -> Data {
    let models = SharedData.repository.appending(path: "models")
    let text = try Data(contentsOf: models.appending(path: "\(version)/manifest.json"))
    let manifest = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
    let digest = try #require((manifest["backbone"] as? [String: Any])?["sha256"] as? String)
    return try Data(contentsOf: models.appending(path: "backbones/\(digest).onnx"))
}

/// The promise of issue 7: 1e-3 on all nine inputs; the two fp32 runtimes that made the file agree within 2e-5.
@Test(.enabled(if: SharedData.has("bench/reference_logits.npz")), arguments: [1, 2])
func theShippedNetworkGivesTheReferenceLogits(threads: Int) throws {
    let url = try #require(SharedData.url("bench/reference_logits.npz"))
    let archive = try NumPyArchive(url)
    let (pixels, logits, embeddings) = (
        archive.bytes("inputs"), archive.floats("logits"), archive.floats("embeddings")
    )
    #expect(logits.count == 9_000)
    let file = try shippedBackbone(of: "efficientnet-lite0/1")
    let network = try file.withUnsafeBytes { bytes throws(InferenceError) in
        try Network(onnx: bytes, threads: threads)
    }
    #expect(network.inputs.map(\.shape) == [[1, 3, 224, 224]])
    #expect(network.outputs.map(\.name).sorted() == ["embedding", "logits"])
    #expect(network.weightBytes < file.count + 1 << 20, "the weights are in memory once")
    let area = 224 * 224
    for index in 0..<9 {
        let picture = Array(pixels[index * area * 3..<(index + 1) * area * 3])
        for channel in 0..<3 {
            for pixel in 0..<area {
                network.input[channel * area + pixel] = (Float(picture[pixel * 3 + channel]) - 127) / 128
            }
        }
        network.run()
        let found = Array(try #require(network.output("logits")))
        let expected = Array(logits[index * 1_000..<(index + 1) * 1_000])
        let worst = zip(found, expected).map { ($0 - $1).magnitude }.max() ?? .infinity
        #expect(worst < 1e-3, "input \(index)")
        let embedding = Array(try #require(network.output("embedding")))
        #expect(difference(embedding, Array(embeddings[index * 1_280..<(index + 1) * 1_280]), share: 1e-3) == nil)
        if threads == 1 { print("input \(index): greatest difference of a logit \(worst)") }
    }
}
