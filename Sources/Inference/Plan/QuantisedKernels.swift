import CKernels

/// The integer kernels of one instruction set, picked once for a network.
struct QuantisedKernels: @unchecked Sendable {  // C functions without state: any thread may call them
    typealias Bytes = UnsafePointer<UInt8>?
    typealias Target = UnsafeMutablePointer<UInt8>?
    typealias Numbers = UnsafeMutablePointer<Float>?

    let convolution:
        @convention(c) (
            UnsafePointer<rk_quantized_convolution>?, Bytes, Bytes, UnsafeRawPointer?, Bytes, Target, Int, Int
        ) -> Void
    let numbers:
        @convention(c) (
            UnsafePointer<rk_quantized_convolution>?, Bytes, Bytes, UnsafeRawPointer?, Numbers, Int, Int
        ) -> Void
    let depthwise:
        @convention(c) (
            UnsafePointer<rk_quantized_depthwise>?, Bytes, Bytes, UnsafeRawPointer?, Target, Int, Int
        ) -> Void
    let add: @convention(c) (UnsafePointer<rk_quantized_add>?, Int, Bytes, Bytes, Target) -> Void
    let quantise: @convention(c) (Int, Int, UnsafePointer<Float>?, Int, Target, Int, Float, Int32) -> Void
    let dequantise: @convention(c) (Int, Bytes, Numbers, Float, Int32) -> Void
    let mean: @convention(c) (Int, Int, Bytes, Int, Numbers, Float, Int32) -> Void
    /// What weights are packed for.
    let isa: rk_isa

    /// - Parameter allowed: instruction sets, as `rk_cpu()` counts them.
    init(allowed: UInt32) {
        convolution = rk_pick_u8_u8_convolution(allowed)
        numbers = rk_pick_u8_f32_convolution(allowed)
        depthwise = rk_pick_u8_u8_depthwise(allowed)
        add = rk_pick_u8_u8_add(allowed)
        quantise = rk_pick_f32_u8_quantize(allowed)
        dequantise = rk_pick_u8_f32_dequantize(allowed)
        mean = rk_pick_u8_f32_global_average_pool(allowed)
        isa = rk_pick_quantized_isa(allowed)
    }
}
