public import Foundation
import ONNXFormat
import Vocabulary

extension ModelVersion {
    /// The version as one ONNX file for other runtimes: its network with the head behind it, preprocessing not included.
    ///
    /// The head's root feature is Relu, ReduceSum, Div and Sqrt, its weights a Gemm into which prior shift and temperature
    /// are folded; a Softmax ends it. Outputs: `logits` and `probabilities`. The score of the unknown is not in it. Labels
    /// and preprocessing stand in the metadata.
    /// - Throws: where a file is damaged or the network is none that a head can be put on.
    public func standardONNX() throws(ModelError) -> Data {
        let head = try head()
        let bytes = try backbone()
        do {
            var model = try bytes.withUnsafeBytes { (buffer) throws(ONNXFormatError) in try ONNXModel(bytes: buffer) }
            if let head {
                try model.graph.append(head, of: manifest, axesAreInputs: model.opsets["", default: 13] >= 13)
            } else {
                try model.graph.appendSoftmax(of: manifest)
            }
            model.metadata["rooster.version"] = id.description
            model.metadata["rooster.digest"] = digest
            model.metadata["labels"] = manifest.labels.joined(separator: "\n")
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            model.metadata["preprocessing"] = String(
                decoding: try encoder.encode(manifest.preprocessing), as: UTF8.self)
            return Data(try model.serialized())
        } catch let error as ModelError {
            throw error
        } catch {
            throw .network(path: backbonePath, reason: "\(error)")
        }
    }
}

/// Why a network cannot carry a head.
private struct NoPlace: Error, CustomStringConvertible {
    var description: String
}

extension ONNXGraph {
    fileprivate mutating func append(_ head: Head, of manifest: Manifest, axesAreInputs: Bool) throws {
        guard let embedding = manifest.backbone.embedding, outputs.contains(where: { $0.name == embedding }) else {
            throw NoPlace(description: "it has no embedding that a head could read")
        }
        outputs = outputs.filter { $0.name == embedding }
        removeWhatNothingReads()
        let own = freePrefix
        let temperature = manifest.temperature
        let bias = zip(head.bias, head.shift).map { ($0 - $1) / temperature }
        let constants = [
            ONNXTensor(
                name: "\(own).weight", shape: [head.labels, head.width], floats: head.weight.map { $0 / temperature }),
            ONNXTensor(name: "\(own).bias", shape: [head.labels], floats: bias),
            // Of an embedding that is all zero the feature is too.
            ONNXTensor(name: "\(own).least", shape: [1], floats: [1e-30]),
            axesAreInputs ? ONNXTensor(name: "\(own).axes", shape: [1], integers: [1]) : nil,
        ]
        initializers += constants.compactMap { $0 }
        let sum = ONNXNode(
            name: "\(own).sum/ReduceSum", operatorType: "ReduceSum",
            inputs: axesAreInputs ? ["\(own).positive", "\(own).axes"] : ["\(own).positive"], outputs: ["\(own).sum"],
            attributes: axesAreInputs ? ["keepdims": .int(1)] : ["axes": .ints([1]), "keepdims": .int(1)])
        nodes += [
            node("Flatten", [embedding], "\(own).embedding", ["axis": .int(1)]),
            node("Relu", ["\(own).embedding"], "\(own).positive"), sum,
            node("Add", ["\(own).sum", "\(own).least"], "\(own).whole"),
            node("Div", ["\(own).positive", "\(own).whole"], "\(own).share"),
            node("Sqrt", ["\(own).share"], "\(own).feature"),
        ]
        let logits = free("logits")
        nodes.append(node("Gemm", ["\(own).feature", "\(own).weight", "\(own).bias"], logits, ["transB": .int(1)]))
        finish(logits, labels: head.labels)
    }

    fileprivate mutating func appendSoftmax(of manifest: Manifest) throws {
        let given = manifest.backbone.logits
        guard outputs.contains(where: { $0.name == given }) else { throw NoPlace(description: "it has no '\(given)'") }
        outputs = outputs.filter { $0.name == given }
        removeWhatNothingReads()
        guard manifest.temperature != 1 else { return finish(given, labels: manifest.labels.count) }
        let temperature = free("temperature")
        let logits = free("logits.cooled")
        if let constant = ONNXTensor(name: temperature, shape: [1], floats: [manifest.temperature]) {
            initializers.append(constant)
        }
        nodes.append(node("Div", [given, temperature], logits))
        finish(logits, labels: manifest.labels.count)
    }

    private mutating func finish(_ logits: String, labels: Int) {
        let probabilities = free("probabilities")
        nodes.append(node("Softmax", [logits], probabilities, ["axis": .int(1)]))
        outputs = [logits, probabilities].map { ONNXValueInfo(name: $0, shape: [1, labels]) }
    }

    private func node(
        _ operation: String, _ inputs: [String], _ output: String, _ attributes: [String: ONNXAttribute] = [:]
    ) -> ONNXNode {
        ONNXNode(
            name: "\(output)/\(operation)", operatorType: operation, inputs: inputs, outputs: [output],
            attributes: attributes)
    }

    private var names: Set<String> { Set(nodes.flatMap(\.outputs) + initializers.map(\.name) + inputs.map(\.name)) }

    /// A name that no value has.
    private func free(_ name: String) -> String { names.contains(name) ? free(name + "_") : name }

    /// What no name of a value begins with.
    private var freePrefix: String {
        let names = names
        var prefix = "rooster"
        while names.contains(where: { $0.hasPrefix(prefix) }) { prefix += "_" }
        return prefix
    }

    /// Leaves what the outputs need: the network's own final layer goes.
    private mutating func removeWhatNothingReads() {
        var needed = Set(outputs.map(\.name))
        var kept: [ONNXNode] = []
        for node in nodes.reversed() where node.outputs.contains(where: needed.contains) {
            needed.formUnion(node.inputs)
            kept.append(node)
        }
        nodes = kept.reversed()
        initializers = initializers.filter { needed.contains($0.name) }
        let constants = Set(initializers.map(\.name))
        inputs = inputs.filter { needed.contains($0.name) && !constants.contains($0.name) }
    }
}
