import Store
import TestSupport
import Testing
import Vocabulary

@Suite struct OutboxTests {
    let directory: TemporaryDirectory
    let store: Store

    init() throws {
        directory = try TemporaryDirectory()
        store = try directory.store()
    }

    private func plan(_ when: Publication.When, expires: Duration = .seconds(3_600)) -> [Publication] {
        [Publication(channel: "phone", when: when, expires: expires)]
    }

    private func due(at now: Instant = Sample.at(1_000), _ channel: String = "phone") async throws -> [OutboxItem] {
        try await store.dueDeliveries(channel: channel, now: now, limit: 100)
    }

    @Test func aVisitIsToldOnceAtItsStart() async throws {
        await store.record([Sample.jay(1), Sample.jay(2, visit: 1)], publications: plan(.start), at: Sample.start)
        await store.record([Sample.jay(3, visit: 1), Sample.jay(1)], publications: plan(.start), at: Sample.at(5))
        let items = try await due()
        #expect(items.map(\.visit) == [Sample.visitID(1)])
        #expect(items.map(\.detection) == [Sample.detectionID(1)])
        #expect(items.first?.kind == .start)
        #expect(items.first?.expires == Sample.at(3_600))
    }

    @Test func aClockThatIsSetMakesNoMessageExpireNorWaitForYears() async throws {
        await store.record([Sample.jay(1)], publications: plan(.start), at: Sample.start)
        let day = Duration.seconds(86_400)
        // Three days forward; the second message was made by the new clock.
        await store.record([Sample.jay(2)], publications: plan(.start), at: Sample.start + day * 3)
        try await store.moveDeliveries(
            channel: "phone", by: day * 3, exceptMade: (Sample.start + day * 3)...(Sample.at(1) + day * 3))
        #expect(try await due(at: Sample.at(1) + day * 3).map(\.visit) == [Sample.visitID(1), Sample.visitID(2)])
        // A restart with a clock of a year ago: nobody is left who knows of the step.
        #expect(try await due(at: Sample.start - day * 365).count == 2)
        #expect(try await due(at: Sample.at(3_601) + day * 3).isEmpty, "they live as long as they were given")
    }

    @Test func theEndIsToldWhenTheVisitHasEndedAndItsTimeToLiveBeginsThen() async throws {
        await store.record([Sample.jay(1)], publications: plan(.end), at: Sample.start)
        #expect(try await due(at: Sample.at(1e7)).isEmpty)
        #expect(try await store.messages(of: Sample.visitID(1)).map(\.state) == [.waiting])
        await store.endVisits([Sample.visitID(1)], at: Sample.at(600))
        let items = try await due()
        #expect(items.map(\.kind) == [.end])
        #expect(items.first?.detection == nil)
        #expect(items.first?.expires == Sample.at(600 + 3_600))
        // A detection that comes late does not tell it again.
        await store.record([Sample.jay(2, visit: 1, late: true)], publications: plan(.end), at: Sample.at(700))
        #expect(try await due().count == 1)
    }

    @Test func anEndedVisitThatIsFirstPublishedLateIsToldAtOnce() async throws {
        await store.record([Sample.jay(1, publish: [])], publications: plan(.end), at: Sample.start)
        await store.endVisits([Sample.visitID(1)], at: Sample.at(600))
        await store.record([Sample.jay(2, visit: 1, late: true)], publications: plan(.end), at: Sample.at(700))
        #expect(try await due().map(\.kind) == [.end])
    }

    @Test func eachDetectionIsToldOnce() async throws {
        let reports = [Sample.jay(1), Sample.jay(2, visit: 1), Sample.jay(2, visit: 1)]
        await store.record(reports, publications: plan(.each), at: Sample.start)
        #expect(try await due().compactMap(\.detection) == [Sample.detectionID(1), Sample.detectionID(2)])
        #expect(Set(try await due().map(\.key)).count == 2)
    }

    @Test func onlyWhatRuleAndFilterNameIsTold() async throws {
        let plan = [
            Publication(channel: "phone", when: .each, labels: ["jay"], expires: .seconds(60)),
            Publication(channel: "hook", when: .each, rules: ["night"], expires: .seconds(60)),
            Publication(channel: "other", when: .each, expires: .seconds(60)),
        ]
        await store.record(
            [
                Sample.jay(1, publish: ["phone", "hook"]),
                Sample.jay(2, rule: "night", label: "fox", publish: ["phone", "hook"]),
                Sample.jay(3, publish: ["nobody"]), Sample.jay(4, publish: []),
            ], publications: plan, at: Sample.start)
        #expect(try await due(at: Sample.at(1)).map(\.detection) == [Sample.detectionID(1)])
        #expect(try await due(at: Sample.at(1), "hook").map(\.detection) == [Sample.detectionID(2, rule: "night")])
        #expect(try await due(at: Sample.at(1), "other").isEmpty)
    }

    @Test func aMessageIsTriedAgainAtItsTimeAndSettledOnce() async throws {
        await store.record([Sample.jay(1)], publications: plan(.start), at: Sample.start)
        let id = try #require(try await due().first?.id)
        try await store.retry(id, at: Sample.at(30), error: "502 Bad Gateway")
        #expect(try await due(at: Sample.at(29)).isEmpty)
        #expect(try await store.nextDelivery(channel: "phone") == Sample.at(30))
        let again = try #require(try await due(at: Sample.at(30)).first)
        #expect(again.attempts == 1)
        #expect(again.error == "502 Bad Gateway")
        try await store.postpone(id, until: Sample.at(40))
        #expect(try await due(at: Sample.at(40)).first?.attempts == 1)
        try await store.markDelivered(id, at: Sample.at(41))
        try await store.giveUp(id, as: .failed, error: "too late", at: Sample.at(42))
        try await store.retry(id, at: Sample.at(50), error: "no")
        #expect(try await due().isEmpty)
        let message = try #require(try await store.messages(of: Sample.visitID(1)).first)
        #expect(message.state == .delivered)
        #expect(message.attempts == 2)
        #expect(try await store.delivered(channel: "phone", since: Sample.at(41)) == 1)
        #expect(try await store.delivered(channel: "phone", since: Sample.at(42)) == 0)
        #expect(try await store.counts().outbox == ["phone": [.delivered: 1]])
    }

    @Test func aMessagePastItsTimeToLiveExpiresAndSaysSo() async throws {
        await store.record([Sample.jay(1)], publications: plan(.start, expires: .seconds(60)), at: Sample.start)
        #expect(try await due(at: Sample.at(60)).isEmpty)
        #expect(try await store.messages(of: Sample.visitID(1)).map(\.state) == [.expired])
        #expect(try await store.nextDelivery(channel: "phone") == nil)
    }

    @Test func aMessageCanBeLimitedButNotGivenUpAsDelivered() async throws {
        await store.record([Sample.jay(1)], publications: plan(.start), at: Sample.start)
        let id = try #require(try await due().first?.id)
        await #expect(throws: StoreError.self) {
            try await store.giveUp(id, as: .delivered, error: nil, at: Sample.start)
        }
        try await store.giveUp(id, as: .limited, error: "10 an hour", at: Sample.start)
        #expect(try await store.messages(of: Sample.visitID(1)).map(\.error) == ["10 an hour"])
    }

    @Test func aTimeToLiveOfForeverDoesNotOverflow() async throws {
        let forever = [Publication(channel: "phone", when: .end, expires: .seconds(Int64.max / 2))]
        await store.record([Sample.jay(1)], publications: forever, at: Sample.start)
        await store.endVisits([Sample.visitID(1)], at: Sample.start)
        #expect(try await due().count == 1)
    }
}
