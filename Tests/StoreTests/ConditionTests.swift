import GRDB
import TestSupport
import Testing
import Vocabulary

@testable import Store

@Suite struct ConditionTests {
    let directory: TemporaryDirectory
    let store: Store

    init() throws {
        directory = try TemporaryDirectory()
        store = try directory.store()
    }

    private static let publications = [
        Publication(channel: "phone", when: .start, troubles: true, expires: .seconds(3_600)),
        Publication(channel: "calm", when: .start, expires: .seconds(3_600)),
    ]

    private func silence(until: Instant? = nil) -> ConditionReport {
        ConditionReport(
            source: "nest", condition: .silent, since: Sample.at(10), until: until, detail: "no picture for 5 min")
    }

    private func due() async throws -> [OutboxItem] {
        try await store.dueDeliveries(channel: "phone", now: Sample.at(1_000), limit: 100)
    }

    @Test func aConditionIsOnRecordAndToldOnceWhenItBeginsAndOnceWhenItIsOver() async throws {
        for _ in 0..<3 {
            await store.record(conditions: [silence()], publications: Self.publications, at: Sample.at(310))
        }
        #expect(try await store.openConditions() == [silence()])
        #expect(try await due().map(\.kind) == [.began])
        #expect(try await due().map(\.condition) == [silence().id])
        let over = silence(until: Sample.at(900))
        for _ in 0..<3 {
            await store.record(conditions: [over], publications: Self.publications, at: Sample.at(900))
        }
        #expect(try await store.openConditions().isEmpty)
        #expect(try await store.condition(over.id) == over)
        #expect(try await due().map(\.key) == ["\(over.id)-began-phone", "\(over.id)-over-phone"])
        #expect(try await due().first?.expires == Sample.at(310 + 3_600))
        #expect(try await store.dueDeliveries(channel: "calm", now: Sample.at(1_000), limit: 9).isEmpty)
    }

    @Test func theNightIsOnRecordAndNobodyIsTold() async throws {
        let night = ConditionReport(source: "nest", condition: .dark, since: Sample.at(10), detail: "dark")
        await store.record(conditions: [night], publications: Self.publications, at: Sample.at(100))
        #expect(try await store.openConditions() == [night])
        #expect(try await due().isEmpty)
    }

    @Test func whatGoesOnIsKnownAfterARestart() async throws {
        await store.record(conditions: [silence()], at: Sample.at(310))
        await store.close()
        let again = try directory.store()
        #expect(try await again.openConditions() == [silence()])
        await again.close()
    }

    @Test func eventsCarryConditions() async throws {
        let before = try await store.lastChange()
        await store.record(conditions: [silence()], at: Sample.at(310))
        let changes = try await store.changes(since: before).items
        #expect(changes.map(\.kind) == [.source])
        #expect(changes.map(\.subject) == [silence().id])
    }

    @Test func anEndBeforeItsBeginningByAClockThatWasSetBackIsItsBeginning() async throws {
        await store.record(conditions: [silence(until: Sample.at(-5_000))], at: Sample.at(310))
        #expect(try await store.condition(silence().id)?.until == Sample.at(10))
    }

    /// An older record keeps its messages and numbers; a number that was used never comes again.
    @Test func anOlderRecordGoesOnWithItsMessagesAndItsNumbers() throws {
        let database = try DatabaseQueue()
        try Schema.migrator.migrate(database, upTo: "1 the record")
        try database.write { database in
            try database.execute(
                sql: """
                    INSERT INTO visit (id, label, source, region, started, last, changed, count, best, bestProbability,
                      bestTime) VALUES ('aaaaaaaaaaaaaaaaaaaa', 'jay', 'nest', 'frame', 1, 1, 1, 1, 'b', 0.9, 1);
                    INSERT INTO outbox (id, key, channel, kind, visit, detection, state, next, created, lifetime, expires)
                      VALUES (7, 'k', 'phone', 'start', 'aaaaaaaaaaaaaaaaaaaa', 'b', 'pending', 1, 1, 1, 1);
                    INSERT INTO outbox (id, key, channel, kind, visit, detection, state, next, created, lifetime, expires)
                      VALUES (9, 'l', 'phone', 'start', 'aaaaaaaaaaaaaaaaaaaa', 'b', 'pending', 1, 1, 1, 1);
                    DELETE FROM outbox WHERE id = 9;
                    INSERT INTO change (kind, subject) VALUES ('armed', '');
                    """)
        }
        let last = try database.read { try Int64.fetchOne($0, sql: "SELECT max(sequence) FROM change") }
        try Schema.migrator.migrate(database)
        try database.write { database in
            #expect(try String.fetchAll(database, sql: "SELECT key FROM outbox") == ["k"])
            try database.execute(
                sql: """
                    INSERT INTO outbox (key, channel, kind, visit, detection, state, next, created, lifetime, expires)
                      VALUES ('m', 'phone', 'start', 'aaaaaaaaaaaaaaaaaaaa', 'b', 'pending', 1, 1, 1, 1)
                    """)
            #expect(database.lastInsertedRowID == 10)
            try database.execute(sql: "DELETE FROM change; INSERT INTO change (kind, subject) VALUES ('source', 'x')")
            #expect(database.lastInsertedRowID == (last ?? 0) + 1)
            #expect(try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").isEmpty)
        }
    }
}
