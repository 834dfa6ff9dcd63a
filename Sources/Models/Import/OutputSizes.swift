import Foundation
import Inference
import ONNXFormat

/// The outputs of a network with the number of their values, found by loading it.
func outputSizes(of bytes: Data, inputShape: [Int]) throws -> [(name: String, count: Int)] {
    let network = try bytes.withUnsafeBytes { bytes in
        try Network(onnx: bytes, threads: 1, inputShape: inputShape)
    }
    return network.outputs.filter(\.type.isFloating).map { ($0.name, $0.shape.reduce(1, *)) }
}
