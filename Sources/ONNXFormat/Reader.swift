import Foundation
import SwiftProtobuf

extension ONNXModel {
    /// Reads a model. No operator is looked at: whether the network can be run is for the one who runs it.
    /// - Parameter bytes: the whole file; not needed after the return.
    /// - Throws: ``ONNXFormatError`` for whatever a stranger may have put there; never traps.
    /// - Complexity: O(bytes); tensors are copied once, so that the peak is about twice the file.
    public init(
        bytes: UnsafeRawBufferPointer, limits: ONNXLimits = .standard
    ) throws(ONNXFormatError) {
        try WireScan.check(bytes, limits: limits)
        try self.init(checked: bytes, pieces: [], limits: limits)
    }

    /// Reads a model whose large constants stay where they lie in the file.
    /// - Throws: as ``init(bytes:limits:)`` does.
    /// - Complexity: O(bytes) time, O(1) memory for each constant.
    public init(_ file: ONNXFile, limits: ONNXLimits = .standard) throws(ONNXFormatError) {
        let skeleton = try file.withUnsafeBytes { bytes throws(ONNXFormatError) in
            try WireScan.check(bytes, limits: limits)
            return WireSkeleton(bytes)
        }
        let pieces = skeleton.pieces.map { $0.map(file.piece) }
        self = try skeleton.bytes.withUnsafeBufferPointer { bytes throws(ONNXFormatError) in
            try ONNXModel(checked: UnsafeRawBufferPointer(bytes), pieces: pieces, limits: limits)
        }
    }

    /// - Parameter pieces: by initialiser: raw bytes that stand beside the file.
    private init(
        checked bytes: UnsafeRawBufferPointer, pieces: [Data?], limits: ONNXLimits
    ) throws(ONNXFormatError) {
        var options = BinaryDecodingOptions()
        options.discardUnknownFields = true
        options.messageDepthLimit = 32
        let message: Onnx_ModelProto
        do {
            message = try Onnx_ModelProto(serializedBytes: bytes.bytes, options: options)
        } catch {
            throw ONNXFormatError(.malformed, "not decodable as an ONNX model (\(error))", at: "")
        }
        guard message.hasGraph, message.hasIrVersion else {
            throw ONNXFormatError(.notONNX, "these bytes are not an ONNX model: no graph or no version", at: "")
        }
        guard (3...Int64(Onnx_Version.irVersion.rawValue)).contains(message.irVersion) else {
            throw ONNXFormatError(
                .unsupported, "IR version \(message.irVersion): 3 to \(Onnx_Version.irVersion.rawValue) are read",
                at: "")
        }
        var opsets: [String: Int] = [:]
        for entry in message.opsetImport {
            // "ai.onnx" is the long form of the standard domain.
            opsets[entry.domain == "ai.onnx" ? "" : entry.domain] = Int(clamping: entry.version)
        }
        self.init(
            irVersion: Int(message.irVersion), opsets: opsets, producer: message.producerName,
            metadata: Dictionary(
                message.metadataProps.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first }),
            graph: try ONNXGraph(message.graph, pieces, limits))
    }
}

extension ONNXGraph {
    fileprivate init(
        _ message: Onnx_GraphProto, _ pieces: [Data?], _ limits: ONNXLimits
    ) throws(ONNXFormatError) {
        guard message.node.count <= limits.nodes else {
            throw ONNXFormatError(
                .tooLarge, "\(message.node.count) nodes, at most \(limits.nodes) are taken", at: "graph")
        }
        guard message.initializer.count <= limits.initializers else {
            throw ONNXFormatError(
                .tooLarge, "\(message.initializer.count) initialisers, at most \(limits.initializers) are taken",
                at: "graph")
        }
        var initializers: [ONNXTensor] = []
        var names: Set<String> = []
        for tensor in message.initializer {
            let location = "initializer '\(tensor.name)'"
            guard !tensor.name.isEmpty else {
                throw ONNXFormatError(.malformed, "an initialiser has no name", at: "initializer \(initializers.count)")
            }
            guard names.insert(tensor.name).inserted else {
                throw ONNXFormatError(.malformed, "there are two of this name", at: location)
            }
            let index = initializers.count
            let raw = pieces.indices.contains(index) ? pieces[index] : nil
            initializers.append(try ONNXTensor(tensor, limits, raw: raw, location: location))
        }
        var nodes: [ONNXNode] = []
        for (index, node) in message.node.enumerated() {
            nodes.append(try ONNXNode(node, limits, index: index))
        }
        var inputs: [ONNXValueInfo] = []
        for value in message.input { inputs.append(try ONNXValueInfo(value, limits, role: "input")) }
        var outputs: [ONNXValueInfo] = []
        for value in message.output { outputs.append(try ONNXValueInfo(value, limits, role: "output")) }
        self.init(name: message.name, nodes: nodes, initializers: initializers, inputs: inputs, outputs: outputs)
    }
}

extension ONNXValueInfo {
    init(_ message: Onnx_ValueInfoProto, _ limits: ONNXLimits, role: String) throws(ONNXFormatError) {
        let location = "\(role) '\(message.name)'"
        guard !message.name.isEmpty else { throw ONNXFormatError(.malformed, "has no name", at: "an \(role)") }
        guard case .tensorType(let tensor)? = message.type.value else {
            throw ONNXFormatError(.unsupported, "is not a tensor", at: location)
        }
        guard tensor.shape.dim.count <= limits.rank else {
            throw ONNXFormatError(.tooLarge, "has \(tensor.shape.dim.count) dimensions", at: location)
        }
        let type = ONNXElementType(rawValue: Int(tensor.elemType))
        if type == nil, tensor.elemType != 0 {
            throw ONNXFormatError(.unsupported, "has elements of type \(tensor.elemType)", at: location)
        }
        var shape: [Int?] = []
        for dimension in tensor.shape.dim {
            guard case .dimValue(let size)? = dimension.value, size > 0 else {
                shape.append(nil)
                continue
            }
            guard size <= limits.elements else {
                throw ONNXFormatError(.tooLarge, "has a dimension of \(size)", at: location)
            }
            shape.append(Int(size))
        }
        self.init(name: message.name, elementType: type, shape: tensor.hasShape ? shape : nil)
    }
}
