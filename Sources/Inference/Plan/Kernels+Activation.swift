extension Activation {
    /// The kernel that computes it.
    var kernel: String {
        switch self {
        case .clamp: "clamp"
        case .hardSigmoid: "hard_sigmoid"
        case .hardSwish: "hard_swish"
        case .sigmoid: "sigmoid"
        case .leakyRelu: "leaky_relu"
        case .exponential: "elu"
        case .tanh: "tanh"
        case .erf: "erf"
        case .gelu: "gelu"
        case .mish: "mish"
        case .swish: "swish"
        }
    }
}

extension Kernels {
    /// A formula over `count` values next to each other; `target` may be `source`.
    @inline(__always)
    func apply(
        _ formula: Activation, _ count: Int, _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>
    ) {
        switch formula {
        case .clamp(let minimum, let maximum): clamp(count, source, target, minimum, maximum)
        case .hardSigmoid(let alpha, let beta): hardSigmoid(count, source, target, alpha, beta)
        case .hardSwish(let alpha, let beta): hardSwish(count, source, target, alpha, beta)
        case .sigmoid: sigmoid(count, source, target)
        case .leakyRelu(let slope): leakyRelu(count, source, target, slope)
        case .exponential(let positive, let negative, let steepness):
            elu(count, source, target, positive, negative, steepness)
        case .tanh: tanh(count, source, target)
        case .erf: erf(count, source, target)
        case .gelu: gelu(count, source, target)
        case .mish: mish(count, source, target)
        case .swish: swish(count, source, target)
        }
    }
}
