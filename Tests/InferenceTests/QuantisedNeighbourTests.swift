import ONNXFormat
import TestSupport
import Testing

@testable import Inference

/// What stands between bytes and numbers in ways that no integer kernel takes: it is computed by the general operators.
struct QuantisedNeighbourTests {
    /// Where quantised values are read by something else, too.
    enum Case: CaseIterable, Sendable {
        /// Three channels, whose bytes are filled up, go through a convolution and as numbers elsewhere.
        case threeChannels
        /// A convolution of bytes whose picture is wanted as numbers.
        case pictureOfNumbers
        /// The bytes themselves are an output of the network.
        case bytesAsOutput
        /// A product of four dimensions, which lie otherwise as bytes.
        case productOfPictures
        /// Signed bytes all the way.
        case signedBytes
        /// A scale for each channel of a value that is computed.
        case scalesOfChannels
    }

    @Test(arguments: Case.allCases)
    func theAnswersAreThoseOfTheFile(what: Case) throws {
        let model = try model(of: what)
        let graph = try GraphBuilder.graph(of: model, limits: .standard)
        let picture = patternInput(graph[graph.inputs[0]].count)
        let expected = try graph.evaluate([picture])
        let loaded = try network(try model.serialized())
        let answers = loaded.answers(picture)
        #expect(graph.outputs.count == answers.count + (what == .bytesAsOutput ? 1 : 0))
        for (name, wanted) in expected {
            guard wanted.type.isFloating else {
                let found = Array(try #require(loaded.integerOutput(name)))
                #expect(zip(found, try wanted.integers()).allSatisfy { abs($0 - $1) <= 1 }, "\(name)")
                continue
            }
            // A sum of integers and the sum of the numbers they stand for differ by a rounding; a byte by a step.
            let numbers = try wanted.floats()
            #expect(difference(try #require(answers[name]), numbers, share: 0.011) == nil, "\(name)")
        }
    }

    private func model(of what: Case) throws -> ONNXModel {
        let channels = what == .threeChannels ? 3 : 8
        let type = what == .signedBytes ? ONNXElementType.int8 : .uint8
        let zero: UInt8 = what == .signedBytes ? UInt8(bitPattern: -5) : 120
        var random = SplitMix64(seed: 3)
        var initializers = [
            try #require(ONNXTensor(name: "s", shape: [], floats: [0.01])),
            try #require(ONNXTensor(name: "z", elementType: type, shape: [], bytes: [zero])),
            try #require(ONNXTensor(name: "ws", shape: [], floats: [0.004])),
            try #require(
                ONNXTensor(
                    name: "w", elementType: .int8, shape: [channels, channels, 3, 3],
                    bytes: (0..<channels * channels * 9).map { _ in
                        UInt8(bitPattern: Int8.random(in: -100...100, using: &random))
                    })),
        ]
        var nodes = [
            ONNXNode(operatorType: "QuantizeLinear", inputs: ["x", "s", "z"], outputs: ["q"]),
            ONNXNode(operatorType: "DequantizeLinear", inputs: ["q", "s", "z"], outputs: ["d"]),
            ONNXNode(operatorType: "DequantizeLinear", inputs: ["w", "ws"], outputs: ["v"]),
            ONNXNode(operatorType: "Conv", inputs: ["d", "v"], outputs: ["c"]),
            ONNXNode(operatorType: "QuantizeLinear", inputs: ["c", "s", "z"], outputs: ["r"]),
            ONNXNode(operatorType: "DequantizeLinear", inputs: ["r", "s", "z"], outputs: ["y"]),
        ]
        var outputs = ["y"]
        switch what {
        case .threeChannels:
            nodes.append(ONNXNode(operatorType: "Relu", inputs: ["d"], outputs: ["positive"]))
            outputs.append("positive")
        case .pictureOfNumbers: outputs.append("c")
        case .bytesAsOutput: outputs.append("q")
        case .productOfPictures:
            initializers.append(
                try #require(
                    ONNXTensor(name: "m", elementType: .int8, shape: [6, 2], bytes: (0..<12).map { UInt8($0 * 7) })))
            nodes.append(ONNXNode(operatorType: "DequantizeLinear", inputs: ["m", "ws"], outputs: ["n"]))
            nodes.append(ONNXNode(operatorType: "MatMul", inputs: ["d", "n"], outputs: ["product"]))
            outputs.append("product")
        case .signedBytes: break
        case .scalesOfChannels:
            let scales = (1...channels).map { Float($0) / 100 }
            initializers.append(try #require(ONNXTensor(name: "many", shape: [channels], floats: scales)))
            nodes.append(ONNXNode(operatorType: "QuantizeLinear", inputs: ["c", "many"], outputs: ["t"]))
            nodes.append(ONNXNode(operatorType: "DequantizeLinear", inputs: ["t", "many"], outputs: ["scaled"]))
            outputs.append("scaled")
        }
        return ONNXModel(
            graph: ONNXGraph(
                name: "neighbours", nodes: nodes, initializers: initializers,
                inputs: [ONNXValueInfo(name: "x", shape: [1, channels, 7, 6])],
                outputs: outputs.map { ONNXValueInfo(name: $0, shape: nil) }))
    }
}

/// CastLike rounds to the type that the other value has in the file, though all floats are float32 in memory.
@Test(arguments: [(ONNXElementType.float16, Float(1)), (.bfloat16, 1), (.float32, 1.000_4)])
func castLikeRoundsToTheTypeOfTheFile(type: ONNXElementType, expected: Float) throws {
    let bytes = [UInt8](repeating: 0, count: type == .float32 ? 4 : 2)
    let like = try #require(ONNXTensor(name: "like", elementType: type, shape: [], bytes: bytes))
    let model = ONNXModel(
        graph: ONNXGraph(
            name: "cast",
            nodes: [
                ONNXNode(operatorType: "Neg", inputs: ["like"], outputs: ["computed"]),
                ONNXNode(operatorType: "CastLike", inputs: ["x", "computed"], outputs: ["y"]),
            ], initializers: [like], inputs: [ONNXValueInfo(name: "x", shape: [1])],
            outputs: [ONNXValueInfo(name: "y", shape: nil)]))
    #expect(try network(try model.serialized()).answers([1.000_4])["y"] == [expected])
}
