import Foundation
import ONNXFormat
import TestSupport

@testable import Inference

/// A small network out of `Fixtures`, with onnxruntime's answers inside (`make_fixtures.py` made both).
struct Fixture {
    let name: String
    let bytes: [UInt8]
    /// By name of the output.
    let expected: [String: [Float]]
    let inputCount: Int

    init(_ name: String) throws {
        self.name = name
        let url = SharedData.repository.appending(path: "Tests/InferenceTests/Fixtures/\(name).onnx")
        bytes = [UInt8](try Data(contentsOf: url))
        let model = try bytes.withUnsafeBytes { bytes throws(ONNXFormatError) in try ONNXModel(bytes: bytes) }
        var expected: [String: [Float]] = [:]
        for tensor in model.graph.initializers where tensor.name.hasPrefix("expected:") {
            expected[String(tensor.name.dropFirst("expected:".count))] = tensor.floats()
        }
        self.expected = expected
        inputCount = model.graph.inputs[0].shape?.compactMap(\.self).reduce(1, *) ?? 0
    }

    /// The input that the answers belong to.
    var input: [Float] { patternInput(inputCount) }

    static let names = [
        "axes-opset-18", "convolutions", "elementwise", "mobilenet-v2", "mobilenet-v3", "mobilenet-v3-opset-10",
        "movement",
        "pools", "resnet", "resnet-bottleneck", "shapes", "softmax-opset-11", "convnext", "efficientnet", "shufflenet",
        "densenet-inception", "attention", "operators",
    ]
}

/// Element i is `((i * 2654435761 mod 2^32) >> 16) / 32768 - 1`: the same in every language.
func patternInput(_ count: Int) -> [Float] {
    (0..<count).map { Float((UInt32(truncatingIfNeeded: $0) &* 2_654_435_761) >> 16) / 32_768 - 1 }
}

/// The first element that lies further from `expected` than a share of the greatest magnitude, said in words; nil where
/// all are near.
func difference(_ found: some Collection<Float>, _ expected: [Float], share: Float = 2e-5) -> String? {
    guard found.count == expected.count else { return "\(found.count) elements instead of \(expected.count)" }
    let allowed = share * max(expected.map(\.magnitude).max() ?? 0, 1)
    for (index, (value, wanted)) in zip(found, expected).enumerated() where !((value - wanted).magnitude <= allowed) {
        return "element \(index): \(value) instead of \(wanted)"
    }
    return nil
}

/// A network out of a file in memory.
func network(
    _ bytes: [UInt8], threads: Int = 1, kernels: Kernels = Kernels(), limits: InferenceLimits = .standard
) throws(InferenceError) -> Network {
    try bytes.withUnsafeBufferPointer { bytes throws(InferenceError) in
        try Network(onnx: UnsafeRawBufferPointer(bytes), threads: threads, limits: limits, kernels: kernels)
    }
}

extension Network {
    /// Runs on one input; all outputs by name.
    func answers(_ input: [Float]) -> [String: [Float]] {
        _ = self.input.update(fromContentsOf: input)
        run()
        var answers: [String: [Float]] = [:]
        for info in outputs { answers[info.name] = output(info.name).map(Array.init) }
        return answers
    }
}
