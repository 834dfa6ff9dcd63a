import CKernels

extension Network {
    /// Which kernels compute a network.
    public enum KernelChoice: Sendable {
        /// The fastest that run here.
        case best
        /// The scalar ones, which the others are held to.
        case plain
    }

    /// Like the other initialiser, with a choice of kernels.
    public convenience init(
        onnx bytes: UnsafeRawBufferPointer, threads: Int, startsHelpers: Bool = true,
        limits: InferenceLimits = .standard, inputShape: [Int]? = nil, choosing choice: KernelChoice
    ) throws(InferenceError) {
        let allowed = choice == .best ? rk_cpu() : 1 << rk_isa_scalar.rawValue
        try self.init(
            onnx: bytes, threads: threads, startsHelpers: startsHelpers, limits: limits, inputShape: inputShape,
            kernels: Kernels(allowed: allowed))
    }
}
