import AllocationCounter
import Testing

@testable import Inference

/// Counted on the caller's thread; the helpers run the same steps.
@Test(.enabled(if: ac_works()), arguments: [1, 2], Fixture.names)
func aRunAllocatesNothing(threads: Int, name: String) throws {
    let network = try network(Fixture(name).bytes, threads: threads)
    network.run()
    ac_start()
    for _ in 0..<20 { network.run() }
    #expect(ac_stop() == 0)
}

@Test(.enabled(if: ac_works())) func theCounterSeesAnArray() {
    ac_start()
    let array = [Int](repeating: 1, count: 1_000)
    #expect(ac_stop() > 0)
    #expect(array.count == 1_000)
}
