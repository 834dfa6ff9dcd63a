import SwiftProtobuf

extension ONNXNode {
    init(_ message: Onnx_NodeProto, _ limits: ONNXLimits, index: Int) throws(ONNXFormatError) {
        let label = message.name.isEmpty ? "\(index)" : "'\(message.name)'"
        let location = "node \(label) (\(message.opType))"
        guard !message.opType.isEmpty else { throw ONNXFormatError(.malformed, "names no operator", at: location) }
        let counts = [message.input.count, message.output.count, message.attribute.count]
        guard counts.allSatisfy({ $0 <= limits.perNode }) else {
            throw ONNXFormatError(
                .tooLarge, "more than \(limits.perNode) inputs, outputs or attributes", at: location)
        }
        var attributes: [String: ONNXAttribute] = [:]
        for attribute in message.attribute {
            let value = try ONNXAttribute(attribute, limits, location: "\(location), attribute '\(attribute.name)'")
            guard attributes.updateValue(value, forKey: attribute.name) == nil else {
                throw ONNXFormatError(.malformed, "has two attributes '\(attribute.name)'", at: location)
            }
        }
        self.init(
            name: message.name, operatorType: message.opType, domain: message.domain == "ai.onnx" ? "" : message.domain,
            inputs: message.input, outputs: message.output, attributes: attributes)
    }
}

extension ONNXAttribute {
    init(_ message: Onnx_AttributeProto, _ limits: ONNXLimits, location: String) throws(ONNXFormatError) {
        guard !message.hasRefAttrName else {
            throw ONNXFormatError(.unsupported, "refers to an attribute of a function", at: location)
        }
        switch message.type {
        case .float: self = .float(message.f)
        case .int: self = .int(Int(message.i))
        case .string: self = .string(try text(message.s, location))
        case .tensor: self = .tensor(try ONNXTensor(message.t, limits, location: location))
        case .floats: self = .floats(message.floats)
        case .ints: self = .ints(message.ints.map { Int($0) })
        case .strings:
            var texts: [String] = []
            for bytes in message.strings { texts.append(try text(bytes, location)) }
            self = .strings(texts)
        case .undefined, .graph, .sparseTensor, .typeProto, .tensors, .graphs, .sparseTensors, .typeProtos:
            throw ONNXFormatError(.unsupported, "is of a type that Rooster doesn't read", at: location)
        }
    }
}

private func text(_ bytes: some Sequence<UInt8>, _ location: String) throws(ONNXFormatError) -> String {
    guard let text = String(validating: Array(bytes), as: UTF8.self) else {
        throw ONNXFormatError(.malformed, "is not UTF-8", at: location)
    }
    return text
}
