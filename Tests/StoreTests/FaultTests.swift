import Foundation
import GRDB
import TestSupport
import Testing
import Vocabulary

@testable import Store

/// What can happen to a disk, a card and a database (DESIGN section 11).
@Suite struct FaultTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func execute(_ sql: String, on store: Store) async throws {
        try await store.connection.withWriter { database in Result { try database.execute(sql: sql) } }.get()
    }

    private func number(_ sql: String, on store: Store) async throws -> Int {
        try await store.connection.withWriter { database in Result { try Int.fetchOne(database, sql: sql) ?? 0 } }.get()
    }

    @Test func anEmptyDirectoryBecomesARecordThatOnlyItsOwnerMayRead() async throws {
        let store = try directory.store()
        #expect(store.beginning == .new)
        let mode = try FileManager.default.attributesOfItem(atPath: store.directory)[.posixPermissions] as? Int
        #expect(mode == 0o700)
        #expect(try await number("PRAGMA auto_vacuum", on: store) == 2)
        #expect(try await number("PRAGMA synchronous", on: store) == 1)
        #expect(try await number("PRAGMA foreign_keys", on: store) == 1)
        await store.close()
        #expect(try directory.store().beginning == .existing)
    }

    @Test func aDatabaseOfANewerRoosterIsRefusedWithASentence() async throws {
        let store = try directory.store()
        try await execute("INSERT INTO grdb_migrations (identifier) VALUES ('99 from the future')", on: store)
        await store.close()
        let error = #expect(throws: StoreError.self) { try directory.store() }
        #expect(error?.kind == .newer)
        #expect(error?.message.contains("newer Rooster") == true)
    }

    @Test(arguments: ["this is not a database, it only has its name", ""])
    func aFileThatIsNoDatabaseIsPutAsideOrBegunAnew(content: String) async throws {
        let first = try directory.store()
        let path = DatabaseFile.path(in: first.directory)
        await first.close()
        try Data(content.utf8).write(to: URL(filePath: path))
        let store = try directory.store(now: Sample.start)
        #expect(await store.record([Sample.jay(1)], at: Sample.start) == .written)
        if content.isEmpty {
            #expect(store.health.setAside.isEmpty, "an empty file is an empty database")
        } else {
            let aside = try #require(store.health.setAside.first)
            #expect(try String(contentsOfFile: aside.path, encoding: .utf8) == content)
            #expect(aside.at == Sample.start)
            #expect(store.beginning == .setAside(reason: aside.reason))
        }
        await store.close()
        #expect(try directory.store().beginning == .existing, "no loop")
    }

    @Test func aDatabaseWithADamagedPageIsPutAside() async throws {
        let first = try directory.store()
        await first.record((1...200).map { Sample.jay($0) }, at: Sample.start)
        await first.close()
        let path = DatabaseFile.path(in: first.directory)
        var bytes = try Data(contentsOf: URL(filePath: path))
        for index in stride(from: 3 * 4_096, to: bytes.count, by: 7) { bytes[index] ^= 0x5A }
        try bytes.write(to: URL(filePath: path))
        let store = try directory.store()
        #expect(store.health.setAside.count == 1)
        #expect(await store.record([Sample.jay(1)], at: Sample.start) == .written)
    }

    @Test func onlyTheNewestDamagedDatabasesAreKept() async throws {
        for round in 0..<4 {
            let store = try directory.store(now: Sample.at(Double(round)))
            await store.close()
            try Data("broken".utf8).write(to: URL(filePath: DatabaseFile.path(in: store.directory)))
        }
        _ = try directory.store(now: Sample.at(10))
        let aside = try FileManager.default.contentsOfDirectory(atPath: directory.path("state"))
            .filter { $0.contains(".damaged-") && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }
        #expect(aside.count == 2)
    }

    @Test func aDatabaseThatIsDamagedWhileItIsInUseIsReplacedAndTheRecordGoesOn() async throws {
        let store = try directory.store()
        await store.record([Sample.jay(1)], at: Sample.start)
        try await execute("PRAGMA wal_checkpoint(TRUNCATE)", on: store)
        let path = DatabaseFile.path(in: store.directory)
        let size = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.write(contentsOf: Data(repeating: 0xA5, count: size))
        try file.close()
        try await execute("PRAGMA shrink_memory", on: store)
        #expect(await store.record([Sample.jay(2)], at: Sample.start) == .written)
        #expect(store.health.setAside.count == 1)
        #expect(store.health.isWell)
        #expect(try await store.detections().items.map(\.id) == [Sample.detectionID(2)])
    }

    /// As SQLite may call a page malformed that it could not read: only this one connection says so.
    @Test func aDatabaseThatOneConnectionAloneCallsDamagedIsNotPutAside() async throws {
        let store = try directory.store()
        await store.record([Sample.jay(1)], at: Sample.start)
        await store.connection.withWriter { database in
            database.add(
                function: DatabaseFunction("spoiled", argumentCount: 0) { _ in
                    throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "database disk image is malformed")
                })
        }
        try await execute(
            "CREATE TEMP TRIGGER spoil BEFORE INSERT ON main.frame BEGIN SELECT spoiled(); END", on: store)
        #expect(await store.record([Sample.jay(2)], at: Sample.start) == .written)
        #expect(store.health.setAside.isEmpty)
        #expect(try await store.detections().items.map(\.id) == [Sample.detectionID(2), Sample.detectionID(1)])
    }

    @Test(arguments: [
        ("*** in database main ***\nTree 5 page 9: unable to get the page. error code=266", StoreError.Kind.io),
        ("*** in database main ***\nTree 5 page 9: unable to get the page. error code=8458", .io),
        ("*** in database main ***\nMain freelist: failed to get page 50", .io),
        ("*** in database main ***\nTree 5 page 9: btreeInitPage() returns error code 11", .damaged),
        ("row 3 missing from index frame_time", .damaged),
    ])
    func aPageThatCannotBeReadIsNoDamage(verdict: String, kind: StoreError.Kind) {
        let error = StoreError(check: verdict)
        #expect(error.kind == kind)
        #expect(error.message.contains(verdict))
    }

    @Test func aDiskThatIsWellAgainTakesWhatWaitsWithoutANewFrame() async throws {
        let store = try directory.store()
        try await execute("PRAGMA query_only = 1", on: store)
        for number in 1...5 { await store.record([Sample.jay(number)], at: Sample.start) }
        await store.retry()
        #expect(store.health.waiting == 5)
        try await execute("PRAGMA query_only = 0", on: store)
        await store.retry()
        #expect(store.health.waiting == 0)
        #expect(store.health.isWell)
        #expect(try await store.counts().detections == 5)
    }

    @Test func aDatabaseThatSomebodyDeletedIsBegunAnew() async throws {
        let store = try directory.store()
        await store.record([Sample.jay(1)], at: Sample.start)
        for suffix in ["", "-wal", "-shm"] {
            try FileManager.default.removeItem(atPath: DatabaseFile.path(in: store.directory) + suffix)
        }
        #expect(await store.record([Sample.jay(2)], at: Sample.start) == .written)
        #expect(DatabaseFile.exists(in: store.directory))
        #expect(try await store.detections().items.map(\.id) == [Sample.detectionID(2)])
    }

    @Test func onAFullDiskTheReserveMakesRoomAndThenRecordsWait() async throws {
        let store = try directory.store()
        #expect(!store.health.reserveUsed)
        await store.record([Sample.jay(1)], at: Sample.start)
        let pages = try await number("PRAGMA page_count", on: store)
        try await execute("PRAGMA max_page_count = \(pages)", on: store)
        let many = (2...200).map { Sample.jay($0) }
        guard case .waiting(let error) = await store.record(many, at: Sample.start) else {
            Issue.record("a full disk takes no record")
            return
        }
        #expect(error.kind == .diskFull)
        #expect(store.health.reserveUsed)
        #expect(store.health.fault?.kind == .diskFull)
        #expect(store.health.waiting == 199)
        #expect(store.isKnown(many[0].id), "what waits is known")
        #expect(try await store.counts().detections == 1)
        let since = store.health.fault?.since
        await store.endVisits([Sample.visitID(1)], at: Sample.start)
        #expect(store.health.fault?.since == since)
        try await execute("PRAGMA max_page_count = 1073741823", on: store)
        #expect(await store.record([Sample.jay(300)], at: Sample.start) == .written)
        #expect(store.health.isWell)
        #expect(store.health.waiting == 0)
        #expect(try await store.counts().detections == 201)
        #expect(try await store.visit(Sample.visitID(1))?.ended == Sample.at(1))
        _ = try await store.sweep(RetentionLimits(keepFree: 0), now: Sample.start)
        #expect(!store.health.reserveUsed, "the reserve is taken up again")
    }

    @Test func whatCannotBeWrittenWaitsInABoundedQueueAndTheLostAreCounted() async throws {
        let store = try directory.store()
        await store.record([Sample.jay(1)], at: Sample.start)
        try await execute("PRAGMA query_only = 1", on: store)
        for number in 2...(PendingWrites.bound + 101) {
            let outcome = await store.record([Sample.jay(number)], at: Sample.start)
            guard case .waiting(let error) = outcome else {
                Issue.record("a read-only disk takes no record")
                return
            }
            #expect(error.kind == .readOnly)
        }
        await store.update(ActionReport(name: "sprinkler", state: .done), of: Sample.detectionID(1), at: Sample.start)
        #expect(store.health.waiting == PendingWrites.bound)
        #expect(store.health.lost == 101)
        await #expect(throws: StoreError.self) { try await store.makeDurable() }
        await #expect(throws: StoreError.self) {
            try await store.correct(Sample.detectionID(1), label: "hen", at: Sample.start)
        }
        try await execute("PRAGMA query_only = 0", on: store)
        try await store.makeDurable()
        #expect(try await store.counts().detections == PendingWrites.bound)
        #expect(try await store.detection(Sample.detectionID(1))?.action?.state == .done)
        #expect(store.health.isWell)
    }

    @Test func aDirectoryThatCannotBeWrittenIsATypedErrorAndTheRecordGoesToMemory() async throws {
        let error = #expect(throws: StoreError.self) { try Store(directory: "/proc/rooster", now: Sample.start) }
        #expect(error?.kind == .readOnly)
        try Data().write(to: URL(filePath: directory.path("file")))
        #expect(throws: StoreError.self) { try Store(directory: directory.path("file/state"), now: Sample.start) }
        let store = try Store(
            inMemoryBecause: try #require(error), directory: "/proc/rooster", now: Sample.start)
        #expect(await store.record([Sample.jay(1)], publications: [Sample.phone], at: Sample.start) == .written)
        #expect(try await store.detections().items.count == 1)
        #expect(store.health.fault?.since == Sample.start)
        #expect(store.health.fault?.kind == .readOnly)
        #expect(try await store.keepPicture(of: Sample.identity(1).id, from: "/dev/null") == false)
        await #expect(throws: StoreError.self) { try await store.makeDurable() }
        let many = (10..<2_200).map { Sample.frame($0) }
        for start in stride(from: 0, to: many.count, by: 100) {
            await store.record(Array(many[start..<min(start + 100, many.count)]), at: Sample.start)
        }
        _ = try await store.sweep(RetentionLimits(), now: Sample.start)
        #expect(try await store.counts().frames[.recorded] == 2_000)
    }

    @Test func aFaultThatHasPassedIsNotShownUntilTheNextFrame() async throws {
        let store = try directory.store()
        await store.record([Sample.jay(1)], at: Sample.start)
        try await execute("PRAGMA query_only = 1", on: store)
        await #expect(throws: StoreError.self) { try await store.setNote("rules", to: "{}") }
        #expect(!store.health.isWell)
        try await execute("PRAGMA query_only = 0", on: store)
        try await store.setNote("rules", to: "{}")
        #expect(store.health.isWell, "no camera has to send a photo for that")
    }

    /// A disk that fails for a moment must not cost the record: a loop of links stands for it, as root too is stopped by it.
    @Test func aDatabaseThatCannotBeLookedAtForAMomentIsNotPutAside() async throws {
        let store = try directory.store()
        await store.record([Sample.jay(1)], at: Sample.start)
        let aside = directory.path("aside")
        try FileManager.default.moveItem(atPath: store.directory, toPath: aside)
        try FileManager.default.createSymbolicLink(atPath: store.directory, withDestinationPath: store.directory)
        #expect(await store.record([Sample.jay(2)], at: Sample.start) == .written)
        try FileManager.default.removeItem(atPath: store.directory)
        try FileManager.default.moveItem(atPath: aside, toPath: store.directory)
        #expect(await store.record([Sample.jay(3)], at: Sample.start) == .written)
        #expect(store.health.setAside.isEmpty)
        #expect(try await store.counts().detections == 3)
    }

    @Test func aRecordInMemoryGoesToTheDiskWhenThatIsWell() async throws {
        let before = try directory.store()
        await before.record([Sample.jay(1)], at: Sample.start)
        await before.close()
        let path = before.directory
        let store = try Store(
            inMemoryBecause: StoreError(.io, "the disk failed"), directory: path, now: Sample.start)
        await store.record([Sample.jay(2)], publications: [Sample.phone], at: Sample.at(1))
        await store.record([Sample.frame(3)], at: Sample.at(2))
        await store.update(ActionReport(name: "sprinkler", state: .done), of: Sample.detectionID(2), at: Sample.at(3))
        #expect(store.health.fault?.kind == .io)
        #expect(store.health.waiting == 3)
        await #expect(throws: StoreError.self) {
            try await store.correct(Sample.detectionID(2), label: "hen", at: Sample.at(3))
        }
        #expect(await store.returnToDisk(now: Sample.at(4)))
        #expect(await store.returnToDisk(now: Sample.at(5)) == false, "once")
        #expect(store.health.isWell && store.health.waiting == 0)
        #expect(try await store.detections().items.map(\.id) == [Sample.detectionID(2), Sample.detectionID(1)])
        #expect(try await store.detection(Sample.detectionID(2))?.action?.state == .done)
        #expect(try await store.dueDeliveries(channel: "phone", now: Sample.at(5), limit: 10).count == 1)
        #expect(await store.record([Sample.jay(4)], at: Sample.at(6)) == .written)
        await store.close()
        let again = try directory.store()
        #expect(again.beginning == .existing)
        #expect(try await again.counts().frames[.recorded] == 4)
    }

    @Test func aRecordInMemoryStaysThereWhileTheDiskFails() async throws {
        try Data().write(to: URL(filePath: directory.path("file")))
        let store = try Store(
            inMemoryBecause: StoreError(.io, "the disk failed"), directory: directory.path("file/state"),
            now: Sample.start)
        await store.record([Sample.jay(1)], at: Sample.start)
        #expect(await store.returnToDisk(now: Sample.start) == false)
        #expect(!store.health.isWell && store.health.waiting == 1)
        #expect(try await store.detections().items.count == 1)
        try FileManager.default.removeItem(atPath: directory.path("file"))
        #expect(await store.returnToDisk(now: Sample.start))
        #expect(try await store.detections().items.count == 1)
    }

    @Test func aCommandDoesNotBeginARecordWhereThereIsNone() throws {
        let error = #expect(throws: StoreError.self) {
            try Store(directory: directory.path("nowhere"), now: Sample.start, mustExist: true)
        }
        #expect(error?.kind == .notFound)
        #expect(!FileManager.default.fileExists(atPath: directory.path("nowhere")))
    }

    @Test func twoProcessesMayUseTheRecord() async throws {
        let daemon = try directory.store()
        let command = try Store(directory: daemon.directory, now: Sample.start, mustExist: true)
        await daemon.record([Sample.jay(1)], at: Sample.start)
        try await command.correct(Sample.detectionID(1), label: "hen", at: Sample.start)
        #expect(try await daemon.detection(Sample.detectionID(1))?.correction == "hen")
    }

    @Test func anAbandonedTransactionLeavesNothingBehind() async throws {
        let store = try directory.store()
        await store.record([Sample.jay(1)], publications: [Sample.phone], at: Sample.start)
        let copied = directory.path("copy")
        let from = store.directory
        // What a kill in the middle of a transaction leaves: the files as they are at that instant.
        try await store.connection.withWriter { database in
            Result {
                try database.execute(sql: "PRAGMA cache_spill = 1; BEGIN IMMEDIATE")
                try database.execute(sql: "DELETE FROM action; DELETE FROM detection; DELETE FROM frame")
                try FileManager.default.createDirectory(atPath: copied, withIntermediateDirectories: true)
                for suffix in ["", "-wal"] {
                    try FileManager.default.copyItem(
                        atPath: DatabaseFile.path(in: from) + suffix, toPath: DatabaseFile.path(in: copied) + suffix)
                }
                try database.execute(sql: "ROLLBACK")
            }
        }.get()
        let again = try Store(directory: copied, now: Sample.start)
        #expect(again.beginning == .existing)
        #expect(try await again.detections().items.count == 1)
        #expect(try await again.dueDeliveries(channel: "phone", now: Sample.start, limit: 10).count == 1)
        #expect(await again.record([Sample.jay(1), Sample.jay(2)], at: Sample.start) == .written)
        #expect(try await again.counts().detections == 2)
    }

    /// The database and its log as a power cut may leave them at any instant of a run of writes: each frame is whole or
    /// not there, and recording all again gives the whole record.
    @Test func aCopyTakenWhileFramesAreWrittenIsWholeAndCanBeCompleted() async throws {
        let store = try directory.store()
        try await execute("PRAGMA wal_autocheckpoint = 0", on: store)
        let reports = (1...150).map { Sample.jay($0, visit: ($0 - 1) / 10 * 10 + 1) }
        let writing = Task {
            for report in reports { await store.record([report], publications: [Sample.phone], at: Sample.start) }
        }
        var copies: [String] = []
        for round in 0..<6 {
            let copy = directory.path("copy\(round)")
            try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(
                    atPath: DatabaseFile.path(in: store.directory) + suffix,
                    toPath: DatabaseFile.path(in: copy) + suffix)
            }
            copies.append(copy)
            try await Task.sleep(for: .milliseconds(15))
        }
        await writing.value
        for copy in copies {
            let again = try Store(directory: copy, now: Sample.start)
            #expect(again.beginning == .existing)
            let counts = try await again.counts()
            #expect(counts.frames[.recorded] == counts.detections)
            #expect(try await number("SELECT count(*) FROM answer", on: again) == counts.detections)
            await again.record(reports, publications: [Sample.phone], at: Sample.start)
            #expect(try await again.counts().detections == 150)
            #expect(try await again.dueDeliveries(channel: "phone", now: Sample.start, limit: 100).count == 15)
            await again.close()
        }
    }
}
