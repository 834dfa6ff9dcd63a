import ONNXFormat
import TestSupport
import Testing

@testable import Inference

/// A network with one Relu between input and output, to be spoilt.
private func plain() -> ONNXModel {
    ONNXModel(
        graph: ONNXGraph(
            name: "g", nodes: [ONNXNode(name: "only", operatorType: "Relu", inputs: ["x"], outputs: ["y"])],
            initializers: [], inputs: [ONNXValueInfo(name: "x", shape: [1, 2, 4, 4])],
            outputs: [ONNXValueInfo(name: "y", shape: nil)]))
}

private func tensor(_ name: String, _ shape: [Int], _ value: Float = 1) -> ONNXTensor {
    let floats = [Float](repeating: value, count: shape.reduce(1, *))
    guard let tensor = ONNXTensor(name: name, shape: shape, floats: floats) else {
        preconditionFailure("as many elements as the shape says")
    }
    return tensor
}

private func refusal(_ spoil: (inout ONNXModel) -> Void) throws -> InferenceError? {
    var model = plain()
    spoil(&model)
    let bytes = try model.serialized()
    do throws(InferenceError) {
        _ = try network(bytes)
        return nil
    } catch {
        return error
    }
}

@Test func thePlainNetworkIsTaken() throws {
    #expect(try refusal { _ in } == nil)
}

@Test func anUnknownOperatorIsNamedWithItsNode() throws {
    let error = try refusal { $0.graph.nodes[0].operatorType = "Frobnicate" }
    #expect(error?.kind == .unknownOperator)
    #expect(error?.location == "node 'only' (Frobnicate)")
    let foreign = try refusal { $0.graph.nodes[0].domain = "com.example" }
    #expect(foreign?.kind == .unknownOperator)
}

@Test func aCycleIsRefused() throws {
    let error = try refusal {
        $0.graph.nodes = [
            ONNXNode(operatorType: "Add", inputs: ["x", "b"], outputs: ["y"]),
            ONNXNode(name: "back", operatorType: "Relu", inputs: ["y"], outputs: ["b"]),
        ]
    }
    #expect(error?.kind == .cycle)
    #expect(try refusal { $0.graph.nodes[0].inputs = ["y"] }?.kind == .cycle)
}

@Test func nodesInAnyOrderAreSorted() throws {
    #expect(
        try refusal {
            $0.graph.nodes = [
                ONNXNode(operatorType: "Relu", inputs: ["b"], outputs: ["y"]),
                ONNXNode(operatorType: "Sigmoid", inputs: ["x"], outputs: ["b"]),
            ]
        } == nil)
}

@Test func aValueThatNothingMakesIsNamed() throws {
    let error = try refusal { $0.graph.nodes[0].inputs = ["weights"] }
    #expect(error?.kind == .missing)
    #expect(error?.what.contains("'weights'") == true)
    #expect(try refusal { $0.graph.outputs[0].name = "z" }?.kind == .missing)
}

@Test func twoWritersOfOneValueAreRefused() throws {
    #expect(try refusal { $0.graph.nodes.append($0.graph.nodes[0]) }?.kind == .invalid)
    #expect(try refusal { $0.graph.nodes[0].outputs = ["x"] }?.kind == .invalid)
}

@Test func sizesThatNoBoardHasAreRefusedBeforeTheyAreAllocated() throws {
    #expect(try refusal { $0.graph.inputs[0].shape = [1, 3, 100_000, 100_000] }?.kind == .tooLarge)
    #expect(try refusal { $0.graph.inputs[0].shape = [1 << 20, 1 << 20] }?.kind == .tooLarge)
    let heavy = try refusal { model in
        model.graph.inputs[0].shape = [1, 1, 4_096, 4_096]
        model.graph.initializers = [tensor("w", [64, 1, 31, 31])]
        model.graph.nodes = [
            ONNXNode(
                operatorType: "Conv", inputs: ["x", "w"], outputs: ["y"],
                attributes: ["strides": .ints([2, 2]), "pads": .ints([15, 15, 15, 15])])
        ]
    }
    #expect(heavy?.kind == .tooLarge)
    let doubling = try refusal { model in
        model.graph.initializers = [tensor("v0", [1_024])]
        model.graph.nodes = (0..<60).map {
            ONNXNode(
                operatorType: "Concat", inputs: ["v\($0)", "v\($0)"], outputs: ["v\($0 + 1)"],
                attributes: ["axis": .int(0)])
        }
        model.graph.outputs[0].name = "v60"
    }
    #expect(doubling?.kind == .tooLarge)
}

@Test func shapesThatContradictEachOtherAreRefused() throws {
    let cases: [(ONNXNode, [ONNXTensor])] = [
        (ONNXNode(operatorType: "Conv", inputs: ["x", "w"], outputs: ["y"]), [tensor("w", [4, 3, 1, 1])]),
        (ONNXNode(operatorType: "Conv", inputs: ["x", "w"], outputs: ["y"]), [tensor("w", [4, 2, 5, 5])]),
        (ONNXNode(operatorType: "Conv", inputs: ["x", "w"], outputs: ["y"]), [tensor("w", [4, 2, 1])]),
        (ONNXNode(operatorType: "Conv", inputs: ["x"], outputs: ["y"]), []),
        (
            ONNXNode(operatorType: "Conv", inputs: ["x", "w"], outputs: ["y"], attributes: ["group": .int(0)]),
            [tensor("w", [4, 2, 1, 1])]
        ),
        (
            ONNXNode(
                operatorType: "Conv", inputs: ["x", "w"], outputs: ["y"], attributes: ["strides": .ints([0, 1])]),
            [tensor("w", [4, 2, 1, 1])]
        ),
        (
            ONNXNode(
                operatorType: "Conv", inputs: ["x", "w"], outputs: ["y"],
                attributes: ["pads": .ints([Int.max, 0, 0, 0])]),
            [tensor("w", [4, 2, 1, 1])]
        ),
        (
            ONNXNode(operatorType: "Conv", inputs: ["x", "w"], outputs: ["y"], attributes: ["novelty": .int(1)]),
            [tensor("w", [4, 2, 1, 1])]
        ),
        (ONNXNode(operatorType: "Add", inputs: ["x", "w"], outputs: ["y"]), [tensor("w", [3])]),
        (ONNXNode(operatorType: "MatMul", inputs: ["x", "w"], outputs: ["y"]), [tensor("w", [5, 2])]),
        (ONNXNode(operatorType: "Gemm", inputs: ["x", "w"], outputs: ["y"]), [tensor("w", [4, 2])]),
        (ONNXNode(operatorType: "Concat", inputs: ["x"], outputs: ["y"], attributes: ["axis": .int(9)]), []),
        (ONNXNode(operatorType: "Concat", inputs: [], outputs: ["y"], attributes: ["axis": .int(0)]), []),
        (ONNXNode(operatorType: "Flatten", inputs: ["x"], outputs: ["y"], attributes: ["axis": .int(7)]), []),
        (ONNXNode(operatorType: "MaxPool", inputs: ["x"], outputs: ["y"]), []),
        (
            ONNXNode(
                operatorType: "MaxPool", inputs: ["x"], outputs: ["y"], attributes: ["kernel_shape": .ints([9, 9])]),
            []
        ),
        (ONNXNode(operatorType: "Softmax", inputs: ["x"], outputs: ["y"], attributes: ["axis": .int(-5)]), []),
        (ONNXNode(operatorType: "Relu", inputs: ["x", "x"], outputs: ["y"]), []),
        (ONNXNode(operatorType: "Relu", inputs: [], outputs: ["y"]), []),
        (ONNXNode(operatorType: "Reshape", inputs: ["x", "x"], outputs: ["y"]), []),
        (
            ONNXNode(
                operatorType: "BatchNormalization", inputs: ["x", "w", "w", "w", "w"], outputs: ["y"]),
            [tensor("w", [2], -1)]
        ),
    ]
    for (node, tensors) in cases {
        let error = try refusal {
            $0.graph.nodes = [node]
            $0.graph.initializers = tensors
        }
        #expect(error != nil, "\(node)")
        #expect(error?.location.contains("(\(node.operatorType))") == true, "\(node)")
    }
}

@Test func aShapeOutOfOverflowingNumbersIsRefused() throws {
    for numbers in [[Int.max, Int.max], [-1, -1], [-2, 16], [1 << 62, 4], [0, 0, 0, 0, 0], [Int.min]] {
        let error = try refusal { model in
            if let shape = ONNXTensor(name: "s", shape: [numbers.count], integers: numbers) {
                model.graph.initializers = [shape]
            }
            model.graph.nodes = [ONNXNode(operatorType: "Reshape", inputs: ["x", "s"], outputs: ["y"])]
        }
        #expect(error?.kind == .invalid, "\(numbers)")
    }
}

@Test func openSizesAreRefusedUnlessTheyAreGivenAndAnOpenBatchIsOnePicture() throws {
    #expect(try refusal { $0.graph.inputs[0].shape = [1, 2, nil, 4] }?.kind == .unsupported)
    #expect(try refusal { $0.graph.inputs[0].elementType = nil }?.kind == .invalid)
    var model = plain()
    model.graph.inputs[0].shape = [nil, 2, 4, 4]
    #expect(try network(try model.serialized()).inputs[0].shape == [1, 2, 4, 4])
    model.graph.inputs[0].shape = [nil, 2, nil, nil]
    let bytes = try model.serialized()
    let given = try bytes.withUnsafeBytes { try Network(onnx: $0, threads: 1, inputShape: [1, 2, 5, 6]) }
    #expect(given.inputs[0].shape == [1, 2, 5, 6])
}

@Test func aNetworkMayHaveSeveralInputsAndIntegersAmongThem() throws {
    var model = plain()
    model.graph.inputs = [
        ONNXValueInfo(name: "x", shape: [2, 2]), ONNXValueInfo(name: "i", elementType: .int32, shape: [3]),
    ]
    model.graph.nodes = [
        ONNXNode(operatorType: "Gather", inputs: ["x", "i"], outputs: ["y"]),
        ONNXNode(operatorType: "Neg", inputs: ["i"], outputs: ["z"]),
    ]
    model.graph.outputs = ["y", "z"].map { ONNXValueInfo(name: $0, shape: nil) }
    let network = try network(try model.serialized())
    _ = network.floatInput("x")?.update(fromContentsOf: [1, 2, 3, 4])
    // Beyond the end is the last: a run can't refuse, and reads nothing outside.
    _ = network.integerInput("i")?.update(fromContentsOf: [0, -1, Int.max])
    network.run()
    #expect(network.output("y").map(Array.init) == [1, 2, 3, 4, 3, 4])
    #expect(network.integerOutput("z").map { Array($0.prefix(2)) } == [0, 1])
    #expect(network.output("z") == nil && network.integerOutput("y") == nil && network.integerInput("x") == nil)
    #expect(network.outputs.map(\.type) == [.float32, .int32])
}

/// Sizes out of the file must not overflow, nor be allocated, wherever an operator makes a shape of them.
@Test(arguments: [[1 << 62, 4], [1 << 40], [Int.max, 0, Int.max], [1 << 31, 1 << 31, 1 << 31], [-2], [Int.min]])
func hugeSizesAreRefusedByEveryOperatorThatTakesSome(sizes: [Int]) throws {
    for type in ["Expand", "Tile", "ConstantOfShape", "Reshape", "Pad", "Resize", "Range", "TopK", "Slice", "Split"] {
        let error = try refusal { model in
            model.graph.inputs[0].shape = sizes.map { _ in 2 }
            if let tensor = ONNXTensor(name: "s", shape: [sizes.count], integers: sizes) {
                model.graph.initializers = [tensor]
            }
            let inputs =
                switch type {
                case "ConstantOfShape": ["s"]
                case "Range": ["s", "s", "s"]
                case "Resize": ["x", "", "", "s"]
                case "Slice": ["x", "s", "s", "s", "s"]
                default: ["x", "s"]
                }
            model.graph.nodes = [ONNXNode(operatorType: type, inputs: inputs, outputs: ["y"])]
        }
        #expect(error != nil, "\(type)")
        #expect(
            error?.location.contains("(\(type))") == true || error?.location == "output 'y'", "\(type) \(error as Any)")
    }
}

@Test func operatorsOfAnUnknownVersionAreRefused() throws {
    #expect(try refusal { $0.opsets = ["": 0] }?.kind == .unsupported)
    #expect(try refusal { $0.opsets = ["": 1_000] }?.kind == .unsupported)
    #expect(try refusal { $0.opsets = [:] }?.kind == .invalid)
}

@Test func aChainAsLongAsItMayBeDoesNotOverflowTheStack() throws {
    let long = try refusal { model in
        model.graph.nodes = (0..<4_000).map {
            ONNXNode(operatorType: "Relu", inputs: [$0 == 0 ? "x" : "v\($0)"], outputs: ["v\($0 + 1)"])
        }
        model.graph.outputs[0].name = "v4000"
    }
    #expect(long == nil)
}

/// Any bytes give a network that runs, or a typed error: never a trap, never a read outside.
@Test(arguments: UInt64(0)..<40)
func spoiltFilesAreRefusedOrRun(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let name = Fixture.names[Int(seed) % Fixture.names.count]
    let fixture = try Fixture(name)
    let limits = InferenceLimits(small: true)
    for _ in 0..<25 {
        var bytes = fixture.bytes
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes.remove(at: place)
            default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
            }
        }
        if let network = try? network(bytes, threads: 1, limits: limits) { network.run() }
    }
}

@Test(arguments: ["mobilenet-v3-opset-10", "shapes"])
func filesThatEndTooSoonAreRefused(name: String) throws {
    let fixture = try Fixture(name)
    let step = max(1, fixture.bytes.count / 600)
    for end in stride(from: 0, to: fixture.bytes.count, by: step) {
        #expect(throws: InferenceError.self) { try network(Array(fixture.bytes[..<end])) }
    }
}

extension InferenceLimits {
    /// Tight, so that a mutation that makes a network a thousand times as large is refused, not computed.
    fileprivate init(small: Bool) {
        self.init()
        elements = 1 << 20
        multiplications = 1e8
        foldedElements = 1 << 20
        arenaBytes = 1 << 26
    }
}

/// A small file whose nodes share one constant: each would make a copy of its own.
@Test func constantsThatWouldMultiplyAreRefused() throws {
    let shared = [tensor("w", [1_024, 1_024, 1, 1]), tensor("p", [1_024])]
    for withNorm in [false, true] {
        let error = try refusal { model in
            model.graph.inputs[0].shape = [1, 1_024, 1, 1]
            model.graph.initializers = shared
            var (nodes, value) = ([ONNXNode](), "x")
            for index in 0..<300 {
                nodes.append(ONNXNode(operatorType: "Conv", inputs: [value, "w"], outputs: ["c\(index)"]))
                value = "c\(index)"
                guard withNorm else { continue }
                nodes.append(
                    ONNXNode(
                        operatorType: "BatchNormalization", inputs: [value, "p", "p", "p", "p"],
                        outputs: ["b\(index)"]))
                value = "b\(index)"
            }
            model.graph.nodes = nodes
            model.graph.outputs[0].name = value
        }
        #expect(error?.kind == .tooLarge)
    }
    let norms = try refusal { model in
        model.graph.inputs[0].shape = [1, 1 << 20]
        model.graph.initializers = [tensor("p", [1 << 20])]
        model.graph.nodes = (0..<100).map {
            ONNXNode(
                operatorType: "BatchNormalization", inputs: [$0 == 0 ? "x" : "v\($0)", "p", "p", "p", "p"],
                outputs: ["v\($0 + 1)"])
        }
        model.graph.outputs[0].name = "v100"
    }
    #expect(norms?.kind == .tooLarge)
}
