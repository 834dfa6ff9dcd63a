import CKernels
public import ONNXFormat

extension Network {
    /// Which kernels compute a network.
    public enum KernelChoice: Sendable {
        /// The fastest that run here.
        case best
        /// The scalar ones, which the others are held to.
        case plain
    }

    /// Like the other initialiser, with a choice of kernels, out of a file whose memory is given back while the network is
    /// packed.
    /// - Parameter file: used up: nothing may be read out of it any more.
    /// - Complexity: O(bytes). Needs hardly more than the size of the file while it runs, once of it afterwards.
    public convenience init(
        _ file: ONNXFile, threads: Int, startsHelpers: Bool = true, limits: InferenceLimits = .standard,
        inputShape: [Int]? = nil, choosing choice: KernelChoice
    ) throws(InferenceError) {
        let allowed = choice == .best ? rk_cpu() : 1 << rk_isa_scalar.rawValue
        let model: ONNXModel
        do throws(ONNXFormatError) {
            model = try ONNXModel(file)
        } catch {
            throw InferenceError(error)
        }
        try self.init(
            model, threads: threads, startsHelpers: startsHelpers, limits: limits, inputShape: inputShape,
            kernels: Kernels(allowed: allowed))
    }
}
