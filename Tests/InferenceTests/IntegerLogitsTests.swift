import Foundation
import TestSupport
import Testing

@testable import Inference

/// The promise of the integer kernels: the shipped int8 network gives the same logits and embedding, to the last bit, on every
/// processor and with any number of threads. The digest was taken on amd64 (AVX-512 VNNI); a photo's pixels are no part of it,
/// so that decoding is not either.
@Test(arguments: [1, 2])
func theShippedIntegerNetworkGivesTheSameBitsEverywhere(threads: Int) throws {
    let file = try shippedBackbone(of: "efficientnet-lite0/2")
    let network = try file.withUnsafeBytes { bytes throws(InferenceError) in
        try Network(onnx: bytes, threads: threads)
    }
    var digest = Digest()
    for seed in 1...3 as ClosedRange<UInt32> {
        fill(network, seed: seed)
        network.run()
        for name in ["embedding", "logits"] { digest.add(try #require(network.output(name))) }
    }
    #expect(String(digest.value, radix: 16) == "fc12761ca1574e01")
}

/// Smooth waves of pixel values with noise on them: a network's layers see more than noise alone would show them.
private func fill(_ network: Network, seed: UInt32) {
    let side = 224
    var state = seed
    for channel in 0..<3 {
        for row in 0..<side {
            for column in 0..<side {
                state = state &* 1_664_525 &+ 1_013_904_223
                let wave = (row * (channel + 1) + column * Int(seed)) % 192
                let value = min(255, max(wave, 191 - wave) + Int(state >> 26))
                network.input[(channel * side + row) * side + column] = (Float(value) - 127) / 128
            }
        }
    }
}

/// FNV-1a over the bits of values.
private struct Digest {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ values: some Sequence<Float>) {
        for element in values { value = (value ^ UInt64(element.bitPattern)) &* 0x100_0000_01b3 }
    }
}
