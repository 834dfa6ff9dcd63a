import GRDB
import TestSupport
import Testing
import Vocabulary

@testable import Store

@Suite struct PagingTests {
    let directory: TemporaryDirectory
    let store: Store

    init() throws {
        directory = try TemporaryDirectory()
        store = try directory.store()
    }

    private func all(_ filter: DetectionFilter) async throws -> [DetectionItem] {
        var filter = filter
        var items: [DetectionItem] = []
        repeat {
            let page = try await store.detections(filter)
            items += page.items
            filter.before = page.next
        } while filter.before != nil
        return items
    }

    @Test func pagesFollowEachOtherWithoutGapOrRepetitionWhileRowsAreAdded() async throws {
        let old = (1...60).map { Sample.jay($0) }
        await store.record(old, at: Sample.start)
        let store = self.store
        let writing = Task {
            for number in 1_000..<1_100 { await store.record([Sample.jay(number)], at: Sample.start) }
        }
        var seen: [DetectionID] = []
        var cursor: PageCursor?
        repeat {
            let page = try await store.detections(DetectionFilter(before: cursor, limit: 7))
            seen += page.items.map(\.id)
            cursor = page.next
            await Task.yield()
        } while cursor != nil
        await writing.value
        #expect(Set(seen).count == seen.count)
        let expected = (1...60).reversed().map { Sample.detectionID($0) }
        #expect(seen.suffix(60) == expected)
    }

    @Test func aCursorIsAPlaceOrAnID() async throws {
        await store.record((1...5).map { Sample.jay($0) }, at: Sample.start)
        let third = PageCursor(Sample.detectionID(3).rawValue)
        let older = try await store.detections(DetectionFilter(before: third))
        #expect(older.items.map(\.id) == [2, 1].map { Sample.detectionID($0) })
        #expect(older.next == nil)
        let newer = try await store.detections(DetectionFilter(after: third, limit: 1))
        #expect(newer.items.map(\.id) == [Sample.detectionID(4)])
        let newest = try await store.detections(DetectionFilter(after: newer.newest))
        #expect(newest.items.map(\.id) == [Sample.detectionID(5)])
        #expect(try await store.detections(DetectionFilter(after: newest.newest)).items.isEmpty)
    }

    @Test(arguments: ["", "x", "-1", "1; DROP TABLE frame", "99999999999999999999", "../../etc/passwd"])
    func aCursorThatLeadsNowhereIsRefused(text: String) async throws {
        await #expect(throws: StoreError.self) {
            try await store.detections(DetectionFilter(before: PageCursor(text)))
        }
    }

    @Test func aCursorOfARecordThatIsGoneSaysSo() async throws {
        let error = await #expect(throws: StoreError.self) {
            try await store.frames(FrameFilter(before: PageCursor(Sample.identity(9).id.rawValue)))
        }
        #expect(error?.kind == .notFound)
    }

    @Test func theLimitIsKeptWithinBounds() async throws {
        await store.record((1...5).map { Sample.jay($0) }, at: Sample.start)
        #expect(try await store.detections(DetectionFilter(limit: 0)).items.count == 1)
        #expect(try await store.detections(DetectionFilter(limit: -3)).items.count == 1)
        #expect(try await store.detections(DetectionFilter(limit: .max)).items.count == 5)
    }

    @Test func allConditionsOfAFilterHold() async throws {
        await store.record(
            [
                Sample.jay(1), Sample.jay(2, source: "yard"), Sample.jay(3, label: "fox"),
                Sample.jay(4, source: "yard", rule: "night", label: "fox"), Sample.jay(5),
            ], at: Sample.start)
        func numbers(_ filter: DetectionFilter) async throws -> [Double] {
            try await all(filter).map { ($0.time - Sample.start).seconds }
        }
        #expect(try await numbers(DetectionFilter(limit: 1)) == [5, 4, 3, 2, 1])
        #expect(try await numbers(DetectionFilter(limit: 1, label: "jay")) == [5, 2, 1])
        #expect(try await numbers(DetectionFilter(limit: 1, label: "fox", source: "yard")) == [4])
        #expect(try await numbers(DetectionFilter(rule: "night")) == [4])
        #expect(try await numbers(DetectionFilter(limit: 1, since: Sample.at(2), until: Sample.at(5))) == [4, 3, 2])
        #expect(try await numbers(DetectionFilter(since: Sample.at(6))) == [])
        #expect(try await numbers(DetectionFilter(frame: Sample.identity(3).id)) == [3])
        #expect(try await numbers(DetectionFilter(visit: Sample.visitID(5))) == [5])
        #expect(try await numbers(DetectionFilter(label: "' OR 1=1 --")) == [])
    }

    @Test func newRecordsComeFirstEvenWhenTheClockWasSetBack() async throws {
        await store.record([Sample.frame(1, time: Sample.at(5_000))], at: Sample.at(5_000))
        await store.record([Sample.frame(2, time: Sample.at(10))], at: Sample.at(10))
        #expect(try await store.frames().items.map(\.id) == [Sample.identity(2).id, Sample.identity(1).id])
        #expect(try await store.newestFrames().map(\.id) == [Sample.identity(2).id])
        #expect(try await store.frames(FrameFilter(since: Sample.at(4_000))).items.count == 1)
    }

    @Test func theNewestFrameOfEachSourceIsTheLastOneInOrder() async throws {
        await store.record(
            [
                Sample.frame(1), Sample.frame(2), Sample.frame(3, late: true),
                Sample.frame(4, state: .quarantined(reason: "empty")), Sample.frame(5, source: "yard"),
                Sample.frame(6, source: "attic", state: .noted),
            ], at: Sample.start)
        #expect(
            try await store.newestFrames().map(\.id) == [Sample.identity(2).id, Sample.identity(5, source: "yard").id])
        #expect(try await store.newestFrames().first?.best?.label == "jay")
        #expect(try await store.frames(FrameFilter(state: .quarantined)).items.map(\.reason) == ["empty"])
        #expect(try await store.frames(FrameFilter(source: "nest")).items.count == 4)
    }

    /// No limit of time here: the figure is for whoever reads the log.
    @Test func pagesOfAHundredThousandDetectionsStayFast() async throws {
        let count = 100_000
        let filled = await store.connection.withWriter { database in
            Result { try database.execute(sql: Self.filling(count)) }
        }
        try filled.get()
        let first = try await milliseconds { try await store.detections(DetectionFilter(limit: 50)).items.count == 50 }
        let deep = try await milliseconds {
            try await store.detections(DetectionFilter(before: PageCursor(sequence: 500), limit: 50)).items.count == 50
        }
        let rare = try await milliseconds {
            try await store.detections(DetectionFilter(limit: 50, label: "fox")).items.count == 50
        }
        let since = try await milliseconds {
            try await store.detections(DetectionFilter(limit: 50, since: Sample.at(50_000))).items.count == 50
        }
        let newest = try await milliseconds { try await store.newestFrames().count == 1 }
        let quarters = try await milliseconds { try await store.quarterHours(until: Sample.at(86_400)).count == 96 }
        print(
            """
            \(count) detections: first page \(first) ms, deep \(deep) ms, by a rare label \
            \(rare) ms, since \(since) ms, newest frames \(newest) ms, \
            24 h by quarters \(quarters) ms
            """)
        #expect(try await store.counts().detections == count)
    }

    private func milliseconds(_ isRight: () async throws -> Bool) async throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        #expect(try await isRight())
        return (clock.now - start).milliseconds
    }

    private static func filling(_ count: Int) -> String {
        let numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))"
        return """
            BEGIN;
            \(numbers) INSERT INTO frame (id, source, path, device, inode, size, modified, time, state, late, deadline,
              latency, timings, worth)
              SELECT printf('f%019d', i), 'nest', '/capture/' || i || '.jpg', 1, i, 1000, i,
                \(Sample.start.milliseconds) + i * 1000, 'recorded', 0, 1000, 80, 'decode 3.0', 2 FROM n;
            \(numbers) INSERT INTO visit (id, label, source, region, started, last, changed, count, best,
              bestProbability, bestTime)
              SELECT printf('v%019d', i), 'jay', 'nest', 'frame', 0, 1, 0, 1, '', 0.9, 0 FROM n WHERE i <= \(count / 10);
            \(numbers) INSERT INTO detection (id, frame, visit, time, source, region, rule, label, probability, model,
              labels, trace, superseded)
              SELECT printf('d%019d', i), i, printf('v%019d', 1 + (i - 1) / 10), \(Sample.start.milliseconds) + i * 1000,
                'nest', 'frame', 'jay', iif(i % 1000 = 0, 'fox', 'jay'), 0.9, 'a/1', '17 0.9 jay', 'probability 1 0.97 of 0.60 needed', 0 FROM n;
            COMMIT;
            """
    }
}
