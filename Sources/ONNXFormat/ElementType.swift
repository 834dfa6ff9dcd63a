/// The type of a tensor's elements; raw values as in the format.
public enum ONNXElementType: Int, Sendable, CaseIterable {
    /// IEEE 754, 32 bits.
    case float32 = 1
    /// Unsigned, 8 bits.
    case uint8 = 2
    /// Signed, 8 bits.
    case int8 = 3
    /// Unsigned, 16 bits.
    case uint16 = 4
    /// Signed, 16 bits.
    case int16 = 5
    /// Signed, 32 bits.
    case int32 = 6
    /// Signed, 64 bits.
    case int64 = 7
    /// One byte, 0 or 1.
    case bool = 9
    /// IEEE 754, 16 bits.
    case float16 = 10
    /// IEEE 754, 64 bits.
    case double = 11
    /// Unsigned, 32 bits.
    case uint32 = 12
    /// Unsigned, 64 bits.
    case uint64 = 13
    /// The upper half of a float32.
    case bfloat16 = 16

    /// Bytes of one element.
    public var byteCount: Int {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16, .float16, .bfloat16: 2
        case .float32, .int32, .uint32: 4
        case .int64, .uint64, .double: 8
        }
    }

    /// Whether its values have a fraction.
    public var isFloating: Bool {
        switch self {
        case .float32, .float16, .double, .bfloat16: true
        default: false
        }
    }
}

extension Float {
    /// The value of an IEEE 754 half: exact, also for subnormal numbers, infinities and NaN.
    init(halfBits bits: UInt16) {
        let sign = UInt32(bits & 0x8000) << 16
        let exponent = UInt32(bits >> 10) & 0x1F
        let fraction = UInt32(bits & 0x3FF)
        switch exponent {
        case 0:  // zero or subnormal: fraction × 2^-24
            let magnitude = Float(fraction) * Float(bitPattern: 0x3380_0000)
            self = Float(bitPattern: magnitude.bitPattern | sign)
        case 31: self = Float(bitPattern: sign | 0x7F80_0000 | (fraction << 13))
        default: self = Float(bitPattern: sign | ((exponent + 112) << 23) | (fraction << 13))
        }
    }
}
