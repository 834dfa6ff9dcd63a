import Store
import TestSupport
import Testing
import Vocabulary

@Suite struct VisitTests {
    let directory: TemporaryDirectory
    let store: Store

    init() throws {
        directory = try TemporaryDirectory()
        store = try directory.store()
    }

    @Test func detectionsOfAVisitExtendItAndTheBestOneStandsForIt() async throws {
        await store.record(
            [Sample.jay(1, probability: 0.7), Sample.jay(2, visit: 1, probability: 0.9)], at: Sample.start)
        await store.record([Sample.jay(4, visit: 1, probability: 0.8)], at: Sample.at(9))
        let visit = try #require(try await store.visit(Sample.visitID(1)))
        #expect(visit.count == 3)
        #expect(visit.started == Sample.at(1))
        #expect(visit.last == Sample.at(4))
        #expect(visit.best.id == Sample.detectionID(2))
        #expect(visit.changed == Sample.at(9))
        #expect(visit.ended == nil)
        #expect(try await store.openVisits().map(\.id) == [visit.id])
    }

    @Test func aFrameThatTwoRulesSawCountsOnce() async throws {
        var report = Sample.jay(1)
        var second = Sample.jay(1, rule: "night").detections
        for index in second.indices { second[index].visit = Sample.visitID(1) }
        report.detections += second
        await store.record([report, Sample.jay(2, visit: 1)], at: Sample.start)
        #expect(try await store.visit(Sample.visitID(1))?.count == 2)
        #expect(try await store.detections(DetectionFilter(visit: Sample.visitID(1))).items.count == 3)
    }

    @Test func aLateDetectionExtendsItsVisitAndMergesNothing() async throws {
        await store.record([Sample.jay(1), Sample.jay(2, visit: 1)], at: Sample.start)
        await store.record([Sample.jay(100), Sample.jay(101, visit: 100)], at: Sample.start)
        await store.record([Sample.jay(50, visit: 1, late: true)], at: Sample.start)
        let first = try #require(try await store.visit(Sample.visitID(1)))
        let second = try #require(try await store.visit(Sample.visitID(100)))
        #expect(first.last == Sample.at(50))
        #expect(first.count == 3)
        #expect(second.started == Sample.at(100))
        #expect(second.count == 2)
        #expect(try await store.visits().items.map(\.id) == [second.id, first.id])
    }

    @Test func aVisitTellsWhatFiredAndWhatWasHeldBack() async throws {
        await store.record(
            [
                Sample.jay(1, heldBack: .schedule), Sample.jay(2, visit: 1, state: .done),
                Sample.jay(3, visit: 1, heldBack: .cooldown), Sample.jay(4, visit: 1, heldBack: .cooldown),
            ], at: Sample.start)
        let visit = try #require(try await store.visit(Sample.visitID(1)))
        #expect(visit.fired?.id == Sample.detectionID(2))
        #expect(
            visit.outcomes == [
                .init(state: .heldBack, clause: "cooldown", count: 2), .init(state: .done, clause: nil, count: 1),
                .init(state: .heldBack, clause: "schedule", count: 1),
            ])
    }

    @Test func anActionThatGoesOnMovesInTheTally() async throws {
        await store.record([Sample.jay(1)], at: Sample.start)
        let id = Sample.detectionID(1)
        #expect(try await store.visit(id)?.outcomes == [.init(state: .queued, clause: nil, count: 1)])
        await store.update(
            ActionReport(name: "sprinkler", state: .heldBack, reason: "busy: 1 is running"), of: id, at: Sample.start)
        #expect(try await store.visit(id)?.outcomes == [.init(state: .heldBack, clause: "busy", count: 1)])
        #expect(try await store.visit(id)?.fired == nil)
    }

    @Test func anEndedVisitStaysEnded() async throws {
        await store.record([Sample.jay(1)], at: Sample.start)
        await store.endVisits([Sample.visitID(1)], at: Sample.at(60))
        await store.endVisits([Sample.visitID(1), Sample.visitID(7)], at: Sample.at(120))
        #expect(try await store.visit(Sample.visitID(1))?.ended == Sample.at(60))
        #expect(try await store.openVisits().isEmpty)
    }

    @Test func visitsArePagedNewestFirstAndFilteredByTime() async throws {
        for number in 1...7 { await store.record([Sample.jay(number * 100)], at: Sample.start) }
        var seen: [VisitID] = []
        var cursor: PageCursor?
        repeat {
            let page = try await store.visits(VisitFilter(before: cursor, limit: 3))
            seen += page.items.map(\.id)
            cursor = page.next
        } while cursor != nil
        #expect(seen == (1...7).reversed().map { Sample.visitID($0 * 100) })
        let recent = try await store.visits(VisitFilter(since: Sample.at(600)))
        #expect(recent.items.map(\.id) == [Sample.visitID(700), Sample.visitID(600)])
        #expect(try await store.visits(VisitFilter(label: "fox")).items.isEmpty)
    }
}
