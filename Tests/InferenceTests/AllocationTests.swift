import AllocationCounter
import Testing

@testable import Inference

/// Counted on the caller's thread; the helpers run the same steps.
@Test(.enabled(if: ac_works()), arguments: [1, 2], Fixture.names.filter { !plainFixtures.contains($0) })
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

/// Networks with operators that run their plain code: unoptimised, its generic loops put iterators on the heap.
private let plainFixtures = ["densenet-inception", "operators"]
