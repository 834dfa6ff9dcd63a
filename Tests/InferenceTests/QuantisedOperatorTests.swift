import CKernels
import ONNXFormat
import TestSupport
import Testing

@testable import Inference

/// Networks between QuantizeLinear and DequantizeLinear: what the integer kernels make of them against what the graph's plain
/// operators compute from the same integers.
struct QuantisedOperatorTests {
    @Test(arguments: UInt64(0)..<4)
    func everyInstructionSetAndThreadCountGivesTheBitsOfThePlainOperators(seed: UInt64) throws {
        let model = QuantisedNetwork(seed: seed).model()
        let file = try model.serialized()
        let graph = try GraphBuilder.graph(of: model, limits: .standard).optimised()
        var random = SplitMix64(seed: seed)
        let picture = (0..<graph[graph.inputs[0]].count).map { _ in
            Float(Int.random(in: -127...128, using: &random)) / 128
        }
        let expected = try graph.evaluate([picture])
        for isa in ["scalar", "avx2", "avxvnni", "avx512vnni", "neon", "dotprod"] {
            let allowed = rk_cpu_up_to(isa)
            guard allowed != 0 else { continue }  // not of this machine
            for threads in 1...3 {
                let network = try file.withUnsafeBytes {
                    try Network(onnx: $0, threads: threads, limits: .standard, kernels: Kernels(allowed: allowed))
                }
                #expect(network.precision == .int8)
                _ = network.input.update(fromContentsOf: picture)
                network.run()
                for name in ["embedding", "logits"] {
                    let wanted = try #require(try expected[name]?.floats())
                    #expect(Array(try #require(network.output(name))) == wanted, "\(name), \(isa), \(threads) threads")
                }
            }
        }
    }

    @Test func theNumbersAreThoseOfTheFileWithoutTheBytes() throws {
        let plain = try GraphBuilder.graph(of: QuantisedNetwork(seed: 7).model(), limits: .standard)
        let quantised = try plain.optimised()
        var random = SplitMix64(seed: 1)
        let picture = (0..<plain[plain.inputs[0]].count).map { _ in
            Float(Int.random(in: -127...128, using: &random)) / 128
        }
        let first = try #require(try plain.evaluate([picture])["embedding"]?.floats())
        let second = try #require(try quantised.evaluate([picture])["embedding"]?.floats())
        // One rounding is left out where a residual is added, and random weights make much of a step: a mistake in a scale
        // or a zero point would be of the size of the values.
        let largest = first.map(\.magnitude).max() ?? 0
        for (a, b) in zip(first, second) { #expect(abs(a - b) <= 0.1 * largest) }
    }

    @Test func allOfItBecomesOperatorsOnBytes() throws {
        let graph = try GraphBuilder.graph(of: QuantisedNetwork(seed: 0).model(), limits: .standard).optimised()
        #expect(!graph.nodes.contains { $0.operation is Convolution || $0.operation is MatrixProduct })
        #expect(graph.nodes.count { $0.operation is QuantisedConvolution } == 8)  // the dense layer, too
        #expect(graph.nodes.count { $0.operation is QuantisedAddition } == 1)
        #expect(graph.nodes.count { $0.operation is BytesToNumbers } == 0)
    }
}
