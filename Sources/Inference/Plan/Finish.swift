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
        if let formula { kernels.apply(formula, count, values, values) }
    }

    /// Clamp and second kernel, for a step that clamps nothing itself.
    func applyWhole(_ values: UnsafeMutablePointer<Float>, _ count: Int) {
        if !isPlain { kernels.clamp(count, values, values, minimum, maximum) }
        apply(values, count)
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
        formula.map { ", " + kernels.name($0.kernel) } ?? ""
    }
}
