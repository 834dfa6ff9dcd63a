import Foundation

extension ONNXTensor {
    /// The elements of a floating type as float32: halves are exact, doubles are rounded to nearest.
    /// - Returns: nil for other types.
    /// - Complexity: O(count); allocates the answer.
    public func floats() -> [Float]? {
        guard elementType.isFloating else { return nil }
        switch payload {
        case .floats(let values): return values
        case .doubles(let values): return values.map { Float($0) }
        case .words(let values):  // halves, in the lower bits
            return values.map { float(halfWord: UInt16(truncatingIfNeeded: $0)) }
        case .longs, .unsignedLongs: return nil
        case .raw(let data):
            switch elementType {
            case .float32: return elements(of: data, as: Float.self)
            case .double: return elements(of: data, as: Double.self).map { Float($0) }
            default: return elements(of: data, as: UInt16.self).map(float(halfWord:))
            }
        }
    }

    /// The elements of an integer type or bool.
    /// - Returns: nil for floating types, and where an unsigned 64-bit value is beyond `Int`.
    /// - Complexity: O(count); allocates the answer.
    public func integers() -> [Int]? {
        guard !elementType.isFloating else { return nil }
        switch payload {
        case .floats, .doubles: return nil
        case .words(let values): return values.map { Int($0) }
        case .longs(let values): return values.map { Int($0) }
        case .unsignedLongs(let values): return exact(values)
        case .raw(let data):
            switch elementType {
            case .uint8, .bool: return elements(of: data, as: UInt8.self).map { Int($0) }
            case .int8: return elements(of: data, as: Int8.self).map { Int($0) }
            case .uint16: return elements(of: data, as: UInt16.self).map { Int($0) }
            case .int16: return elements(of: data, as: Int16.self).map { Int($0) }
            case .int32: return elements(of: data, as: Int32.self).map { Int($0) }
            case .uint32: return elements(of: data, as: UInt32.self).map { Int($0) }
            case .int64: return elements(of: data, as: Int64.self).map { Int($0) }
            case .uint64: return exact(elements(of: data, as: UInt64.self))
            case .float32, .float16, .double, .bfloat16: return nil
            }
        }
    }

    /// Lends the elements as the format's raw bytes, little-endian.
    /// - Complexity: O(1) where the file has them so, as it has large constants; then nothing is copied.
    public func withBytes<Answer>(_ body: (UnsafeRawBufferPointer) -> Answer) -> Answer {
        if case .raw(let data) = payload { return data.withUnsafeBytes(body) }
        return bytes().withUnsafeBytes(body)
    }

    /// The elements as the format's raw bytes, little-endian.
    /// - Complexity: O(count); allocates the answer.
    public func bytes() -> [UInt8] {
        switch payload {
        case .raw(let data): [UInt8](data)
        case .floats(let values): littleEndian(values.map(\.bitPattern))
        case .doubles(let values): littleEndian(values.map(\.bitPattern))
        case .longs(let values): littleEndian(values)
        case .unsignedLongs(let values):
            elementType == .uint32 ? littleEndian(values.map { UInt32(truncatingIfNeeded: $0) }) : littleEndian(values)
        case .words(let values):
            switch elementType.byteCount {
            case 1: values.map { UInt8(truncatingIfNeeded: $0) }
            case 2: littleEndian(values.map { UInt16(truncatingIfNeeded: $0) })
            default: littleEndian(values)
            }
        }
    }

    private func float(halfWord bits: UInt16) -> Float {
        elementType == .bfloat16 ? Float(bitPattern: UInt32(bits) << 16) : Float(halfBits: bits)
    }
}

private func exact(_ values: [UInt64]) -> [Int]? {
    values.allSatisfy { $0 <= UInt64(Int.max) } ? values.map { Int($0) } : nil
}

/// Little-endian elements out of bytes of any alignment; what is left over at the end is not looked at.
private func elements<Element: BitwiseCopyable>(of data: Data, as type: Element.Type) -> [Element] {
    let count = data.count / MemoryLayout<Element>.size
    return [Element](unsafeUninitializedCapacity: count) { target, written in
        written = data.copyBytes(to: target) / MemoryLayout<Element>.size
    }
}

private func littleEndian<Integer: FixedWidthInteger>(_ values: [Integer]) -> [UInt8] {
    values.map(\.littleEndian).withUnsafeBytes { [UInt8]($0) }
}
