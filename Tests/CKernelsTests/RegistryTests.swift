import CKernels
import Testing

/// The variants this binary holds, in the registry's order.
func registeredVariants() -> [rk_variant] {
    (0..<rk_variant_count()).map { rk_variant_at($0) }
}

@Test func everyOperatorEndsInAScalarVariantThatRunsHere() {
    let operators = Dictionary(grouping: registeredVariants()) { String(cString: $0.op) }
    for (name, variants) in operators {
        #expect(variants.last?.isa == rk_isa_scalar, "\(name)")
        #expect(variants.last?.runs_here == true, "\(name)")
    }
}

@Test func everyVariantIsListedOnce() {
    let names = registeredVariants().map { "\(String(cString: $0.op))__\(String(cString: $0.isa_name))" }
    #expect(Set(names).count == names.count)
}

@Test func forcingScalarPicksScalarAndAnUnknownNameIsRefused() {
    #expect(rk_cpu_up_to("scalar") == 1)
    #expect(rk_cpu_up_to("mmx") == 0)
    #expect(rk_cpu_up_to(rk_isa_name()) == rk_cpu())
    let scalar = rk_pick_f32_f32_depthwise(rk_cpu_up_to("scalar"))
    let last = registeredVariants().last { String(cString: $0.op) == "f32_f32_depthwise" }
    #expect(unsafeBitCast(scalar, to: UInt.self) == unsafeBitCast(last?.function, to: UInt.self))
}
