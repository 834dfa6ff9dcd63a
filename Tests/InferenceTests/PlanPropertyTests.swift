import CKernels
import ONNXFormat
import TestSupport
import Testing

@testable import Inference

/// What the planner fuses, lays out and cuts must not show: every plan computes what the plain executor computes from the
/// graph as it was read.
@Test(arguments: UInt64(0)..<120)
func everyPlanComputesWhatTheGraphSays(seed: UInt64) throws {
    let random = try RandomNetwork(seed: seed)
    let graph = try GraphBuilder.graph(of: random.model, limits: .standard)
    let input = patternInput(graph[graph.inputs[0]].count)
    let expected = try graph.evaluate([input])
    let bytes = try random.model.serialized()
    for (index, set) in instructionSets.enumerated() {
        let network = try network(
            bytes, threads: 1 + (index + Int(seed)) % 3, kernels: Kernels(allowed: rk_cpu_up_to(set)))
        let answers = network.answers(input)
        #expect(answers.count == random.model.graph.outputs.count)
        for (name, tensor) in expected {
            let fault = difference(answers[name] ?? [], try tensor.floats(), share: 1e-4)
            #expect(fault == nil, "output \(name), \(set)\n\(network.planDescription)")
        }
    }
}
