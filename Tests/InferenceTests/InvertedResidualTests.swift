import ONNXFormat
import TestSupport
import Testing

@testable import Inference

/// A whole block row by row against the same block with what lies between as an output too, which must be in memory as a whole: both
/// agree to the bit, on any number of threads.
@Test(arguments: UInt64(0)..<12)
func theBlockRowByRowGivesTheBitsOfItsParts(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let (inputs, channels) = (Int.random(in: 5...24, using: &random), Int.random(in: 64...100, using: &random))
    let (height, width) = (Int.random(in: 120...150, using: &random), Int.random(in: 120...150, using: &random))
    let kernel = [Int.random(in: 1...3, using: &random), Int.random(in: 1...5, using: &random)]
    let hasResidual = seed % 2 == 0
    let outputs = hasResidual ? inputs : Int.random(in: 1...40, using: &random)
    let strides = hasResidual ? [1, 1] : (0..<2).map { _ in Int.random(in: 1...2, using: &random) }
    // The picture keeps its size where the input is added.
    let pads =
        hasResidual
        ? kernel.map { ($0 - 1) / 2 } + kernel.map { $0 / 2 }
        : (0..<4).map { _ in Int.random(in: 0...6, using: &random) }
    func constant(_ name: String, _ shape: [Int]) throws -> ONNXTensor {
        let floats = (0..<shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &random) }
        return try #require(ONNXTensor(name: name, shape: shape, floats: floats))
    }
    let constants = [
        try constant("we", [channels, inputs, 1, 1]), try constant("be", [channels]),
        try constant("wd", [channels, 1] + kernel), try constant("bd", [channels]),
        try constant("wp", [outputs, channels, 1, 1]), try constant("bp", [outputs]),
        try constant("wq", [inputs, inputs, 1, 1]),
    ]
    let activations = ["Relu", "HardSwish", "Sigmoid"]
    var nodes = [
        ONNXNode(operatorType: "Conv", inputs: ["x", "we", "be"], outputs: ["e"]),
        ONNXNode(operatorType: activations[Int(seed % 3)], inputs: ["e"], outputs: ["a"]),
        ONNXNode(
            operatorType: "Conv", inputs: ["a", "wd", "bd"], outputs: ["d"],
            attributes: ["group": .int(channels), "strides": .ints(strides), "pads": .ints(pads)]),
        ONNXNode(operatorType: activations[Int(seed / 3 % 3)], inputs: ["d"], outputs: ["c"]),
        ONNXNode(operatorType: "Conv", inputs: ["c", "wp", "bp"], outputs: ["p"]),
    ]
    if hasResidual {
        // The block's input, or another value.
        nodes.append(ONNXNode(operatorType: "Conv", inputs: ["x", "wq"], outputs: ["q"]))
        nodes.append(ONNXNode(operatorType: "Add", inputs: ["p", seed % 4 == 0 ? "x" : "q"], outputs: ["s"]))
    }
    nodes.append(
        ONNXNode(operatorType: activations[Int(seed / 2 % 3)], inputs: [hasResidual ? "s" : "p"], outputs: ["y"]))
    var model = ONNXModel(
        opsets: ["": 14],
        graph: ONNXGraph(
            name: "block", nodes: nodes, initializers: constants,
            inputs: [ONNXValueInfo(name: "x", shape: [1 + Int(seed % 2), inputs, height, width])],
            outputs: [ONNXValueInfo(name: "y", shape: nil)]))
    let fused = try (1...4).map { try network(try model.serialized(), threads: $0) }
    func runsWhole(_ network: Network) -> Bool {
        network.profile(runs: 1) { .zero }.contains {
            $0.operatorType.split(separator: " + ").count { $0 == "Conv" } == 3
        }
    }
    #expect(runsWhole(fused[0]), "\(channels) channels of \(height) x \(width)")
    model.graph.outputs.append(ONNXValueInfo(name: "c", shape: nil))
    let apart = try network(try model.serialized())
    #expect(!runsWhole(apart))
    let input = patternInput(apart.input.count)
    let expected = apart.answers(input)["y"]
    for (index, network) in fused.enumerated() {
        #expect(network.answers(input)["y"] == expected, "\(index + 1) threads, \(height) x \(width), \(kernel)")
    }
}
