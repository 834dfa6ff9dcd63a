import ONNXFormat
import TestSupport
import Testing

@testable import Inference

/// Pictures too large for the ring, whose rows are overwritten while others are still needed. The same network with the
/// expanded picture as an output too can't be fused: both must agree to the bit, on any number of threads.
@Test(arguments: UInt64(0)..<40)
func theRingGivesTheBitsOfTheWholePicture(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let (inputs, channels) = (Int.random(in: 5...9, using: &random), Int.random(in: 2...80, using: &random))
    let (height, width) = (Int.random(in: 30...150, using: &random), Int.random(in: 30...150, using: &random))
    let kernel = (0..<2).map { _ in Int.random(in: 1...5, using: &random) }
    func constant(_ name: String, _ shape: [Int]) throws -> ONNXTensor {
        let floats = (0..<shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &random) }
        return try #require(ONNXTensor(name: name, shape: shape, floats: floats))
    }
    let constants = [
        try constant("we", [channels, inputs, 1, 1]), try constant("be", [channels]),
        try constant("wd", [channels, 1] + kernel), try constant("bd", [channels]),
    ]
    let activations = ["Relu", "HardSwish", "Sigmoid"]
    var model = ONNXModel(
        opsets: ["": 14],
        graph: ONNXGraph(
            name: "block",
            nodes: [
                ONNXNode(operatorType: "Conv", inputs: ["x", "we", "be"], outputs: ["e"]),
                ONNXNode(operatorType: activations[Int(seed % 3)], inputs: ["e"], outputs: ["a"]),
                ONNXNode(
                    operatorType: "Conv", inputs: ["a", "wd", "bd"], outputs: ["d"],
                    attributes: [
                        "group": .int(channels),
                        "strides": .ints((0..<2).map { _ in Int.random(in: 1...3, using: &random) }),
                        "dilations": .ints((0..<2).map { _ in Int.random(in: 1...2, using: &random) }),
                        "pads": .ints((0..<4).map { _ in Int.random(in: 0...6, using: &random) }),
                    ]),
                ONNXNode(operatorType: activations[Int(seed / 3 % 3)], inputs: ["d"], outputs: ["y"]),
            ],
            initializers: constants,
            inputs: [ONNXValueInfo(name: "x", shape: [1 + Int(seed % 2), inputs, height, width])],
            outputs: [ONNXValueInfo(name: "y", shape: nil)]))
    let fused = try (1...3).map { try network(try model.serialized(), threads: $0) }
    #expect(
        fused[0].profile(runs: 1) { .zero }.contains {
            $0.kernel.contains("product") && $0.kernel.contains("depthwise")
        })
    model.graph.outputs.append(ONNXValueInfo(name: "a", shape: nil))
    let whole = try network(try model.serialized())
    #expect(
        !whole.profile(runs: 1) { .zero }.contains { $0.kernel.contains("product") && $0.kernel.contains("depthwise") })
    let input = patternInput(whole.input.count)
    let expected = whole.answers(input)["y"]
    for (index, network) in fused.enumerated() {
        #expect(network.answers(input)["y"] == expected, "\(index + 1) threads, \(height) x \(width), \(kernel)")
    }
}
