import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Store

/// Retention on the write path: the budget holds at any speed, by what the disk really gives.
@Suite struct RoomTests {
    let directory: TemporaryDirectory
    let store: Store

    init() throws {
        directory = try TemporaryDirectory()
        store = try directory.store()
    }

    /// What `du` says of the state directory.
    private func used() -> Int64 {
        let files = FileManager.default.enumerator(atPath: store.directory)
        var sum: Int64 = 0
        while let name = files?.nextObject() as? String {
            var status = stat()
            if lstat("\(store.directory)/\(name)", &status) == 0 { sum += Int64(status.st_blocks) * 512 }
        }
        return sum
    }

    private func keep(_ report: FrameReport) async throws {
        await store.record([report], at: Sample.start)
        try await store.keepPicture(of: report.id, from: report.path)
        try await store.setThumbnail(of: report.id, to: Array(repeating: 7, count: 9_000))
        try FileManager.default.removeItem(atPath: report.path)
    }

    @Test func theBudgetHoldsWhileFramesComeFarFasterThanItAllows() async throws {
        let budget: Int64 = 20_000_000
        let limits = RetentionLimits(budget: budget, keepFree: 0, keepFrames: .seconds(4_000 * 86_400), step: 50)
        store.keep(within: limits)
        let sweeping = Task {
            while !Task.isCancelled { _ = try await store.sweep(limits, now: Sample.at(700)) }
        }
        var most: Int64 = 0
        var detections: [FrameID] = []
        for number in 0..<250 {
            let isDetection = number % 20 == 0
            var report = try directory.capture(number, bytes: 99_000, detecting: isDetection)
            if number % 7 == 0 { report.nearMisses = ["jay on the eggs"] }
            if isDetection { detections.append(report.id) }
            try await keep(report)
            most = max(most, used())
        }
        sweeping.cancel()
        _ = await sweeping.result
        #expect(most <= budget + budget / 20, "\(most) bytes at most")
        #expect(most >= budget - budget / 10, "what is allowed is used")
        let figures = try await store.diskFigures()
        #expect(abs(figures.used - used()) <= budget / 20, "\(figures) and \(used())")
        for id in detections { #expect(try await store.frame(id)?.hasPicture == true) }
        #expect(try await store.counts().frames[.recorded] == 250, "every frame is on record")
        let newest = try await store.frames(FrameFilter(limit: 1)).items
        #expect(newest.first?.hasPicture == true)
    }

    @Test func whereNothingMoreCanGoAPictureIsRefusedAndTheFaultPassesWithTheCause() async throws {
        let report = try directory.capture(1, bytes: 2_000_000)
        await store.record([report], at: Sample.start)
        store.keep(within: RetentionLimits(budget: try await store.diskFigures().used + 1_000_000, keepFree: 0))
        let error = await #expect(throws: StoreError.self) {
            try await store.keepPicture(of: report.id, from: report.path)
        }
        #expect(error?.kind == .diskFull)
        #expect(error?.message.contains("storage.budget") == true)
        #expect(store.health.fault?.kind == .diskFull)
        store.keep(within: RetentionLimits(budget: 100_000_000, keepFree: 0))
        #expect(try await store.keepPicture(of: report.id, from: report.path))
        #expect(store.health.isWell)
    }

    @Test func aFaultOfPicturesPassesWithItsCauseAlsoWhereNoPictureComes() async throws {
        let report = try directory.capture(1, bytes: 2_000_000)
        await store.record([report], at: Sample.start)
        store.keep(within: RetentionLimits(budget: try await store.diskFigures().used + 100_000, keepFree: 0))
        await #expect(throws: StoreError.self) { try await store.keepPicture(of: report.id, from: report.path) }
        await store.lookAtFiles()
        #expect(store.health.fault?.kind == .diskFull)
        store.keep(within: RetentionLimits(budget: 100_000_000, keepFree: 0))
        await store.lookAtFiles()
        #expect(store.health.isWell)
    }

    @Test func theFreeSpaceIsLeftAloneButASecondNameTakesNone() async throws {
        let report = try directory.capture(1, bytes: 10_000)
        await store.record([report], at: Sample.start)
        store.keep(within: RetentionLimits(keepFree: .max / 4))
        await #expect(throws: StoreError.self) { try await store.keepPicture(of: report.id, from: report.path) }
        #expect(try await store.keepPicture(of: report.id, from: report.path, by: .link))
    }

    @Test func aDatabaseThatTakesMostOfTheBudgetGivesUpUnremarkableRecordsButNoneOfADetection() async throws {
        for start in stride(from: 0, to: 3_000, by: 500) {
            await store.record((start..<start + 500).map { Sample.frame($0) }, at: Sample.start)
        }
        await store.record((5_000..<5_050).map { Sample.jay($0) }, at: Sample.start)
        await store.frameGone((0..<3_000).map { Sample.identity($0).id }, at: Sample.start)
        let limits = RetentionLimits(
            budget: 1_000_000, keepFree: 0, keepRecords: .seconds(4_000 * 86_400), step: 1_000)
        for _ in 0..<4 { _ = try await store.sweep(limits, now: Sample.at(6_000)) }
        let counts = try await store.counts()
        // The sample stays too: one frame an hour.
        #expect((counts.frames[.recorded] ?? 0) <= 600 + 50 + 2, "those of the last hour and of detections stay")
        #expect(counts.detections == 50)
    }

    @Test func sumsOfAnOlderRecordAreCountedAnewInBlocks() async throws {
        let reports = try (1...3).map { try directory.capture($0, bytes: 10_000) }
        await store.record(reports, at: Sample.start)
        for report in reports { try await store.keepPicture(of: report.id, from: report.path) }
        #expect(try await store.diskFigures().pictures == 3 * 12_288)
        try await store.perform { writer in
            try writer.execute("UPDATE frame SET pictureBytes = 5000, picture = 'kept' WHERE sequence = 1")
        }
        #expect(try await store.diskFigures().pictures == 2 * 12_288 + 8_192)
        try await store.perform { writer in try writer.execute("DELETE FROM frame WHERE sequence = 2") }
        #expect(try await store.diskFigures().pictures == 12_288 + 8_192)
    }
}
