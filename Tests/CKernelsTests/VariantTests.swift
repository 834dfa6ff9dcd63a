import CKernels
import KernelChecks
import Testing

/// A row of the registry, named for the test's output.
struct Variant: CustomTestStringConvertible, Sendable {
    let index: Int
    let testDescription: String

    /// All of the registry that this processor runs, scalar too: it is checked against itself for its guards.
    static let here: [Variant] = registeredVariants().enumerated().compactMap { index, row in
        guard row.runs_here else { return nil }
        return Variant(index: index, testDescription: "\(String(cString: row.op))__\(String(cString: row.isa_name))")
    }
}

/// What is wrong with a variant in the case drawn from `seed`; nil where it keeps its contract.
func fault(of variant: Variant, seed: UInt64) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 600) { message in
        guard let start = message.baseAddress else { return "no room for a message" }
        if kc_check(variant.index, seed, start, message.count) { return nil }
        return String(cString: start)
    }
}

/// Random shapes on each side of a vector's width, one pixel, pads beyond the input, strides, dilation, bands, rings, in
/// place; memory ends at pages that must not be touched, and gaps and margins are compared too.
@Test(arguments: Variant.here)
func everyVariantWritesWhatScalarWritesAndTouchesNothingElse(variant: Variant) {
    for seed in UInt64(0)..<400 {
        #expect(fault(of: variant, seed: seed) == nil, "seed \(seed)")
    }
}
