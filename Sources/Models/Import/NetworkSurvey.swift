import Foundation
import Imaging
import ONNXFormat

/// What an ONNX file says of itself as far as a classifier's manifest needs it.
struct NetworkSurvey {
    let input: String
    /// The sizes of the input, nil where the file leaves them open.
    let height: Int?
    let width: Int?
    let layout: InputSpecification.Layout
    /// The names of all outputs, in the order of the file.
    let outputs: [String]
    let producer: String
    private let graph: ONNXGraph

    /// - Throws: ``ImportError`` where it is no network that takes one picture in colour.
    init(_ bytes: Data) throws(ImportError) {
        let model: ONNXModel
        do {
            model = try bytes.withUnsafeBytes { bytes throws(ONNXFormatError) in try ONNXModel(bytes: bytes) }
        } catch {
            throw .network("\(error)")
        }
        graph = model.graph
        producer = model.producer
        outputs = graph.outputs.map(\.name)
        let constants = Set(graph.initializers.map(\.name))
        let inputs = graph.inputs.filter { !constants.contains($0.name) }
        guard let first = inputs.first, inputs.count == 1 else {
            throw .network("it has \(inputs.count) inputs; a classifier of photos has one")
        }
        input = first.name
        guard first.elementType?.isFloating == true else {
            throw .network(
                "its input '\(first.name)' is not a float value; export it with a float32 input (quantised networks: in QDQ form)"
            )
        }
        guard let shape = first.shape, shape.count == 4, shape[0] ?? 1 == 1 else {
            let sizes =
                first.shape.map { "[\($0.map { $0.map(String.init) ?? "?" }.joined(separator: ", "))]" } ?? "open"
            throw .network("its input has the shape \(sizes), not that of one picture, [1, 3, height, width]")
        }
        switch (shape[1], shape[3]) {
        case (3, _): (layout, height, width) = (.planar, shape[2], shape[3])
        case (_, 3): (layout, height, width) = (.interleaved, shape[1], shape[2])
        case (nil, _): (layout, height, width) = (.planar, shape[2], shape[3])
        default: throw .network("its input has \(shape[1] ?? 0) channels; photos have 3")
        }
    }

    /// Whether what comes out under a name has been through a softmax.
    func endsWithSoftmax(_ output: String) -> Bool {
        var name = output
        for _ in 0..<16 {
            guard let node = graph.nodes.first(where: { $0.outputs.contains(name) }) else { return false }
            switch node.operatorType {
            case "Softmax": return true
            case "Identity", "Reshape", "Flatten", "Squeeze", "Cast", "Dropout": name = node.inputs.first ?? ""
            default: return false
            }
        }
        return false
    }

    /// Whether the first thing done to the picture is arithmetic with constants: it then normalises pixels by itself.
    var normalisesItself: Bool {
        guard let node = graph.nodes.first(where: { $0.inputs.contains(input) }) else { return false }
        return ["Sub", "Div", "Mul", "Add", "BatchNormalization"].contains(node.operatorType)
    }
}

/// Why a network can't become a model version.
public enum ImportError: Error, Equatable, CustomStringConvertible {
    /// The file is no network that Rooster can run as a classifier.
    case network(String)
    /// The labels don't fit.
    case labels(String)
    /// `--preprocessing` can't be understood.
    case preprocessing(String)
    /// The name can't be one.
    case name(String)
    /// It answers too late here.
    case tooSlow(String)
    /// A file or folder can't be read or written.
    case file(path: String, reason: String)

    /// What, where, and what to do.
    public var description: String {
        switch self {
        case .network(let what): "the network can't be imported: \(what)"
        case .labels(let what): "the labels don't fit: \(what)"
        case .preprocessing(let what): "--preprocessing: \(what)"
        case .name(let what): what
        case .tooSlow(let what): what
        case .file(let path, let reason): "\(path): \(reason)"
        }
    }
}
