@testable import Inference
@testable import ONNXFormat

extension FuzzTarget {
    /// The reader of ONNX files: a model or a refusal, and a model that was read can be written and read again.
    static let onnx = FuzzTarget("onnx", longest: 8_192, mutate: mutatedNetwork) { bytes in
        let model: ONNXModel
        let inPlace = try? ONNXModel(ONNXFile(count: bytes.count) { $0.copyMemory(from: bytes) })
        do throws(ONNXFormatError) {
            model = try ONNXModel(bytes: bytes)
        } catch {
            promise(error.description.utf8.count < 4_000, "a stranger's name fills the log")
            promise(inPlace == nil, "a model is taken only where its constants stay in the file")
            return
        }
        let (copied, left) = (try? model.serialized(), try? inPlace?.serialized())
        promise(copied == left, "a model is another one where its constants stay in the file")
        for tensor in model.graph.initializers {
            let values = tensor.floats()?.count ?? tensor.integers()?.count
            promise(values == nil || values == tensor.count, "a tensor has \(values ?? 0) of \(tensor.count) elements")
            _ = tensor.bytes()
        }
        guard let written = try? model.serialized() else { return }
        let again = try? written.withUnsafeBytes { bytes throws(ONNXFormatError) in try ONNXModel(bytes: bytes) }
        promise(again?.graph.nodes.count == model.graph.nodes.count, "a model changes when it is written")
    }

    /// From bytes to answers: the graph is checked, folded, fused, planned, and run where it is small enough. The kernels'
    /// reads and writes are what the address sanitizer watches here.
    static let network = FuzzTarget("network", longest: 8_192, mutate: mutatedNetwork) { bytes in
        var limits = InferenceLimits()
        limits.nodes = 200
        limits.elements = 1 << 16
        limits.arenaBytes = 8 << 20
        limits.weightBytes = 8 << 20
        limits.foldedElements = 1 << 18
        limits.multiplications = 3_000_000
        // Every instruction set of this machine gets its turn; a second thread costs its start.
        let sets: [Kernels] = [Kernels(), Kernels(allowed: 0)]
        let network: Network
        do throws(InferenceError) {
            network = try Network(
                onnx: bytes, threads: bytes.count % 8 == 0 ? 2 : 1, limits: limits,
                kernels: sets[bytes.count / 8 % sets.count])
        } catch {
            promise("\(error)".utf8.count < 4_000, "a stranger's name fills the log")
            return
        }
        for input in network.inputs {
            if let floats = network.floatInput(input.name) {
                for place in floats.indices { floats[place] = Float(place % 17) / 8 - 1 }
            } else if let integers = network.integerInput(input.name) {
                let range = input.type.integerRange
                for place in integers.indices {
                    integers[place] = min(max(place % 17 - 8, range.lowerBound), range.upperBound)
                }
            }
        }
        for _ in 0..<2 { network.run() }
        for output in network.outputs {
            let values = network.output(output.name)?.count ?? network.integerOutput(output.name)?.count
            promise(values == output.shape.reduce(1, *), "an output has another size than its shape")
        }
        _ = network.planDescription
    }
}
