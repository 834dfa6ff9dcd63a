/// What a kernel does with a result last: clamps it itself, or hands the fresh values to a second kernel while they are
/// in the cache.
struct Finish {
    let minimum: Float
    let maximum: Float
    private let formula: Activation?
    private let kernels: Kernels

    init(_ activation: Activation?, _ kernels: Kernels) {
        self.kernels = kernels
        if case .clamp(let minimum, let maximum)? = activation {
            (self.minimum, self.maximum) = (minimum, maximum)
            formula = nil
        } else {
            (minimum, maximum) = (-.infinity, .infinity)
            formula = activation
        }
    }

    /// Whether something is left to do after the clamp.
    var needsPass: Bool { formula != nil }

    /// Whether the clamp leaves every value as it is.
    var isPlain: Bool { minimum == -.infinity && maximum == .infinity }

    /// The second kernel, in place over `count` values next to each other.
    @inline(__always)
    func apply(_ values: UnsafeMutablePointer<Float>, _ count: Int) {
        switch formula {
        case nil: break
        case .clamp(let minimum, let maximum)?: kernels.clamp(count, values, values, minimum, maximum)
        case .hardSigmoid(let alpha, let beta)?: kernels.hardSigmoid(count, values, values, alpha, beta)
        case .hardSwish(let alpha, let beta)?: kernels.hardSwish(count, values, values, alpha, beta)
        case .sigmoid?: kernels.sigmoid(count, values, values)
        }
    }

    /// The same over rows at a distance of `stride`.
    @inline(__always)
    func apply(_ values: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int) {
        guard needsPass else { return }
        if columns == stride { return apply(values, rows * columns) }
        for row in 0..<rows { apply(values + row * stride, columns) }
    }

    /// For the benchmark: ` + hard_swish avx2`.
    var suffix: String {
        switch formula {
        case nil, .clamp?: ""
        case .hardSigmoid?: ", " + kernels.name("hard_sigmoid")
        case .hardSwish?: ", " + kernels.name("hard_swish")
        case .sigmoid?: ", " + kernels.name("sigmoid")
        }
    }
}
