import ONNXFormat

/// Runs an operator's plain code, on one thread.
final class PlainStep: Step {
    /// What is known of a value before it has an address.
    struct Source {
        let tensor: TensorID
        let shape: [Int]
        let type: ONNXElementType
    }

    let traits: StepTraits
    private let operation: any PlainOperation
    private let sources: [Source]
    private let target: Source
    private let finish: Finish
    private var inputs: [Operand] = []
    private var output: Operand?

    init(_ traits: StepTraits, _ operation: any PlainOperation, sources: [Source], target: Source, finish: Finish) {
        self.traits = traits
        self.operation = operation
        self.sources = sources
        self.target = target
        self.finish = finish
    }

    func bind(_ memory: Memory) {
        func operand(_ source: Source) -> Operand {
            Operand(shape: source.shape, type: source.type, base: UnsafeMutableRawPointer(memory[source.tensor]))
        }
        inputs = sources.map(operand)
        output = operand(target)
    }

    func run(unit: Int, thread: Int) {
        guard let output else { return }
        operation.compute(inputs, into: output)
        if output.isFloating { finish.applyWhole(output.floats, output.count) }
    }
}
