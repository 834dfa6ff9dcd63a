// QuantizeLinear: saturate(nearest even(x / scale) + zero). DequantizeLinear: (x - zero) * scale.

import ONNXFormat

/// How numbers stand for bytes: `number = (byte - zero) * scale`.
struct ByteFormat: Sendable, Hashable {
    /// Above 0.
    var scale: Float
    /// 0 to 255. Where a file has signed bytes, they and their zero are raised by 128.
    var zero: Int

    /// The nearest byte.
    func byte(_ value: Float) -> Int {
        let rounded = (value / scale).rounded(.toNearestOrEven)
        return min(max(Int(min(max(rounded, -32_768), 32_767)) + zero, 0), 255)
    }

    func number(_ byte: Int) -> Float { Float(byte - zero) * scale }
}

/// Integers of a file that stand for numbers: the weights and biases of a quantised network. They become numbers only
/// where an operator asks for those.
struct QuantisedConstant: Sendable {
    let integers: Tensor
    /// One, or one for each place along `axis`.
    let scales: [Float]
    let zeros: [Int]
    let axis: Int

    var isSymmetric: Bool { zeros.allSatisfy { $0 == 0 } }

    func numbers() throws(Fault) -> [Float] {
        let values = try integers.integers()
        guard scales.count > 1 || zeros.count > 1 else {
            return values.map { Float($0 - zeros[0]) * scales[0] }
        }
        let inner = integers.shape[(axis + 1)...].reduce(1, *)
        return values.enumerated().map { index, value in
            let place = index / inner % integers.shape[axis]
            return Float(value - zeros[zeros.count > 1 ? place : 0]) * scales[scales.count > 1 ? place : 0]
        }
    }
}

/// The attributes and constants that both operators share.
private struct Parameters {
    var scales: [Float]
    var zeros: [Int]
    var type: ONNXElementType
    var axis: Int

    init(_ node: inout NodeReader, _ input: Value) throws(Fault) {
        guard let scale = try node.constant(1, "scale") else { throw Fault(.invalid, "it has no scale") }
        let zero = try node.constant(2, "zero point")
        _ = try node.int("saturate", in: 0...1)
        _ = try node.int("precision", in: 0...100)
        if let block = try node.int("block_size", in: 0...1 << 20), block != 0 {
            throw Fault(.unsupported, "it has a scale for each block of \(block)")
        }
        let given = try node.int("output_dtype", in: 0...100).flatMap { $0 == 0 ? nil : ONNXElementType(rawValue: $0) }
        scales = try scale.floats()
        zeros = try zero?.integers() ?? [0]
        type = zero?.type ?? given ?? .uint8
        axis = 0
        let number = try node.int("axis", in: -8...7) ?? 1
        if scales.count > 1 { axis = try resolvedAxis(number, rank: input.shape.count) }
        guard zeros.count == scales.count || zeros.count == 1,
            scales.count == 1 || scales.count == input.shape[axis]
        else {
            throw Fault(.invalid, "\(scales.count) scales, \(zeros.count) zero points for the shape \(input.shape)")
        }
        guard scales.allSatisfy({ $0.isFinite && $0 > 0 }) else { throw Fault(.invalid, "a scale is not above 0") }
    }

    /// As one format of bytes.
    func format() throws(Fault) -> ByteFormat {
        guard scales.count == 1, zeros.count == 1 else {
            throw Fault(.unsupported, "it has a scale for each channel of a value that depends on the input")
        }
        switch type {
        case .uint8 where (0...255).contains(zeros[0]): return ByteFormat(scale: scales[0], zero: zeros[0])
        case .int8 where (-128...127).contains(zeros[0]): return ByteFormat(scale: scales[0], zero: zeros[0] + 128)
        default: throw Fault(.unsupported, "it works on \(type) values with the zero point \(zeros[0])")
        }
    }
}

/// Numbers to bytes. Data input: x. What comes out are whole numbers of 0 to 255, also where the file has signed ones.
struct QuantizeLinear: Operation {
    let format: ByteFormat

    init(_ node: inout NodeReader) throws(Fault) {
        let input = try node.takeData(0)
        guard input.constant == nil else { throw Fault(.unsupported, "it quantises a constant") }
        format = try Parameters(&node, input).format()
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { try single(inputs) }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor {
        Tensor(shape: inputs[0].shape, floats: try inputs[0].floats().map { Float(format.byte($0)) })
    }
}

/// Bytes, or the integers of a constant, to numbers. Data input: x.
struct DequantizeLinear: Operation {
    /// nil for a constant.
    let format: ByteFormat?
    private let constant: QuantisedConstant?

    init(_ node: inout NodeReader) throws(Fault) {
        let input = try node.takeData(0)
        let parameters = try Parameters(&node, input)
        guard let tensor = input.constant else {
            (format, constant) = (try parameters.format(), nil)
            return
        }
        format = nil
        constant = QuantisedConstant(
            integers: tensor, scales: parameters.scales, zeros: parameters.zeros, axis: parameters.axis)
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { try single(inputs) }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor {
        if let constant { return Tensor(constant) }
        guard let format else { throw Fault(.invalid, "it has no scale") }
        return Tensor(shape: inputs[0].shape, floats: try inputs[0].floats().map { format.number(Int($0)) })
    }
}
