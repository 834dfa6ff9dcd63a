import ONNXFormat

/// A value in memory as an operator's plain code sees it: dense, in the graph's own order.
///
/// Floating values are float32; integers of every type, and bool as 0 and 1, are `Int`.
struct Operand {
    let shape: [Int]
    let type: ONNXElementType
    let count: Int
    /// Holds `count` elements, aligned for `Int`.
    let base: UnsafeMutableRawPointer

    init(shape: [Int], type: ONNXElementType, base: UnsafeMutableRawPointer) {
        self.shape = shape
        self.type = type
        count = shape.reduce(1, *)
        self.base = base
    }

    var isFloating: Bool { type.isFloating }

    /// The elements of a floating value.
    var floats: UnsafeMutablePointer<Float> { base.assumingMemoryBound(to: Float.self) }

    /// The elements of a value of integers.
    var integers: UnsafeMutablePointer<Int> { base.assumingMemoryBound(to: Int.self) }
}

/// Memory of its own for an operand: where a value is computed when the network is loaded.
final class OperandMemory {
    let operand: Operand

    init(shape: [Int], type: ONNXElementType) {
        let count = shape.reduce(1, *)
        let base = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 8, alignment: 64)
        if type.isFloating {
            base.initializeMemory(as: Float.self, repeating: 0, count: count)
        } else {
            base.initializeMemory(as: Int.self, repeating: 0, count: count)
        }
        operand = Operand(shape: shape, type: type, base: base)
    }

    convenience init(_ tensor: Tensor) throws(Fault) {
        self.init(shape: tensor.shape, type: tensor.type)
        if tensor.type.isFloating {
            operand.floats.update(from: try tensor.floats(), count: operand.count)
        } else {
            operand.integers.update(from: try tensor.integers(), count: operand.count)
        }
    }

    /// The elements as a constant.
    var tensor: Tensor {
        if operand.isFloating {
            let elements = UnsafeBufferPointer(start: operand.floats, count: operand.count)
            return Tensor(shape: operand.shape, floats: Array(elements))
        }
        let elements = UnsafeBufferPointer(start: operand.integers, count: operand.count)
        return Tensor(shape: operand.shape, integers: Array(elements), type: operand.type)
    }

    deinit { operand.base.deallocate() }
}

extension ONNXElementType {
    /// The value that is left of an integer in this type: the upper bits are cut off, as the format's arithmetic does.
    @inline(__always)
    func wrapped(_ value: Int) -> Int {
        switch self {
        case .uint8: Int(UInt8(truncatingIfNeeded: value))
        case .int8: Int(Int8(truncatingIfNeeded: value))
        case .uint16: Int(UInt16(truncatingIfNeeded: value))
        case .int16: Int(Int16(truncatingIfNeeded: value))
        case .int32: Int(Int32(truncatingIfNeeded: value))
        case .uint32: Int(UInt32(truncatingIfNeeded: value))
        case .bool: value == 0 ? 0 : 1
        default: value
        }
    }

    /// The smallest and largest value of an integer type, as far as `Int` holds them.
    var integerRange: ClosedRange<Int> {
        switch self {
        case .uint8: 0...255
        case .int8: -128...127
        case .uint16: 0...65_535
        case .int16: -32_768...32_767
        case .int32: Int(Int32.min)...Int(Int32.max)
        case .uint32: 0...Int(UInt32.max)
        case .bool: 0...1
        case .uint64: 0...Int.max
        default: Int.min...Int.max
        }
    }
}

extension Int {
    /// The whole part of a number; the nearest there is where it has none.
    init(clamping value: Double) {
        if value.isNaN {
            self = 0
        } else if value >= 0x1p63 {
            self = .max
        } else {
            self = value <= -0x1p63 ? .min : Int(value)
        }
    }
}
