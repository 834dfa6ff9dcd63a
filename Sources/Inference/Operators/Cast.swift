// Cast, CastLike: the same values as another type; of floats the whole part, of numbers as bool whether they aren't 0.

import ONNXFormat

/// Another type for the same values. Data input: x.
///
/// float16 and bfloat16 stay float32 in memory, rounded as the type would.
struct Cast: PlainOperation {
    let target: ONNXElementType

    init(_ node: inout NodeReader) throws(Fault) {
        _ = try node.takeData(0)
        guard let code = try node.int("to", in: 0...100), let type = ONNXElementType(rawValue: code) else {
            throw Fault(.unsupported, "it casts to a type that isn't known")
        }
        _ = try node.flag("saturate")
        target = type
    }

    init(like node: inout NodeReader) throws(Fault) {
        _ = try node.takeData(0)
        guard let like = try node.takeReference(1) else { throw Fault(.invalid, "it has no second input") }
        _ = try node.flag("saturate")
        target = like.type.isFloating ? like.floatingType : like.type
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { try single(inputs) }

    func type(of inputs: [ONNXElementType]) -> ONNXElementType { target.isFloating ? .float32 : target }

    func compute(_ inputs: [Operand], into output: Operand) {
        let input = inputs[0]
        switch (input.isFloating, output.isFloating) {
        case (true, true):
            for index in 0..<output.count { output.floats[index] = rounded(input.floats[index]) }
        case (false, true):
            for index in 0..<output.count { output.floats[index] = rounded(Float(input.integers[index])) }
        case (true, false):
            for index in 0..<output.count {
                let value = input.floats[index]
                output.integers[index] =
                    target == .bool ? (value == 0 ? 0 : 1) : target.wrapped(Int(clamping: Double(value)))
            }
        case (false, false):
            for index in 0..<output.count { output.integers[index] = target.wrapped(input.integers[index]) }
        }
    }

    private func rounded(_ value: Float) -> Float {
        switch target {
        case .float16: roundedToHalf(value)
        case .bfloat16: roundedToBrain(value)
        default: value
        }
    }
}

/// The nearest float16, ties to even: 11 bits, 2^-24 apart at the smallest, infinite from 65520 on.
func roundedToHalf(_ value: Float) -> Float {
    guard value.isFinite else { return value }
    let magnitude = Double(value.magnitude)
    if magnitude >= 65_520 { return value < 0 ? -.infinity : .infinity }
    let unit = max(magnitude.exponent == Int.min ? -24 : Int(magnitude.exponent) - 10, -24)
    let scale = Double(sign: .plus, exponent: unit, significand: 1)
    let rounded = (magnitude / scale).rounded(.toNearestOrEven) * scale
    return value.sign == .minus ? -Float(rounded) : Float(rounded)
}

/// The nearest bfloat16, ties to even: the upper half of a float32.
func roundedToBrain(_ value: Float) -> Float {
    guard !value.isNaN else { return value }
    let bits = value.bitPattern
    return Float(bitPattern: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000)
}
