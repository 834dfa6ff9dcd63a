import Foundation
import SwiftProtobuf

extension ONNXModel {
    /// The model as an ONNX file: the same values give the same bytes.
    /// - Throws: ``ONNXFormatError`` where it is greater than the format can hold (2 GB).
    /// - Complexity: O(bytes); allocates the answer and a copy of every tensor.
    public func serialized() throws(ONNXFormatError) -> [UInt8] {
        var message = Onnx_ModelProto()
        message.irVersion = Int64(irVersion)
        message.producerName = producer
        message.opsetImport = opsets.sorted { $0.key < $1.key }.map { domain, version in
            var entry = Onnx_OperatorSetIdProto()
            entry.domain = domain
            entry.version = Int64(version)
            return entry
        }
        message.metadataProps = metadata.sorted { $0.key < $1.key }.map { key, value in
            var entry = Onnx_StringStringEntryProto()
            entry.key = key
            entry.value = value
            return entry
        }
        message.graph = graph.message
        do {
            return try message.serializedBytes()
        } catch {
            throw ONNXFormatError(.tooLarge, "can't be written as an ONNX file (\(error))", at: graph.name)
        }
    }
}

extension ONNXGraph {
    fileprivate var message: Onnx_GraphProto {
        var message = Onnx_GraphProto()
        message.name = name
        message.node = nodes.map(\.message)
        message.initializer = initializers.map(\.message)
        message.input = inputs.map(\.message)
        message.output = outputs.map(\.message)
        return message
    }
}

extension ONNXNode {
    fileprivate var message: Onnx_NodeProto {
        var message = Onnx_NodeProto()
        message.name = name
        message.opType = operatorType
        if !domain.isEmpty { message.domain = domain }
        message.input = inputs
        message.output = outputs
        message.attribute = attributes.sorted { $0.key < $1.key }.map { $1.message(named: $0) }
        return message
    }
}

extension ONNXAttribute {
    fileprivate func message(named name: String) -> Onnx_AttributeProto {
        var message = Onnx_AttributeProto()
        message.name = name
        switch self {
        case .float(let value): (message.type, message.f) = (.float, value)
        case .int(let value): (message.type, message.i) = (.int, Int64(value))
        case .string(let value): (message.type, message.s) = (.string, Data(value.utf8))
        case .tensor(let value): (message.type, message.t) = (.tensor, value.message)
        case .floats(let values): (message.type, message.floats) = (.floats, values)
        case .ints(let values): (message.type, message.ints) = (.ints, values.map { Int64($0) })
        case .strings(let values): (message.type, message.strings) = (.strings, values.map { Data($0.utf8) })
        }
        return message
    }
}

extension ONNXTensor {
    fileprivate var message: Onnx_TensorProto {
        var message = Onnx_TensorProto()
        if !name.isEmpty { message.name = name }
        message.dataType = Int32(elementType.rawValue)
        message.dims = shape.map { Int64($0) }
        if case .raw(let data) = payload { message.rawData = data } else { message.rawData = Data(bytes()) }
        return message
    }
}

extension ONNXValueInfo {
    fileprivate var message: Onnx_ValueInfoProto {
        var tensor = Onnx_TypeProto.Tensor()
        tensor.elemType = Int32(elementType?.rawValue ?? 0)
        if let shape {
            tensor.shape.dim = shape.map { size in
                var dimension = Onnx_TensorShapeProto.Dimension()
                if let size { dimension.dimValue = Int64(size) }
                return dimension
            }
            if shape.isEmpty { tensor.shape = Onnx_TensorShapeProto() }
        }
        var message = Onnx_ValueInfoProto()
        message.name = name
        message.type.tensorType = tensor
        return message
    }
}
