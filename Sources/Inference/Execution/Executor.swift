import Glibc

/// A plan with its memory and threads: runs the steps one after the other.
final class Executor {
    let plan: Plan
    private let memory: Memory
    private let blocks: (arena: AlignedBlock, weights: AlignedBlock, scratch: AlignedBlock)
    private let steps: [any Step]
    private let units: [Int]
    private let threads: Int
    private var pool: WorkerPool?

    /// Allocates what the plan asks for and packs the weights.
    init(_ plan: consuming Plan, threads: Int) {
        blocks = (
            AlignedBlock(count: plan.arena.count), AlignedBlock(count: plan.weights.count, isCleared: false),
            AlignedBlock(count: plan.scratch * threads)
        )
        plan.weights.fill(blocks.weights.pointer)
        memory = Memory(
            arena: blocks.arena.pointer, weights: blocks.weights.pointer, scratch: blocks.scratch.pointer,
            scratchStride: plan.scratch, tensors: plan.tensors, offsets: plan.arena.offsets)
        for step in plan.steps { step.bind(memory) }
        steps = plan.steps
        units = plan.steps.map(\.traits.units)
        self.threads = threads
        self.plan = plan
    }

    /// Until then the caller of ``run()`` works alone.
    func startHelpers() {
        if threads > 1, pool == nil { pool = WorkerPool(steps: steps, helpers: threads - 1) }
    }

    /// Before the first step of a run.
    func prepare() { pool?.prepare() }

    /// After the last step of a run.
    func finish() { pool?.finish() }

    /// Runs every step. Allocates nothing.
    func run() {
        prepare()
        for index in units.indices { run(step: index) }
        finish()
    }

    /// Runs one step.
    @inline(__always)
    func run(step index: Int) {
        if let pool, pool.takesPart, units[index] > 1 {
            pool.run(step: index, units: units[index])
        } else {
            let step = steps[index]
            for unit in 0..<units[index] { step.run(unit: unit, thread: 0) }
        }
    }

    func address(of tensor: TensorID) -> UnsafeMutablePointer<Float> { memory[tensor] }

    var arenaBytes: Int { blocks.arena.byteCount + blocks.scratch.byteCount }
    var weightBytes: Int { blocks.weights.byteCount }
}
