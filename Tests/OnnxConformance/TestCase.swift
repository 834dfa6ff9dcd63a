import Foundation
import Inference
import ONNXFormat

/// One operator test or network of the format's own collection: a model, inputs, and the outputs they must give.
struct TestCase {
    let name: String
    let model: URL
    /// For each set of data the files of inputs and outputs, in the order of the model's.
    let sets: [(inputs: [URL], outputs: [URL])]

    enum Verdict {
        /// - Parameter constants: whether some inputs were given as constants: what an operator has to know before the run.
        case passed(constants: Bool)
        case failed(String)
        case skipped(String)
    }

    /// A folder with `model.onnx` and `test_data_set_*`.
    init?(folder: URL) {
        let manager = FileManager.default
        guard let entries = try? manager.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil),
            entries.contains(where: { $0.lastPathComponent == "model.onnx" })
        else { return nil }
        name = folder.lastPathComponent
        model = folder.appending(path: "model.onnx")
        sets = entries.filter { $0.lastPathComponent.hasPrefix("test_data_set_") }
            .sorted { $0.path < $1.path }
            .map { set in (Self.files("input_", in: set), Self.files("output_", in: set)) }
    }

    /// A whole network, whose input is made: element i of n is i / n.
    init(network: URL) {
        name = network.deletingPathExtension().lastPathComponent
        model = network
        let folder = network.deletingLastPathComponent()
        sets = [([], Self.files(name + "_output_", in: folder))]
    }

    private static func files(_ prefix: String, in folder: URL) -> [URL] {
        (0..<64).map { folder.appending(path: "\(prefix)\($0).pb") }
            .filter { FileManager.default.fileExists(atPath: $0.path) }
    }

    /// Tests whose expected values are wrong in onnx 1.16.2, and what onnxruntime gives instead, as Rooster does.
    private static let wrong: [String: String] = [
        "test_averagepool_3d_dilations_large_count_include_pad_is_1_ceil_mode_is_True":
            "its divisor counts taps behind the padding (onnxruntime's and PyTorch's don't)",
        "test_qlinearmatmul_2D_int8_float16": overflow, "test_qlinearmatmul_2D_int8_float32": overflow,
        "test_qlinearmatmul_3D_int8_float16": overflow, "test_qlinearmatmul_3D_int8_float32": overflow,
        "test_cast_FLOAT_to_BFLOAT16": cutOff, "test_castlike_FLOAT_to_BFLOAT16": cutOff,
        "test_castlike_FLOAT_to_BFLOAT16_expanded": cutOff,
    ]
    private static let overflow =
        "its expected int8 values wrap around where the operator saturates (as onnxruntime does)"

    private static let cutOff = "its expected bfloat16 values are cut off where they should be rounded to the nearest"

    func run() -> Verdict {
        if let reason = Self.wrong[name] { return .skipped(reason) }
        do {
            let bytes = try Data(contentsOf: model)
            let model = try bytes.withUnsafeBytes { bytes throws(ONNXFormatError) in try ONNXModel(bytes: bytes) }
            guard !sets.isEmpty else { return .skipped("it has no data") }
            var constants = false
            for set in sets {
                switch try run(model, set) {
                case .passed(let used): constants = constants || used
                case let other: return other
                }
            }
            return .passed(constants: constants)
        } catch let error as ONNXFormatError where error.kind == .unsupported {
            return .skipped(error.what)
        } catch {
            return .failed("\(error)")
        }
    }

    /// Runs with all inputs as inputs; where an operator has to know some before the run, with those but the first as
    /// constants; where that isn't enough, with all.
    private func run(_ model: ONNXModel, _ set: (inputs: [URL], outputs: [URL])) throws -> Verdict {
        let known = Set(model.graph.initializers.map(\.name))
        let places = model.graph.inputs.indices.filter { !known.contains(model.graph.inputs[$0].name) }
        var inputs: [ONNXTensor] = []
        for (order, place) in places.enumerated() {
            let info = model.graph.inputs[place]
            if set.inputs.isEmpty {
                inputs.append(try ramp(info))
            } else if set.inputs.indices.contains(order) {
                inputs.append(try tensor(set.inputs[order], of: info))
            } else {
                return .failed("there is no input \(order)")
            }
        }
        var reason = ""
        // A value without elements can only be computed when the network is loaded.
        let isEmpty = inputs.contains { $0.count == 0 }
        for constants in Set(isEmpty ? [inputs.count] : [0, max(inputs.count - 1, 0), inputs.count]).sorted() {
            var bound = model
            for (place, tensor) in zip(places, inputs) { bound.graph.inputs[place].shape = tensor.shape.map { $0 } }
            bound.graph.initializers += inputs.suffix(constants)
            do {
                let bytes = try bound.serialized()
                let network = try bytes.withUnsafeBytes { bytes throws(InferenceError) in
                    try Network(onnx: bytes, threads: 1)
                }
                if let fault = try compare(network, inputs.dropLast(constants), model.graph.outputs, set.outputs) {
                    return .failed(fault)
                }
                return .passed(constants: constants > 0)
            } catch let error as InferenceError where error.kind == .unknownOperator {
                return .skipped(error.location.contains("(") ? "operator \(error.location)" : error.what)
            } catch let error as InferenceError where error.kind == .unsupported || error.format?.kind == .unsupported {
                reason = "\(error)"
            }
        }
        return .skipped(reason)
    }

    /// What differs; nil where nothing does.
    private func compare(
        _ network: Network, _ inputs: ArraySlice<ONNXTensor>, _ infos: [ONNXValueInfo], _ outputs: [URL]
    ) throws -> String? {
        for tensor in inputs {
            if let floats = tensor.floats() {
                _ = network.floatInput(tensor.name)?.update(fromContentsOf: floats)
            } else if let integers = tensor.integers() {
                _ = network.integerInput(tensor.name)?.update(fromContentsOf: integers)
            }
        }
        network.run()
        for (index, file) in outputs.enumerated() where infos.indices.contains(index) {
            let expected = try tensor(file, of: infos[index])
            guard let output = network.outputs.first(where: { $0.name == infos[index].name }) else {
                return "there is no output \(infos[index].name)"
            }
            guard expected.shape == output.shape else {
                return "\(output.name) has the shape \(output.shape), not \(expected.shape)"
            }
            if let wanted = expected.floats() {
                guard let found = network.output(output.name) else { return "\(output.name) is no float" }
                for (index, (value, wanted)) in zip(found, wanted).enumerated() where !near(value, wanted) {
                    return "\(output.name), element \(index): \(value) instead of \(wanted)"
                }
            } else if let wanted = expected.integers() {
                guard let found = network.integerOutput(output.name), output.type == expected.elementType else {
                    return "\(output.name) is of type \(output.type), not \(expected.elementType)"
                }
                for (index, (value, wanted)) in zip(found, wanted).enumerated() where value != wanted {
                    return "\(output.name), element \(index): \(value) instead of \(wanted)"
                }
            }
        }
        return nil
    }

    private func near(_ value: Float, _ wanted: Float) -> Bool {
        value == wanted || (value.isNaN && wanted.isNaN) || (value - wanted).magnitude <= 1e-5 + 1e-3 * wanted.magnitude
    }

    /// A tensor out of a file. bfloat16 lies there as uint16, which is all NumPy has for it.
    private func tensor(_ file: URL, of info: ONNXValueInfo) throws -> ONNXTensor {
        let bytes = try Data(contentsOf: file)
        let tensor = try bytes.withUnsafeBytes { bytes throws(ONNXFormatError) in try ONNXTensor(bytes: bytes) }
        let isDisguised = info.elementType == .bfloat16 && tensor.elementType == .uint16
        let named = ONNXTensor(
            name: info.name, elementType: isDisguised ? .bfloat16 : tensor.elementType, shape: tensor.shape,
            bytes: tensor.bytes())
        guard let named else { throw CocoaError(.fileReadCorruptFile) }
        return named
    }

    private func ramp(_ info: ONNXValueInfo) throws -> ONNXTensor {
        let shape = (info.shape ?? []).map { $0 ?? 1 }
        let count = shape.reduce(1, *)
        let floats = (0..<count).map { Float(Double($0) / Double(count)) }
        guard let tensor = ONNXTensor(name: info.name, shape: shape, floats: floats) else {
            throw CocoaError(.featureUnsupported)
        }
        return tensor
    }
}
