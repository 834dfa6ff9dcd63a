import ONNXFormat
import Testing

@testable import Inference

private func graph(_ name: String) throws -> Graph {
    try Fixture(name).bytes.withUnsafeBytes { bytes in
        try GraphBuilder.graph(of: try ONNXModel(bytes: bytes), limits: .standard)
    }
}

private func operators(_ graph: Graph) -> [String] { graph.nodes.map { "\(type(of: $0.operation))" } }

@Test(arguments: ["mobilenet-v2", "mobilenet-v3", "resnet", "resnet-bottleneck"])
func noBatchNormalisationIsLeftBehindAConvolution(name: String) throws {
    #expect(operators(try graph(name)).contains("ChannelScale"))
    #expect(!operators(try graph(name).optimised()).contains("ChannelScale"))
}

@Test func hardSwishIsRecognisedInItsArithmetic() throws {
    let written = try graph("mobilenet-v3-opset-10").optimised()
    let known = try graph("mobilenet-v3").optimised()
    let formulas = { (graph: Graph) in
        graph.nodes.compactMap { $0.operation as? Activation }.filter {
            if case .clamp = $0 { false } else { true }
        }
    }
    #expect(formulas(written).count == formulas(known).count)
    for (left, right) in zip(formulas(written), formulas(known)) {
        switch (left, right) {
        case (.hardSwish(let alpha, let beta), .hardSwish(let wanted, 0.5)),
            (.hardSigmoid(let alpha, let beta), .hardSigmoid(let wanted, 0.5)):
            #expect(beta == 0.5)
            #expect((alpha - wanted).magnitude < 1e-7)
        default: Issue.record("\(left) instead of \(right)")
        }
    }
    #expect(written.nodes.count == known.nodes.count)
}

@Test func aConvolutionIsFusedWithWhatFollowsIt() throws {
    let graph = try graph("resnet").optimised()
    let types = fused(graph).map(\.operatorType)
    #expect(types.contains("BatchNormalization + Add + Relu") || types.contains("Conv + Add + Relu"))
    #expect(!types.contains("Relu") && !types.contains("Add"))
}

/// Conv, BatchNormalization, Relu, Add: whichever value between them is an output too, all outputs stay right.
@Test(arguments: ["a", "b", "c", "d"])
func aValueThatIsAlsoAnOutputIsNeverFusedAway(output: String) throws {
    let weights = try #require(ONNXTensor(name: "w", shape: [2, 2, 1, 1], floats: [1, 2, 3, 4]))
    let ones = try #require(ONNXTensor(name: "o", shape: [2], floats: [2, -1]))
    let model = ONNXModel(
        graph: ONNXGraph(
            name: "g",
            nodes: [
                ONNXNode(operatorType: "Conv", inputs: ["x", "w"], outputs: ["a"]),
                ONNXNode(
                    operatorType: "BatchNormalization", inputs: ["a", "o", "o", "o", "p"], outputs: ["b"]),
                ONNXNode(operatorType: "Add", inputs: ["b", "x"], outputs: ["c"]),
                ONNXNode(operatorType: "Relu", inputs: ["c"], outputs: ["d"]),
                ONNXNode(operatorType: "Sigmoid", inputs: ["d"], outputs: ["e"]),
            ],
            initializers: [weights, ones, try #require(ONNXTensor(name: "p", shape: [2], floats: [0.5, 3]))],
            inputs: [ONNXValueInfo(name: "x", shape: [1, 2, 3, 3])],
            outputs: [ONNXValueInfo(name: output, shape: nil), ONNXValueInfo(name: "e", shape: nil)]))
    let graph = try GraphBuilder.graph(of: model, limits: .standard)
    let input = patternInput(18)
    let expected = try graph.evaluate([input])
    let answers = try network(try model.serialized()).answers(input)
    for name in [output, "e"] {
        #expect(difference(answers[name] ?? [], try #require(expected[name]).floats()) == nil, "output \(name)")
    }
}

@Test func swishGeluAndChannelShufflesAreRecognisedInTheirArithmetic() throws {
    let swish = try graph("efficientnet").optimised()
    #expect(swish.nodes.filter { $0.operation as? Activation == .swish }.count == 8)
    let gelu = try graph("convnext").optimised()
    #expect(gelu.nodes.filter { $0.operation as? Activation == .gelu }.count == 2)
    #expect(!gelu.nodes.contains { $0.operation as? Activation == .erf })
    let shuffle = try graph("shufflenet").optimised()
    #expect(shuffle.nodes.filter { $0.operatorType == "Reshape" && $0.operation is Rearrangement }.count == 2)
    #expect(!shuffle.nodes.contains { $0.operatorType == "Transpose" })
}

@Test func whatALinearLayerAddsIsPartOfItsProduct() throws {
    let graph = try graph("convnext").optimised()
    let products = graph.nodes.compactMap { $0.operation as? MatrixProduct }
    #expect(products.count == 5)
    #expect(products.filter(\.hasAddend).count == 5)
}
