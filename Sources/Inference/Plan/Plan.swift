public import ONNXFormat

/// How a network is run: steps in their order, tensors with their places, weights to be packed.
struct Plan {
    let tensors: [PlannedTensor]
    let steps: [any Step]
    var weights: WeightStore
    let arena: ArenaLayout
    /// float32 of scratch memory for each thread.
    let scratch: Int
    let inputs: [(info: TensorInfo, tensor: TensorID)]
    let outputs: [(info: TensorInfo, tensor: TensorID)]

    /// One line a step, for `rooster bench` and for whoever reads a plan: what runs, on what, how it is cut.
    var description: String {
        steps.map { step in
            let traits = step.traits
            let output = tensors[traits.write.index]
            return "\(traits.kernel) × \(traits.units): \(traits.name) -> \(output.count) \(output.layout.rawValue)"
                + " at \(arena.offsets[traits.write.index])"
        }.joined(separator: "\n")
    }
}

/// The name and shape of what goes into a network or comes out.
public struct TensorInfo: Sendable, Equatable {
    /// The name in the file.
    public let name: String
    /// The dimensions: images, channels, rows, columns of a picture.
    public let shape: [Int]
    /// What its elements are in the file; here all floating ones are float32, all others `Int`.
    public let type: ONNXElementType
}
