import Foundation

/// A constant of the file: its shape and elements have been checked against each other.
///
/// The elements stay as they lie in the file until they are asked for; copies of a tensor share them.
public struct ONNXTensor: Sendable {
    /// The name; empty for the tensor of an attribute.
    public let name: String
    /// The type of the elements.
    public let elementType: ONNXElementType
    /// The dimensions, each at least 0; empty for a single value.
    public let shape: [Int]
    /// The product of `shape`.
    public let count: Int
    let payload: Payload

    /// Where the elements lie: in the format's raw bytes (little-endian), or in one of its typed fields.
    enum Payload: Sendable {
        case raw(Data)
        case floats([Float])
        case doubles([Double])
        case words([Int32])
        case longs([Int64])
        case unsignedLongs([UInt64])
    }

    /// A tensor of elements whose number has been checked by the caller.
    init(name: String, elementType: ONNXElementType, shape: [Int], count: Int, payload: Payload) {
        self.name = name
        self.elementType = elementType
        self.shape = shape
        self.count = count
        self.payload = payload
    }

    /// A float32 tensor.
    /// - Returns: nil where `floats` does not have as many elements as `shape` says.
    public init?(name: String, shape: [Int], floats: [Float]) {
        guard elementCount(of: shape) == floats.count else { return nil }
        self.init(name: name, elementType: .float32, shape: shape, count: floats.count, payload: .floats(floats))
    }

    /// An int64 tensor.
    /// - Returns: nil where `integers` does not have as many elements as `shape` says.
    public init?(name: String, shape: [Int], integers: [Int]) {
        guard elementCount(of: shape) == integers.count else { return nil }
        self.init(
            name: name, elementType: .int64, shape: shape, count: integers.count,
            payload: .longs(integers.map(Int64.init)))
    }

    /// A tensor of any type out of little-endian bytes.
    /// - Returns: nil where `bytes` does not have the length that `shape` and `elementType` ask for.
    public init?(name: String, elementType: ONNXElementType, shape: [Int], bytes: [UInt8]) {
        guard let count = elementCount(of: shape),
            count.multipliedReportingOverflow(by: elementType.byteCount) == (bytes.count, false)
        else { return nil }
        self.init(name: name, elementType: elementType, shape: shape, count: count, payload: .raw(Data(bytes)))
    }
}

/// The product of the dimensions; nil where one is negative or the product is beyond `Int`.
public func elementCount(of shape: [Int]) -> Int? {
    var product = 1
    for dimension in shape {
        guard dimension >= 0 else { return nil }
        let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
        if overflow { return nil }
        product = next
    }
    return product
}
