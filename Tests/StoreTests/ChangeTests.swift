import GRDB
import TestSupport
import Testing
import Vocabulary

@testable import Store

@Suite struct ChangeTests {
    let directory: TemporaryDirectory
    let store: Store

    init() throws {
        directory = try TemporaryDirectory()
        store = try directory.store()
    }

    @Test func writesOfAnotherProcessWakeThoseWhoWait() async throws {
        await store.record([Sample.jay(1)], at: Sample.start)
        await store.lookForOthers()
        var waiting = store.changes().makeAsyncIterator()
        let command = try Store(directory: store.directory, now: Sample.start, mustExist: true)
        try await command.correct(Sample.detectionID(1), label: "hen", at: Sample.start)
        let last = try await command.lastChange()
        await store.lookForOthers()
        #expect(await waiting.next() == last)
        await command.close()
    }

    @Test func changesAreNumberedUpwardsAndReadFromAnyNumber() async throws {
        let start = try await store.lastChange()
        await store.record([Sample.frame(1)], at: Sample.start)
        await store.record([Sample.jay(2), Sample.jay(3, visit: 2)], at: Sample.start)
        let changes = try await store.changes(since: start)
        #expect(changes.isComplete)
        #expect(changes.items.map(\.sequence) == changes.items.map(\.sequence).sorted())
        #expect(changes.items.map(\.kind) == [.frame, .detection, .visit, .frame, .detection, .frame])
        #expect(try await store.changes(since: changes.items[3].sequence).items.map(\.kind) == [.detection, .frame])
        #expect(try await store.changes(since: start, limit: 2).last == changes.items[1].sequence)
        #expect(try await store.changes(since: changes.last).items.isEmpty)
        #expect(try await store.lastChange() == changes.last)
    }

    @Test func aNumberOfAnotherRecordIsToldApart() async throws {
        await store.record([Sample.frame(1)], at: Sample.start)
        let last = try await store.lastChange()
        #expect(try await store.changes(since: last + 1).isComplete == false)
        #expect(try await store.changes(since: 0).isComplete == false, "a new record does not begin at 1")
    }

    @Test func changesThatAreNoLongerKnownAreSaidToBeMissing() async throws {
        let start = try await store.lastChange()
        let many = await store.connection.withWriter { database in
            Result {
                try database.execute(
                    sql: """
                        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10050)
                        INSERT INTO change (kind, subject) SELECT 'frame', i FROM n
                        """)
            }
        }
        try many.get()
        await store.record([Sample.frame(1)], at: Sample.start)
        #expect(try await store.changes(since: start).isComplete == false)
        let last = try await store.lastChange()
        #expect(try await store.changes(since: last - RecordWriter.changesKept).isComplete)
        #expect(try await store.changes(since: last - RecordWriter.changesKept - 1).isComplete == false)
    }

    @Test(.timeLimit(.minutes(1))) func waitersAreWokenAndASlowOneFindsTheNewestNumber() async throws {
        let stream = store.changes()
        for number in 1...20 { await store.record([Sample.frame(number)], at: Sample.start) }
        let last = try await store.lastChange()
        var iterator = stream.makeAsyncIterator()
        #expect(await iterator.next() == last)
        let store = self.store
        let writing = Task { await store.record([Sample.frame(21)], at: Sample.start) }
        #expect(await iterator.next() == last + 1)
        _ = await writing.value
        try await store.setArmed(.armed(since: Sample.start))
        #expect(await iterator.next() == last + 2)
        await store.close()
        #expect(await iterator.next() == nil)
        for await _ in store.changes() { Issue.record("a closed store wakes nobody") }
    }
}
