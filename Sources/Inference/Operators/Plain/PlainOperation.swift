import ONNXFormat

/// An operator without a kernel of its own: one plain piece of code computes it, when the network is loaded as when it
/// runs. Right, not fast; what is hot gets a row in the planner and a kernel.
protocol PlainOperation: Operation {
    /// Writes every element of `output`. Runs for a frame: allocates nothing, takes any values.
    /// - Parameters:
    ///   - inputs: of shapes that ``Operation/shape(of:)`` took.
    ///   - output: of the shape and type that the operator promised; apart from the inputs.
    func compute(_ inputs: [Operand], into output: Operand)

    /// Multiplications, or elements looked at where there is nothing to multiply.
    func work(_ inputs: [[Int]], _ output: [Int]) -> Double
}

extension PlainOperation {
    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor { try computed(inputs) }

    /// What ``compute(_:into:)`` makes of the inputs.
    func computed(_ inputs: [Tensor]) throws(Fault) -> Tensor {
        var memory: [OperandMemory] = []
        for input in inputs { memory.append(try OperandMemory(input)) }
        let output = OperandMemory(shape: try shape(of: inputs.map(\.shape)), type: type(of: inputs.map(\.type)))
        compute(memory.map(\.operand), into: output.operand)
        return withExtendedLifetime(memory) { output.tensor }
    }

    func work(_ inputs: [[Int]], _ output: [Int]) -> Double {
        inputs.map { Double($0.reduce(1, *)) }.reduce(Double(output.reduce(1, *)), +)
    }
}
