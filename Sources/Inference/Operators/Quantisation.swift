// QuantizeLinear: clamp(round(x / scale) + zero point), halves to even. DequantizeLinear: (x - zero point) * scale.
// DynamicQuantizeLinear: QuantizeLinear to uint8 with scale and zero point from the smallest and largest element.

import ONNXFormat

/// Rounds, shifts and clamps to a type's range.
@inline(__always)
func quantised(_ value: Float, zero: Int, _ type: ONNXElementType) -> Int {
    let range = type.integerRange
    let rounded = Int(clamping: Double(value.rounded(.toNearestOrEven)))
    let (sum, overflow) = rounded.addingReportingOverflow(zero)
    return min(max(overflow ? rounded : sum, range.lowerBound), range.upperBound)
}

/// Floats to integers, or back. Data inputs: x, scale, and a zero point where there is one.
struct Quantisation: PlainOperation {
    let isBack: Bool
    /// How bytes stand for the numbers, where one constant scale and zero point say so: what can run on bytes.
    let format: ByteFormat?
    /// Whether it is the weights or the bias of a quantised network: constant integers stay what they are until an operator
    /// asks for numbers.
    let keepsIntegers: Bool
    private let target: ONNXElementType
    private let axis: Int
    /// Element i has the scale `outer(i) * ... + inner(i)`: x is `[outer][length][inner]` about the axis, the scales are the
    /// same with `scales` along it, each for `block` elements; one scale for all is `(1, 1)`.
    private let view: AxisView
    private let block: Int
    private let scales: Int
    private let isBlocked: Bool

    init(_ node: inout NodeReader, back: Bool) throws(Fault) {
        isBack = back
        let (input, scale) = (try node.takeData(0), try node.takeData(1))
        let zero = try node.takeOptionalData(2)
        guard zero?.shape ?? scale.shape == scale.shape || (zero?.count == 1 && scale.count == 1), scale.count > 0,
            scale.type.isFloating, !back || !input.type.isFloating
        else {
            throw Fault(.invalid, "its scale and zero point differ in shape, or its input is of type \(input.type)")
        }
        let axis = try node.int("axis", in: -8...7) ?? 1
        let block = node.opset >= 21 ? try node.int("block_size", in: 0...1 << 30) ?? 0 : 0
        _ = try (node.flag("saturate"), node.int("precision", in: 0...100))
        let code = try node.int("output_dtype", in: 0...100) ?? 0
        guard let asked = code == 0 ? .uint8 : ONNXElementType(rawValue: code) else {
            throw Fault(.unsupported, "it makes elements of type \(code)")
        }
        target = back ? .float32 : zero?.type ?? asked
        guard back || !target.isFloating else { throw Fault(.invalid, "it quantises to \(target)") }
        format = back || input.type.isFloating ? try ByteFormat(back ? input.type : target, scale, zero) : nil
        isBlocked = block > 0
        keepsIntegers = back && block == 0 && [input, scale, zero].allSatisfy { $0 == nil || $0?.constant != nil }
        guard scale.count > 1 || block > 0 else {
            (view, self.block, scales, self.axis) = (AxisView([1, 1, max(input.count, 1)], axis: 1), 1, 1, 0)
            return
        }
        let place = try resolvedAxis(axis, rank: input.shape.count)
        self.axis = place
        view = AxisView(input.shape, axis: place)
        if block > 0 {
            var expected = input.shape
            expected[place] = (expected[place] + block - 1) / block
            guard scale.shape == expected else {
                throw Fault(.invalid, "its scales have the shape \(scale.shape), not \(expected)")
            }
            (self.block, scales) = (block, expected[place])
        } else {
            guard scale.shape == [input.shape[place]] else {
                throw Fault(.invalid, "its scales have the shape \(scale.shape) for \(input.shape) along axis \(axis)")
            }
            (self.block, scales) = (1, scale.count)
        }
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { inputs[0] }

    func type(of inputs: [ONNXElementType]) -> ONNXElementType { target }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor {
        guard keepsIntegers else { return try computed(inputs) }
        return Tensor(
            QuantisedConstant(
                integers: inputs[0], scales: try inputs[1].floats(),
                zeros: inputs.count > 2 ? try inputs[2].integers() : [0], axis: axis))
    }

    func compute(_ inputs: [Operand], into output: Operand) {
        let scale = inputs[1].floats
        let zero = inputs.count > 2 ? inputs[2].integers : nil
        for index in 0..<output.count {
            let place = index / view.inner % view.length / block
            let parameter =
                isBlocked
                ? (index / view.inner / view.length * scales + place) * view.inner + index % view.inner : place
            if isBack {
                output.floats[index] = Float(inputs[0].integers[index] &- (zero?[parameter] ?? 0)) * scale[parameter]
            } else {
                let value = inputs[0].isFloating ? inputs[0].floats[index] : Float(inputs[0].integers[index])
                output.integers[index] = quantised(value / scale[parameter], zero: zero?[parameter] ?? 0, target)
            }
        }
    }
}

extension ByteFormat {
    /// nil where it isn't one constant scale and zero point for 8-bit integers.
    fileprivate init?(_ type: ONNXElementType, _ scale: Value, _ zero: Value?) throws(Fault) {
        guard scale.count == 1, let scale = try scale.constant?.floats()[0], scale.isFinite, scale > 0,
            zero == nil || zero?.constant != nil, zero?.type ?? type == type
        else { return nil }
        let offset = try zero?.constant?.integers()[0] ?? 0
        switch type {
        case .uint8: self.init(scale: scale, zero: offset)
        case .int8: self.init(scale: scale, zero: offset + 128)
        default: return nil
        }
    }
}

/// uint8 with a scale of its own. Data input: x.
struct DynamicQuantisation: PlainOperation {
    enum Part: Sendable {
        case values, scale, zero
    }

    let part: Part

    init(_ node: inout NodeReader) throws(Fault) {
        guard try node.takeData(0).type.isFloating else { throw Fault(.invalid, "its input is no float") }
        part = [.values, .scale, .zero][min(node.outputIndex(), 2)]
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { part == .values ? inputs[0] : [] }

    func type(of inputs: [ONNXElementType]) -> ONNXElementType { part == .scale ? .float32 : .uint8 }

    func compute(_ inputs: [Operand], into output: Operand) {
        let source = inputs[0].floats
        var (smallest, largest) = (Float(0), Float(0))
        for index in 0..<inputs[0].count {
            smallest = min(smallest, source[index])
            largest = max(largest, source[index])
        }
        let scale = (largest - smallest) / 255
        let zero = quantised(scale == 0 ? 0 : -smallest / scale, zero: 0, .uint8)
        switch part {
        case .scale: output.floats[0] = scale
        case .zero: output.integers[0] = zero
        case .values:
            for index in 0..<output.count {
                output.integers[index] = quantised(scale == 0 ? 0 : source[index] / scale, zero: zero, .uint8)
            }
        }
    }
}
