import CKernels

/// The kernels of one instruction set or the best below it, picked once for a network.
struct Kernels: @unchecked Sendable {  // C functions without state: any thread may call them
    typealias Source = UnsafePointer<Float>?
    typealias Target = UnsafeMutablePointer<Float>?

    let depthwise: @convention(c) (UnsafePointer<rk_depthwise>?, Source, Source, Source, Target, Int, Int) -> Void
    let stem: @convention(c) (UnsafePointer<rk_stem>?, Source, Source, Source, Target, Int, Int) -> Void
    let patches: @convention(c) (UnsafePointer<rk_im2col>?, Source, Target, Int, Int) -> Void
    let product: @convention(c) (UnsafePointer<rk_product>?, Int, Source, Source, Source, Source, Target) -> Void
    let scale: @convention(c) (Int, Int, Source, Int, Source, Source, Target, Int, Float, Float) -> Void
    let clamp: @convention(c) (Int, Source, Target, Float, Float) -> Void
    let hardSigmoid: @convention(c) (Int, Source, Target, Float, Float) -> Void
    let hardSwish: @convention(c) (Int, Source, Target, Float, Float) -> Void
    let sigmoid: @convention(c) (Int, Source, Target) -> Void
    let leakyRelu: @convention(c) (Int, Source, Target, Float) -> Void
    let elu: @convention(c) (Int, Source, Target, Float, Float, Float) -> Void
    let tanh: @convention(c) (Int, Source, Target) -> Void
    let erf: @convention(c) (Int, Source, Target) -> Void
    let gelu: @convention(c) (Int, Source, Target) -> Void
    let mish: @convention(c) (Int, Source, Target) -> Void
    let swish: @convention(c) (Int, Source, Target) -> Void
    let add: @convention(c) (Int, Source, Source, Target, Float, Float) -> Void
    let multiply: @convention(c) (Int, Source, Source, Target) -> Void
    let maximumPool: @convention(c) (UnsafePointer<rk_pool>?, Source, Target, Int, Int) -> Void
    let averagePool: @convention(c) (UnsafePointer<rk_pool>?, Source, Target, Int, Int) -> Void
    let globalAveragePool: @convention(c) (Int, Int, Source, Int, Target) -> Void
    let softmax: @convention(c) (Int, Source, Target) -> Void
    let transpose: @convention(c) (Int, Int, Source, Int, Target, Int) -> Void

    let quantised: QuantisedKernels

    private let allowed: UInt32

    /// - Parameter allowed: instruction sets, as `rk_cpu()` counts them.
    init(allowed: UInt32 = rk_cpu()) {
        self.allowed = allowed
        depthwise = rk_pick_f32_f32_depthwise(allowed)
        stem = rk_pick_f32_f32_stem(allowed)
        patches = rk_pick_f32_f32_im2col(allowed)
        product = rk_pick_f32_f32_product(allowed)
        scale = rk_pick_f32_f32_scale(allowed)
        clamp = rk_pick_f32_f32_clamp(allowed)
        hardSigmoid = rk_pick_f32_f32_hard_sigmoid(allowed)
        hardSwish = rk_pick_f32_f32_hard_swish(allowed)
        sigmoid = rk_pick_f32_f32_sigmoid(allowed)
        leakyRelu = rk_pick_f32_f32_leaky_relu(allowed)
        elu = rk_pick_f32_f32_elu(allowed)
        tanh = rk_pick_f32_f32_tanh(allowed)
        erf = rk_pick_f32_f32_erf(allowed)
        gelu = rk_pick_f32_f32_gelu(allowed)
        mish = rk_pick_f32_f32_mish(allowed)
        swish = rk_pick_f32_f32_swish(allowed)
        add = rk_pick_f32_f32_add(allowed)
        multiply = rk_pick_f32_f32_mul(allowed)
        maximumPool = rk_pick_f32_f32_max_pool(allowed)
        averagePool = rk_pick_f32_f32_average_pool(allowed)
        globalAveragePool = rk_pick_f32_f32_global_average_pool(allowed)
        softmax = rk_pick_f32_f32_softmax(allowed)
        transpose = rk_pick_f32_f32_transpose(allowed)
        quantised = QuantisedKernels(allowed: allowed)
    }

    /// The name of an operator's kernel with its instruction set, as the benchmark shows it: `depthwise avx512`.
    func name(_ kernel: String) -> String {
        for index in 0..<rk_variant_count() {
            let variant = rk_variant_at(index)
            if [kernel, "f32_f32_" + kernel].contains(String(cString: variant.op)), variant.runs_here,
                allowed & (1 << variant.isa.rawValue) != 0 || variant.isa == rk_isa_scalar
            {
                return kernel + " " + String(cString: variant.isa_name)
            }
        }
        return kernel
    }
}

/// The probabilities of logits: `exp(x - m) / sum of exp(x - m)`, m the largest; they add up to 1.
/// - Parameters:
///   - logits: finite, any number of them.
///   - probabilities: as many; may be the same memory.
/// - Complexity: O(n); allocates nothing.
public func softmax(_ logits: UnsafeBufferPointer<Float>, into probabilities: UnsafeMutableBufferPointer<Float>) {
    precondition(logits.count == probabilities.count, "as many probabilities as logits")
    rk_pick_f32_f32_softmax(rk_cpu())(logits.count, logits.baseAddress, probabilities.baseAddress)
}

/// The probabilities of logits as a new array.
public func softmax(_ logits: [Float]) -> [Float] {
    [Float](unsafeUninitializedCapacity: logits.count) { target, written in
        logits.withUnsafeBufferPointer { softmax($0, into: .init(rebasing: target[..<logits.count])) }
        written = logits.count
    }
}
