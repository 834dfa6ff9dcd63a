import ONNXFormat
import TestSupport

@testable import Inference

/// A small quantised network of every kind of layer that runs on bytes, with random integers: the same for the same seed.
///
///     picture -> stem 3x3 s2 -> depthwise 5x5 -> project -> expand -> depthwise 3x3 -> project + residual
///             -> add of two values -> head -> mean = embedding -> dense = logits
struct QuantisedNetwork {
    private var random: SplitMix64
    private(set) var graph: ONNXGraph

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        let side = 15 + 2 * Int(seed % 4)
        graph = ONNXGraph(
            name: "quantised", nodes: [], initializers: [],
            inputs: [ONNXValueInfo(name: "image", shape: [1, 3, side, side])],
            outputs: [ONNXValueInfo(name: "embedding", shape: nil), ONNXValueInfo(name: "logits", shape: nil)])
        build()
    }

    func model() -> ONNXModel { ONNXModel(graph: graph) }

    private mutating func build() {
        let width = [16, 24, 72, 80][Int.random(in: 0..<4, using: &random)]
        let image = quantised("image", scale: 1 / 128, zero: 127)
        let stem = layer(image, [32, 3, 3, 3], strides: 2, pads: [0, 0, 1, 1], scale: 0.02)
        let deep = layer(stem, [32, 1, 5, 5], pads: [2, 2, 2, 2], groups: 32, scale: 0.02, clip: true)
        let first = layer(deep, [width, 32, 1, 1], scale: 0.05, zero: 128)
        let wide = layer(first, [3 * width, width, 1, 1], scale: 0.02)
        let filtered = layer(wide, [3 * width, 1, 3, 3], pads: [1, 1, 1, 1], groups: 3 * width, scale: 0.02)
        let narrow = layer(filtered, [width, 3 * width, 1, 1], scale: 0.07, zero: 120, adding: first)
        let sum = name()
        node("Add", [narrow, first], sum)
        let doubled = quantised(sum, scale: 0.1, zero: 131)
        let head = layer(doubled, [70, width, 1, 1], scale: 0.02)
        node("GlobalAveragePool", [head], "pooled")
        node("Flatten", ["pooled"], "embedding")
        let vector = quantised("embedding", scale: 0.02, zero: 0)
        node("Gemm", [vector] + filters([11, 70]), "logits", ["transB": .int(1)])
    }

    private mutating func name() -> String { "v\(graph.nodes.count)" }

    private mutating func node(
        _ type: String, _ inputs: [String], _ output: String, _ attributes: [String: ONNXAttribute] = [:]
    ) {
        graph.nodes.append(ONNXNode(operatorType: type, inputs: inputs, outputs: [output], attributes: attributes))
    }

    private mutating func constant(_ shape: [Int], _ floats: [Float]) -> String {
        let name = "c\(graph.initializers.count)"
        if let tensor = ONNXTensor(name: name, shape: shape, floats: floats) { graph.initializers.append(tensor) }
        return name
    }

    private mutating func constant(_ type: ONNXElementType, _ shape: [Int], _ bytes: [UInt8]) -> String {
        let name = "c\(graph.initializers.count)"
        if let tensor = ONNXTensor(name: name, elementType: type, shape: shape, bytes: bytes) {
            graph.initializers.append(tensor)
        }
        return name
    }

    /// A value by way of bytes.
    private mutating func quantised(_ value: String, scale: Float, zero: UInt8) -> String {
        let format = [constant([], [scale]), constant(.uint8, [], [zero])]
        let (bytes, numbers) = (value + "_q", value + "_dq")
        node("QuantizeLinear", [value] + format, bytes)
        node("DequantizeLinear", [bytes] + format, numbers)
        return numbers
    }

    /// Weights and bias of integers.
    private mutating func filters(_ shape: [Int]) -> [String] {
        let (channels, size) = (shape[0], shape.dropFirst().reduce(1, *))
        let weights = (0..<channels * size).map { _ in Int8.random(in: -127...127, using: &random) }
        let spread = 60 * Float(size).squareRoot()
        let scales = (0..<channels).map { _ in Float.random(in: 0.5...2, using: &random) / spread }
        let bias = (0..<channels).map { _ in Int32.random(in: -9_000...9_000, using: &random) }
        let scale = constant([channels], scales)
        let names = [(name() + "_w"), (name() + "_b")]
        let integers = constant(.int8, shape, weights.map { UInt8(bitPattern: $0) })
        let zeros = constant(.int8, [channels], [UInt8](repeating: 0, count: channels))
        node("DequantizeLinear", [integers, scale, zeros], names[0], ["axis": .int(0)])
        let steps = constant([channels], scales.map { $0 / 128 })
        let words = constant(
            .int32, [channels],
            bias.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } })
        node("DequantizeLinear", [words, steps], names[1], ["axis": .int(0)])
        return names
    }

    /// A convolution whose result goes by way of bytes.
    private mutating func layer(
        _ input: String, _ shape: [Int], strides: Int = 1, pads: [Int] = [0, 0, 0, 0], groups: Int = 1, scale: Float,
        zero: UInt8 = 0, clip: Bool = false, adding other: String? = nil
    ) -> String {
        var value = name()
        node(
            "Conv", [input] + filters(shape), value,
            ["strides": .ints([strides, strides]), "pads": .ints(pads), "group": .int(groups)])
        if let other {
            let bytes = quantised(value, scale: 0.05, zero: 128)
            value = name()
            node("Add", [bytes, other], value)
        }
        if clip {
            let limits = [constant([], [0.5]), constant([], [3])]
            let clipped = name()
            node("Clip", [value] + limits, clipped)
            value = clipped
        }
        return quantised(value, scale: scale, zero: zero)
    }
}
