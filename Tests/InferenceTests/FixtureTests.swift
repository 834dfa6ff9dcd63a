import CKernels
import ONNXFormat
import Testing

@testable import Inference

/// The instruction sets that this machine can be made to use, each as `rk_cpu()` counts them.
let instructionSets: [String] = (["scalar", "avx2", "avx512", "neon"] as [String]).filter { rk_cpu_up_to($0) != 0 }

@Test(arguments: Fixture.names, instructionSets)
func networksGiveTheAnswersOfOnnxruntime(name: String, instructionSet: String) throws {
    let fixture = try Fixture(name)
    let network = try network(fixture.bytes, kernels: Kernels(allowed: rk_cpu_up_to(instructionSet)))
    let answers = network.answers(fixture.input)
    #expect(Set(answers.keys) == Set(fixture.expected.keys))
    for (output, expected) in fixture.expected {
        #expect(difference(answers[output] ?? [], expected) == nil, "output \(output)")
    }
}

@Test(arguments: Fixture.names)
func theReferenceGivesTheAnswersOfOnnxruntime(name: String) throws {
    let fixture = try Fixture(name)
    let model = try fixture.bytes.withUnsafeBytes { bytes throws(ONNXFormatError) in try ONNXModel(bytes: bytes) }
    let graph = try GraphBuilder.graph(of: model, limits: .standard)
    for graph in [graph, try graph.optimised()] {
        let answers = try graph.evaluate([fixture.input])
        for (output, expected) in fixture.expected {
            #expect(difference(try answers[output]?.floats() ?? [], expected) == nil, "output \(output)")
        }
    }
}

@Test(arguments: Fixture.names)
func anyNumberOfThreadsGivesTheSameBits(name: String) throws {
    let fixture = try Fixture(name)
    let alone = try network(fixture.bytes).answers(fixture.input)
    for threads in 2...4 {
        let network = try network(fixture.bytes, threads: threads)
        for _ in 0..<5 { #expect(network.answers(fixture.input) == alone, "\(threads) threads") }
    }
}

@Test func theInputStaysAsItIsSoThatARunCanBeRepeated() throws {
    let fixture = try Fixture("mobilenet-v2")
    let network = try network(fixture.bytes)
    let first = network.answers(fixture.input)
    network.run()
    #expect(Array(network.input) == fixture.input)
    for (name, values) in first { #expect(network.output(name).map(Array.init) == values) }
    #expect(network.output("nobody") == nil)
}

@Test func theProfileNamesEveryStepWithItsKernel() throws {
    let network = try network(Fixture("mobilenet-v3").bytes)
    var ticks = 0
    let timings = network.profile(runs: 3) {
        ticks += 1
        return .microseconds(ticks)
    }
    #expect(timings.allSatisfy { $0.microseconds == 1 })
    #expect(
        timings.contains { $0.operatorType.hasPrefix("Conv") && $0.kernel.hasPrefix("depthwise") && $0.operations > 0 })
    #expect(timings.contains { $0.operatorType == "Mul" && $0.kernel.hasPrefix("scale") })
}
