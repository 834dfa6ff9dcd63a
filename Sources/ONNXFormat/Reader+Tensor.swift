import Foundation
import SwiftProtobuf

extension ONNXTensor {
    /// Reads a file that holds one tensor: what the format's own tests keep inputs and outputs in.
    /// - Throws: ``ONNXFormatError`` where the bytes are no tensor.
    public init(bytes: UnsafeRawBufferPointer, limits: ONNXLimits = .standard) throws(ONNXFormatError) {
        guard bytes.count <= limits.bytes else {
            throw ONNXFormatError(.tooLarge, "the file has \(bytes.count) bytes", at: "")
        }
        let message: Onnx_TensorProto
        do {
            message = try Onnx_TensorProto(serializedBytes: bytes.bytes)
        } catch {
            throw ONNXFormatError(.malformed, "not decodable as an ONNX tensor (\(error))", at: "")
        }
        try self.init(message, limits, location: "tensor '\(message.name)'")
    }

    /// Checks type, shape and number of elements against each other.
    /// - Parameter raw: the raw bytes, where they are not in the message.
    init(
        _ message: Onnx_TensorProto, _ limits: ONNXLimits, raw: Data? = nil, location: String
    ) throws(ONNXFormatError) {
        guard message.externalData.isEmpty, message.dataLocation == .default else {
            throw ONNXFormatError(
                .unsupported, "keeps its values in another file; save the model as one file", at: location)
        }
        guard !message.hasSegment else { throw ONNXFormatError(.unsupported, "is split into segments", at: location) }
        guard let type = ONNXElementType(rawValue: Int(message.dataType)) else {
            throw ONNXFormatError(.unsupported, "has elements of type \(message.dataType)", at: location)
        }
        guard message.dims.count <= limits.rank else {
            throw ONNXFormatError(.tooLarge, "has \(message.dims.count) dimensions", at: location)
        }
        guard message.dims.allSatisfy({ $0 >= 0 }) else {
            throw ONNXFormatError(.malformed, "has a negative dimension", at: location)
        }
        let shape = message.dims.map { Int($0) }
        guard shape.allSatisfy({ $0 <= limits.elements }), let count = elementCount(of: shape),
            count <= limits.elements
        else {
            throw ONNXFormatError(
                .tooLarge, "has the shape \(shape), at most \(limits.elements) elements", at: location)
        }
        let (payload, found) = try Self.payload(
            of: message, raw ?? (message.hasRawData ? message.rawData : nil), type, location)
        guard found == count else {
            throw ONNXFormatError(
                .malformed, "holds \(found) elements where its shape \(shape) asks for \(count)", at: location)
        }
        self.init(name: message.name, elementType: type, shape: shape, count: count, payload: payload)
    }

    /// The elements where the format keeps them for this type, and how many whole ones there are.
    private static func payload(
        of message: Onnx_TensorProto, _ raw: Data?, _ type: ONNXElementType, _ location: String
    ) throws(ONNXFormatError) -> (Payload, Int) {
        if let raw {
            guard raw.count % type.byteCount == 0 else {
                throw ONNXFormatError(
                    .malformed, "\(raw.count) bytes are no whole number of elements", at: location)
            }
            return (.raw(raw), raw.count / type.byteCount)
        }
        return switch type {
        case .float32: (.floats(message.floatData), message.floatData.count)
        case .double: (.doubles(message.doubleData), message.doubleData.count)
        case .int64: (.longs(message.int64Data), message.int64Data.count)
        case .uint32, .uint64: (.unsignedLongs(message.uint64Data), message.uint64Data.count)
        case .uint8, .int8, .uint16, .int16, .int32, .bool, .float16, .bfloat16:
            (.words(message.int32Data), message.int32Data.count)
        }
    }
}
