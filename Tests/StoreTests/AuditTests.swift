import Foundation
import GRDB
import TestSupport
import Testing
import Vocabulary

@testable import Store

/// The list of changes that people made.
@Suite struct AuditTests {
    private func entry(_ seconds: Double, _ after: String = "armed") -> AuditEntry {
        AuditEntry(
            time: Sample.at(seconds), asker: Asker(.page, address: "192.0.2.7", hasToken: true), deed: .arm,
            subject: nil, before: "off", after: after)
    }

    @Test func aChangeIsThereAfterTheProcessIsGoneWithoutClosing() async throws {
        let home = try TemporaryDirectory()
        let store = try home.store()
        #expect(await store.note(entry(1), keep: .seconds(1_000)) == .written)
        // A second opening sees what the first wrote, as one after a kill does.
        let again = try Store(directory: home.path("state"), now: Sample.start, mustExist: true)
        #expect(try await again.audit().items.map(\.entry) == [entry(1)])
        await again.close()
        await store.close()
    }

    @Test func changesBeyondTheTimeRecordsAreKeptAreForgotten() async throws {
        let home = try TemporaryDirectory()
        let store = try home.store()
        for second in [0.0, 50, 100, 160] { await store.note(entry(second), keep: .seconds(100)) }
        #expect(try await store.audit().items.map(\.entry.time) == [Sample.at(160), Sample.at(100)])
        await store.close()
    }

    @Test func theListIsBoundedWhateverTheClockSays() async throws {
        let home = try TemporaryDirectory()
        let store = try home.store()
        await store.note(entry(1), keep: .seconds(1_000))
        try await store.connection.writer.write {
            try $0.execute(sql: "UPDATE audit SET sequence = 1 - \(RecordWriter.changesOfPeopleKept)")
        }
        await store.note(entry(1), keep: .seconds(1_000))
        await store.note(entry(1), keep: .seconds(1_000))
        #expect(try await store.audit().items.count == 2)
        await store.close()
    }

    @Test func longWordsAreCut() {
        let entry = entry(1, String(repeating: "x", count: 5_000))
        #expect(entry.after?.count == AuditEntry.mostLetters)
    }

    @Test func aChangeWaitsInMemoryWhileTheRecordIsAway() async throws {
        let store = try Store(
            inMemoryBecause: StoreError(.readOnly, "read-only"), directory: "/proc/rooster", now: Sample.start)
        #expect(await store.note(entry(1), keep: .seconds(1_000)) == .written)
        #expect(try await store.audit().items.count == 1)
        await store.close()
    }
}
