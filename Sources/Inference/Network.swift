import CKernels
import ONNXFormat

/// One compiled network with its memory and threads.
///
/// Used by one thread at a time; nothing in it blocks for longer than the arithmetic takes. All memory is taken when it is
/// loaded: ``run()`` allocates nothing.
public final class Network {
    private let executor: Executor

    /// What goes in, in the order of the file; a classifier's one picture or batch is the first.
    public let inputs: [TensorInfo]
    /// What comes out, in the order of the file.
    public let outputs: [TensorInfo]

    /// Reads, checks, optimises and plans a network.
    /// - Parameters:
    ///   - bytes: an ONNX file; not needed after the return.
    ///   - threads: 1 to 4, the caller's among them; what lies outside is moved inside.
    ///   - startsHelpers: false: the caller works alone until ``startHelpers()``.
    ///   - limits: what a stranger's file may ask for.
    ///   - inputShape: of the first input: sizes for the dimensions that the file leaves open.
    /// - Throws: ``InferenceError`` for whatever a stranger may have put there; never traps.
    /// - Complexity: O(bytes). Needs about three times the size of the file while it runs, once of it afterwards.
    public convenience init(
        onnx bytes: UnsafeRawBufferPointer, threads: Int, startsHelpers: Bool = true,
        limits: InferenceLimits = .standard, inputShape: [Int]? = nil
    ) throws(InferenceError) {
        try self.init(
            onnx: bytes, threads: threads, startsHelpers: startsHelpers, limits: limits, inputShape: inputShape,
            kernels: Kernels())
    }

    convenience init(
        onnx bytes: UnsafeRawBufferPointer, threads: Int, startsHelpers: Bool = true, limits: InferenceLimits,
        inputShape: [Int]? = nil, kernels: Kernels
    ) throws(InferenceError) {
        let model: ONNXModel
        do throws(ONNXFormatError) {
            model = try ONNXModel(bytes: bytes)
        } catch {
            throw InferenceError(error)
        }
        try self.init(
            model, threads: threads, startsHelpers: startsHelpers, limits: limits, inputShape: inputShape,
            kernels: kernels)
    }

    init(
        _ model: consuming ONNXModel, threads: Int, startsHelpers: Bool, limits: InferenceLimits, inputShape: [Int]?,
        kernels: Kernels
    ) throws(InferenceError) {
        let threads = min(max(threads, 1), 4)
        let plan = try Self.plan(model, threads: threads, limits: limits, inputShape: inputShape, kernels: kernels)
        inputs = plan.inputs.map(\.info)
        outputs = plan.outputs.map(\.info)
        executor = Executor(plan, threads: threads)
        if startsHelpers { executor.startHelpers() }
        rk_trim_memory()  // the file's tensors have been packed and let go: give their memory back to the system
    }

    /// A function of its own, so that model and graph are gone when the weights are packed.
    private static func plan(
        _ model: consuming ONNXModel, threads: Int, limits: InferenceLimits, inputShape: [Int]?, kernels: Kernels
    ) throws(InferenceError) -> Plan {
        let graph = try GraphBuilder.graph(of: model, limits: limits, inputShape: inputShape)
            .optimised(limits: limits)
        return try Planner.plan(graph, threads: threads, kernels: kernels, limits: limits)
    }

    /// The first input, in the file's own layout (pictures: channel by channel), as ``inputs`` says; to be filled before
    /// ``run()``, which leaves it as it is. Valid as long as the network; empty where that has no input of floats.
    public var input: UnsafeMutableBufferPointer<Float> {
        inputs.first.flatMap { floatInput($0.name) } ?? UnsafeMutableBufferPointer(start: nil, count: 0)
    }

    /// An input of a floating type by name, like ``input``; nil where there is none.
    public func floatInput(_ name: String) -> UnsafeMutableBufferPointer<Float>? {
        place(name, in: executor.plan.inputs).flatMap { floats($0) }
    }

    /// An input of integers or bool (0 and 1) by name; nil where there is none.
    public func integerInput(_ name: String) -> UnsafeMutableBufferPointer<Int>? {
        place(name, in: executor.plan.inputs).flatMap { integers($0) }
    }

    /// Starts the threads beside the caller's, as urgent as the calling one; again is harmless. Not during ``run()``.
    public func startHelpers() { executor.startHelpers() }

    /// Computes all outputs from the input. Allocates nothing.
    public func run() {
        executor.run()
    }

    /// An output of a floating type, in the graph's own layout.
    /// - Returns: nil for a name that is none of ``outputs``; valid until the next ``run()``.
    public func output(_ name: String) -> UnsafeBufferPointer<Float>? {
        place(name, in: executor.plan.outputs).flatMap { floats($0) }.map { UnsafeBufferPointer($0) }
    }

    /// An output of integers or bool, likewise.
    public func integerOutput(_ name: String) -> UnsafeBufferPointer<Int>? {
        place(name, in: executor.plan.outputs).flatMap { integers($0) }.map { UnsafeBufferPointer($0) }
    }

    private func place(_ name: String, in values: [(info: TensorInfo, tensor: TensorID)]) -> TensorID? {
        for (info, tensor) in values where info.name == name { return tensor }
        return nil
    }

    private func floats(_ id: TensorID) -> UnsafeMutableBufferPointer<Float>? {
        let tensor = executor.plan.tensors[id.index]
        guard tensor.format == .float32 else { return nil }
        return UnsafeMutableBufferPointer(start: executor.address(of: id), count: tensor.count)
    }

    private func integers(_ id: TensorID) -> UnsafeMutableBufferPointer<Int>? {
        let tensor = executor.plan.tensors[id.index]
        guard tensor.format == .integer else { return nil }
        let base = UnsafeMutableRawPointer(executor.address(of: id)).assumingMemoryBound(to: Int.self)
        return UnsafeMutableBufferPointer(start: base, count: tensor.count)
    }

    /// Bytes of the memory between the operators, scratch memory of all threads included.
    public var arenaBytes: Int { executor.arenaBytes }

    /// Bytes of the packed weights.
    public var weightBytes: Int { executor.weightBytes }

    /// The data type that most of the arithmetic is done in.
    public enum Precision: String, Sendable, CaseIterable {
        /// Numbers of 32 bits.
        case fp32
        /// Bytes: the file is a quantised one.
        case int8
    }

    /// The data type that most of the arithmetic is done in.
    public var precision: Precision {
        var work: [Precision: Double] = [:]
        for step in executor.plan.steps {
            work[precision(of: step), default: 0] += step.traits.multiplications
        }
        return work[.int8, default: 0] > work[.fp32, default: 0] ? .int8 : .fp32
    }

    private func precision(of step: any Step) -> Precision {
        step is QuantisedConvolutionStep || step is QuantisedExpandedStep ? .int8 : .fp32
    }

    /// What runs, on what, how it is cut: one line a step.
    public var planDescription: String { executor.plan.description }

    /// Runs the network some times with a clock around each step.
    /// - Parameters:
    ///   - runs: at least 1; the median of each step counts.
    ///   - now: a monotonic clock; this target has none of its own.
    /// - Returns: one entry a step, in the order in which they run.
    public func profile(runs: Int, now: () -> Duration) -> [OperatorTiming] {
        let steps = executor.plan.steps
        var samples = [[Duration]](repeating: [], count: steps.count)
        for _ in 0..<max(runs, 1) {
            executor.prepare()
            for index in steps.indices {
                let start = now()
                executor.run(step: index)
                samples[index].append(now() - start)
            }
            executor.finish()
        }
        return zip(steps, samples).map { step, durations in
            let (seconds, attoseconds) = durations.sorted()[durations.count / 2].components
            return OperatorTiming(
                name: step.traits.name, operatorType: step.traits.operatorType, kernel: step.traits.kernel,
                precision: precision(of: step), microseconds: Double(seconds) * 1e6 + Double(attoseconds) * 1e-12,
                operations: 2 * step.traits.multiplications)
        }
    }
}

/// How long one step of a network takes.
public struct OperatorTiming: Sendable {
    /// The nodes it stands for, by name.
    public let name: String
    /// Their operators: `Conv + Clip`.
    public let operatorType: String
    /// What computes it, with its instruction set: `product avx2`.
    public let kernel: String
    /// What it multiplies.
    public let precision: Network.Precision
    /// The median over the runs.
    public let microseconds: Double
    /// Operations of one run: two for each multiplication with its addition; 0 where it only moves or compares.
    public let operations: Double
}
