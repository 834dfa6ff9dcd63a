import Store
import TestSupport
import Testing
import Vocabulary

@testable import Appliance

/// What a first start leaves alone, however often it is cut short.
@Suite struct FirstStartsTests {
    private let began = Instant(milliseconds: 1_700_000_000_000)

    @Test func theFirstLookKeepsItsInstantOverRestartsUntilItIsThrough() async throws {
        let directory = try TemporaryDirectory()
        let store = try Store(directory: directory.path("state"), now: began)
        let first = await FirstStarts(["nest"], store: store, now: began)
        #expect(first.began("nest") == began)
        let second = await FirstStarts(["nest", "yard"], store: store, now: began + .seconds(60))
        #expect(second.began("nest") == began)
        #expect(second.began("yard") == began + .seconds(60))
        await second.looked(at: "nest", store: store)
        #expect(second.began("nest") == nil)
        let third = await FirstStarts(["nest"], store: store, now: began + .seconds(120))
        #expect(third.began("nest") == nil)
    }
}
