import Foundation
import GRDB
import TestSupport
import Testing
import Vocabulary

@testable import Store

/// What is written while the database refuses writing comes out whole afterwards, or is counted as lost.
@Suite struct SpellTests {
    let directory: TemporaryDirectory
    let store: Store

    init() throws {
        directory = try TemporaryDirectory()
        store = try directory.store()
    }

    private func readOnly(_ on: Bool) async throws {
        try await store.connection.withWriter { database in
            Result { try database.execute(sql: "PRAGMA query_only = \(on ? 1 : 0)") }
        }.get()
    }

    @Test func framesDetectionsActionsAndVisitsOfASpellComeOutWhole() async throws {
        await store.record([Sample.jay(1, state: .started)], publications: [Sample.phone], at: Sample.start)
        try await readOnly(true)
        let plain = (100..<150).map { Sample.frame($0) }
        let seen = (2...40).map { Sample.jay($0, visit: 1, state: .started) }
        for report in plain + seen {
            await store.record([report], publications: [Sample.phone], at: Sample.start)
        }
        for report in [Sample.jay(1)] + seen {
            await store.update(
                ActionReport(name: "sprinkler", state: .done, exit: 0), of: report.detections[0].id, at: Sample.start)
        }
        await store.endVisits([Sample.visitID(1)], at: Sample.at(99))
        #expect(store.health.waiting == 50 + 39 + 40 + 1)
        #expect(store.health.lost == 0)
        // A person is told at once that a correction was not taken; nothing pretends it was.
        let refusal = await #expect(throws: StoreError.self) {
            try await store.correct(Sample.detectionID(1), label: "magpie", at: Sample.start)
        }
        #expect(refusal?.kind == .readOnly)
        try await readOnly(false)
        try await store.makeDurable()
        #expect(store.health.isWell)
        #expect(store.health.waiting == 0 && store.health.lost == 0)
        #expect(try await store.counts().frames[.recorded] == 90)
        let detections = try await store.detections(DetectionFilter(limit: 500)).items
        #expect(detections.count == 40)
        #expect(detections.allSatisfy { $0.action?.state == .done && $0.trace.count == 1 && $0.labels.count == 4 })
        for report in plain { #expect(try await store.answers(of: report.id).count == 1) }
        let visit = try await store.visit(Sample.visitID(1))
        #expect(visit?.count == 40 && visit?.ended != nil)
        #expect(try await store.dueDeliveries(channel: "phone", now: Sample.start, limit: 100).count == 1)
        try await store.correct(Sample.detectionID(1), label: "magpie", at: Sample.start)
        #expect(try await store.detection(Sample.detectionID(1))?.correction == "magpie")
    }

    @Test func whatDoesNotFitIntoMemoryIsCountedAndTheRestIsWhole() async throws {
        try await readOnly(true)
        for number in 0..<600 {
            await store.record([Sample.jay(number, state: .started)], at: Sample.start)
            await store.update(
                ActionReport(name: "sprinkler", state: .done), of: Sample.detectionID(number), at: Sample.start)
        }
        let lost = store.health.lost
        #expect(store.health.waiting + lost == 1_200, "all is there or counted")
        try await readOnly(false)
        try await store.makeDurable()
        let detections = try await store.detections(DetectionFilter(limit: 500)).items
        #expect(detections.count <= 400)
        let unfinished = detections.filter { $0.action?.state != .done }
        #expect(unfinished.isEmpty, "reports of actions outlive frames, which a rescan finds again")
        // The files are still there: the rescan hands in the others again, and what became of their actions is known.
        #expect(store.health.lost > lost, "reports without their frame are kept up to a bound, and counted beyond")
    }

    /// An action's report that came while its frame waited in memory belongs to it all the same.
    @Test func aFrameGivenUpAndFoundAgainHasItsActionsEnd() async throws {
        try await readOnly(true)
        await store.record([Sample.jay(1, state: .started)], at: Sample.start)
        await store.update(ActionReport(name: "sprinkler", state: .done), of: Sample.detectionID(1), at: Sample.start)
        for number in 1_000..<1_000 + PendingWrites.bound {
            await store.record([Sample.frame(number)], at: Sample.start)
        }
        #expect(!store.isKnown(Sample.identity(1).id), "given up: a rescan takes it for new")
        try await readOnly(false)
        await store.record([Sample.jay(1)], at: Sample.start)
        #expect(try await store.detection(Sample.detectionID(1))?.action?.state == .done)
    }
}
