/// One thing a plan does: a kernel with its sizes and addresses. Made and bound once, run for every frame.
///
/// A step is cut into units that any threads may run in any order, at once: each writes its own part of the output. The
/// same units give the same bits, whoever runs them.
protocol Step: AnyObject {
    var traits: StepTraits { get }

    /// Takes the addresses; called once, before any run.
    func bind(_ memory: Memory)

    /// Computes one unit. Allocates nothing, takes no lock.
    /// - Parameter thread: numbered from 0; selects the scratch memory.
    func run(unit: Int, thread: Int)
}

/// What the planner, the pool and the benchmark have to know of a step.
struct StepTraits: Sendable {
    /// The nodes it stands for.
    var name: String
    var operatorType: String
    /// What computes it: `im2col, product avx512`.
    var kernel: String
    /// Multiplications of one run.
    var multiplications: Double = 0
    var reads: [TensorID]
    var write: TensorID
    /// An input whose memory may become the output's, if nobody reads it later.
    var mayOverwrite: TensorID?
    /// float32 of scratch memory that each thread needs.
    var scratch = 0
    /// At least 1, at most ``maximumUnits``.
    var units: Int

    /// What fits into the pool's counter.
    static let maximumUnits = 65_535
}

/// The addresses of one plan's tensors, weights and scratch memory.
struct Memory {
    let arena: UnsafeMutablePointer<Float>
    let weights: UnsafeMutablePointer<Float>
    let scratch: UnsafeMutablePointer<Float>
    /// float32 between the scratch memories of two threads.
    let scratchStride: Int
    private let addresses: [UnsafeMutablePointer<Float>]

    init(
        arena: UnsafeMutablePointer<Float>, weights: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>, scratchStride: Int, tensors: [PlannedTensor], offsets: [Int]
    ) {
        self.arena = arena
        self.weights = weights
        self.scratch = scratch
        self.scratchStride = scratchStride
        addresses = zip(tensors, offsets).map { tensor, offset in
            switch tensor.storage {
            case .arena: arena + offset
            case .weights(let id): weights + id.offset
            }
        }
    }

    subscript(tensor: TensorID) -> UnsafeMutablePointer<Float> { addresses[tensor.index] }

    subscript(weight: WeightID) -> UnsafePointer<Float> { UnsafePointer(weights + weight.offset) }

    func optional(_ weight: WeightID?) -> UnsafePointer<Float>? { weight.map { self[$0] } }
}
