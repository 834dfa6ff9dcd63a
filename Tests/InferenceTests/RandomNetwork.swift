import ONNXFormat
import TestSupport

@testable import Inference

/// A network of random operators over small pictures, the same for the same seed. What doesn't fit is left out again, so
/// that every network can be run.
struct RandomNetwork {
    private(set) var model: ONNXModel
    private var random: SplitMix64
    private var shapes: [String: [Int]] = [:]
    private var names: [String] = []
    private var count = 0

    init(seed: UInt64) throws {
        random = SplitMix64(seed: seed)
        let shape =
            [Int.random(in: 1...2, using: &random), Int.random(in: 1...9, using: &random)]
            + [Int.random(in: 1...12, using: &random), Int.random(in: 1...12, using: &random)]
        model = ONNXModel(
            opsets: ["": 14],
            graph: ONNXGraph(
                name: "random", nodes: [], initializers: [], inputs: [ONNXValueInfo(name: "x", shape: shape)],
                outputs: []))
        shapes["x"] = shape
        names = ["x"]
        for _ in 0..<Int.random(in: 3...14, using: &random) { addNode() }
        finish()
    }

    private mutating func pick() -> String {
        // Mostly the newest, so that chains arise; at times an old one, so that values are read twice.
        Int.random(in: 0..<4, using: &random) > 0
            ? names[names.count - 1] : names[Int.random(in: 0..<names.count, using: &random)]
    }

    private mutating func constant(_ shape: [Int], _ range: ClosedRange<Float> = -0.8...0.8) -> String {
        count += 1
        let name = "c\(count)"
        let floats = (0..<shape.reduce(1, *)).map { _ in Float.random(in: range, using: &random) }
        if let tensor = ONNXTensor(name: name, shape: shape, floats: floats) { model.graph.initializers.append(tensor) }
        return name
    }

    private mutating func addNode() {
        let x = pick()
        guard let shape = shapes[x], shape.count == 4 else { return }
        let channels = shape[1]
        let kept = model.graph
        let one = { (random: inout SplitMix64) in Int.random(in: 1...3, using: &random) }
        switch Int.random(in: 0..<22, using: &random) {
        case 0...5:
            let kind = Int.random(in: 0..<4, using: &random)
            let outputs = kind == 0 ? channels : kind == 1 ? channels * 2 : Int.random(in: 1...40, using: &random)
            let kernel = kind == 3 ? [1, 1] : [one(&random), one(&random)]
            let groups = kind < 2 ? channels : 1
            var inputs = [x, constant([outputs, channels / groups] + kernel)]
            if Bool.random(using: &random) { inputs.append(constant([outputs])) }
            var attributes: [String: ONNXAttribute] = ["group": .int(groups)]
            if kind < 3 {
                attributes["strides"] = .ints([one(&random), one(&random)])
                attributes["dilations"] = .ints([1, Int.random(in: 1...2, using: &random)])
                attributes["pads"] = .ints((0..<4).map { _ in Int.random(in: 0...2, using: &random) })
            }
            add("Conv", inputs, attributes, replacing: kept)
        case 6:
            let parameters = [
                constant([channels]), constant([channels]), constant([channels]), constant([channels], 0.5...1.5),
            ]
            add("BatchNormalization", [x] + parameters, [:], replacing: kept)
        case 7...8:
            let operators = ["Relu", "HardSwish", "HardSigmoid", "Sigmoid", "LeakyRelu", "Elu", "Selu", "Tanh", "Erf"]
            add(operators[Int.random(in: 0..<operators.count, using: &random)], [x], [:], replacing: kept)
        case 9: add("Clip", [x, constant([], -0.5...0), constant([], 0...0.9)], [:], replacing: kept)
        case 10...11:
            let partners = names.filter { shapes[$0] == shape }
            let other = partners[Int.random(in: 0..<partners.count, using: &random)]
            add(["Add", "Mul", "Sub"][Int.random(in: 0..<3, using: &random)], [other, x], [:], replacing: kept)
        case 12:
            let factor = [[1], [channels, 1, 1], [1, channels, 1, 1], [shape[3]]][Int.random(in: 0..<4, using: &random)]
            add(
                ["Add", "Mul", "Div"][Int.random(in: 0..<3, using: &random)], [x, constant(factor, 0.5...2)], [:],
                replacing: kept)
        case 13:
            add("GlobalAveragePool", [x], [:], replacing: kept)
            if let pooled = names.last, pooled != x { add("Mul", [x, pooled], [:], replacing: model.graph) }
        case 14:
            let kind = ["MaxPool", "AveragePool"][Int.random(in: 0..<2, using: &random)]
            add(
                kind, [x],
                [
                    "kernel_shape": .ints([2, 2]), "strides": .ints([one(&random), 1]),
                    "ceil_mode": .int(Int.random(in: 0...1, using: &random)),
                ], replacing: kept)
        case 15:
            let orders = [[0, 2, 3, 1], [0, 3, 1, 2], [0, 1, 3, 2], [3, 2, 1, 0], [0, 2, 1, 3]]
            add(
                "Transpose", [x], ["perm": .ints(orders[Int.random(in: 0..<orders.count, using: &random)])],
                replacing: kept)
        case 16:
            let axis = Int.random(in: 1...3, using: &random)
            let numbers = [Int.random(in: 0...2, using: &random), Int.random(in: 1...9, using: &random), axis]
            let step = [1, 2, -1][Int.random(in: 0..<3, using: &random)]
            let ends = step < 0 ? [-1, -100, axis] : numbers
            add("Slice", [x] + (ends + [step]).map { constant(integers: [$0]) }, [:], replacing: kept)
        case 17: addSplit(x, axis: Int.random(in: 1...3, using: &random), shape)
        case 18: addShuffle(x, shape)
        case 19:
            add("Sigmoid", [x], [:], replacing: kept)
            if let gate = names.last, gate != x { add("Mul", [gate, x], [:], replacing: model.graph) }
        case 20:
            let block: [String: ONNXAttribute] = ["blocksize": .int(2)]
            add(["DepthToSpace", "SpaceToDepth"][Int.random(in: 0..<2, using: &random)], [x], block, replacing: kept)
        default:
            let partners = names.filter { name in
                shapes[name].map { $0.count == 4 && $0[0] == shape[0] && $0[2...] == shape[2...] } ?? false
            }
            add(
                "Concat", [x, partners[Int.random(in: 0..<partners.count, using: &random)]], ["axis": .int(1)],
                replacing: kept)
        }
    }

    private mutating func constant(integers: [Int]) -> String {
        count += 1
        let name = "c\(count)"
        if let tensor = ONNXTensor(name: name, shape: [integers.count], integers: integers) {
            model.graph.initializers.append(tensor)
        }
        return name
    }

    /// A value in two parts, put together the other way round.
    private mutating func addSplit(_ x: String, axis: Int, _ shape: [Int]) {
        guard shape[axis] > 1 else { return }
        count += 1
        let kept = model.graph
        let parts = ["p\(count)", "q\(count)"]
        model.graph.nodes.append(
            ONNXNode(
                operatorType: "Split", inputs: [x, constant(integers: [1, shape[axis] - 1])], outputs: parts,
                attributes: ["axis": .int(axis)]))
        add("Concat", parts.reversed(), ["axis": .int(axis)], replacing: kept)
    }

    /// Channels dealt out again, as ShuffleNet does.
    private mutating func addShuffle(_ x: String, _ shape: [Int]) {
        guard shape[1] % 2 == 0 else { return }
        let kept = model.graph
        count += 1
        let (split, turned) = ("s\(count)", "t\(count)")
        let middle = constant(integers: [shape[0], 2, shape[1] / 2, shape[2], shape[3]])
        model.graph.nodes += [
            ONNXNode(operatorType: "Reshape", inputs: [x, middle], outputs: [split]),
            ONNXNode(
                operatorType: "Transpose", inputs: [split], outputs: [turned],
                attributes: ["perm": .ints([0, 2, 1, 3, 4])]),
        ]
        add("Reshape", [turned, constant(integers: shape)], [:], replacing: kept)
    }

    /// Adds a node if the network can still be built; otherwise nothing is left of the attempt.
    private mutating func add(
        _ type: String, _ inputs: [String], _ attributes: [String: ONNXAttribute], replacing kept: ONNXGraph
    ) {
        count += 1
        let name = "v\(count)"
        model.graph.nodes.append(
            ONNXNode(operatorType: type, inputs: inputs, outputs: [name], attributes: attributes))
        model.graph.outputs = [ONNXValueInfo(name: name, shape: nil)]
        guard let graph = try? GraphBuilder.graph(of: model, limits: .standard),
            graph[graph.outputs[0].value].count < 60_000
        else {
            model.graph = kept
            return
        }
        shapes[name] = graph[graph.outputs[0].value].shape
        names.append(name)
    }

    /// A classifier's end, and one value in the middle as an output too.
    private mutating func finish() {
        let last = names[names.count - 1]
        var outputs = [names[Int.random(in: 0..<names.count, using: &random)]]
        if let shape = shapes[last], shape.count == 4 {
            let matrix = constant([shape[1], 11])
            let kept = model.graph
            add("GlobalAveragePool", [last], [:], replacing: kept)
            add("Flatten", [names[names.count - 1]], [:], replacing: model.graph)
            add("Gemm", [names[names.count - 1], matrix, constant([11])], [:], replacing: model.graph)
        }
        outputs.append(names[names.count - 1])
        outputs.append(last)
        model.graph.outputs = Set(outputs).sorted().map { ONNXValueInfo(name: $0, shape: nil) }
    }
}
