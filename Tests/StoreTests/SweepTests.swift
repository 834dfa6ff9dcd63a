import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Store

@Suite struct SweepTests {
    private static let day: Double = 86_400
    let directory: TemporaryDirectory
    let store: Store

    init() throws {
        directory = try TemporaryDirectory()
        store = try directory.store()
    }

    /// A block of the disk: what a thumbnail takes here. A picture takes a hundred.
    private static let block: Int64 = 4_096
    private static let picture: Int64 = 100 * block

    /// Frames with picture and thumbnail; time: days after the start. None is in the sample for labelling.
    private func fill(_ days: [Double], detecting: Set<Int> = []) async throws -> [FrameReport] {
        var reports: [FrameReport] = []
        for (number, day) in days.enumerated() {
            let report = try directory.capture(
                number, bytes: Int(Self.picture), detecting: detecting.contains(number), time: Sample.at(day * Self.day)
            )
            await store.record([report], at: Sample.start)
            try await store.keepPicture(of: report.id, from: report.path)
            try await store.setThumbnail(of: report.id, to: Array(repeating: 7, count: 10))
            try FileManager.default.removeItem(atPath: report.path)
            reports.append(report)
        }
        await store.frameGone(reports.map(\.id), at: Sample.start)
        try await store.perform { writer in try writer.thinSample(to: 0) }
        return reports
    }

    private func pictures(_ reports: [FrameReport]) async throws -> [Bool] {
        var kept: [Bool] = []
        for report in reports { kept.append(try await store.picturePath(of: report.id) != nil) }
        return kept
    }

    private func thumbnails(_ reports: [FrameReport]) async throws -> [Bool] {
        var kept: [Bool] = []
        for report in reports { kept.append(await store.thumbnailPath(of: report.id) != nil) }
        return kept
    }

    /// A budget that leaves `bytes` for pictures and thumbnails.
    private func limits(_ bytes: Int64, step: Int = 500) async throws -> RetentionLimits {
        RetentionLimits(
            budget: try await bare() + bytes, keepFree: 0, keepFrames: .seconds(1_000 * 86_400),
            keepRecords: .seconds(1_000 * 86_400), step: step)
    }

    /// What the record takes without pictures and thumbnails.
    private func bare() async throws -> Int64 {
        let figures = try await store.diskFigures()
        return figures.used - figures.pictures - figures.thumbnails
    }

    private func now(_ day: Double) -> Instant { Sample.at(day * Self.day) }

    @Test func nothingGoesWhileThereIsRoom() async throws {
        let reports = try await fill([0, 1, 2])
        let report = try await store.sweep(try await limits(10 * Self.picture), now: now(3))
        #expect(report == SweepReport())
        #expect(try await pictures(reports) == [true, true, true])
    }

    @Test func thePhotoThatShowsWhatIsWrongWithACameraStaysAsLongAsItIs() async throws {
        let reports = try await fill([0, 1, 2])
        var frozen = ConditionReport(
            source: "nest", condition: .frozen, since: now(0), frame: reports[0].id, detail: "the same picture")
        await store.record(conditions: [frozen], at: now(1))
        _ = try await store.sweep(try await limits(Self.picture + 2 * Self.block), now: now(3))
        #expect(try await pictures(reports) == [true, false, false])
        frozen.until = now(3)
        await store.record(conditions: [frozen], at: now(3))
        _ = try await store.sweep(try await limits(0), now: now(3))
        #expect(try await pictures(reports) == [false, false, false])
    }

    @Test func oldThumbnailsGoFirstThenTheOldestPlainPicturesThenDetectionsThenCorrectedOnes() async throws {
        // 0 is corrected, 1 a detection, 2 and 3 plain and old, 4 plain and young.
        let reports = try await fill([0, 0.1, 0.2, 0.3, 3], detecting: [0, 1])
        try await store.correct(reports[0].detections[0].id, label: "hen", at: Sample.start)
        let everything = 5 * (Self.picture + Self.block)
        let young = everything - 2 * Self.block
        let at = now(3.1)
        _ = try await store.sweep(try await limits(young), now: at)
        #expect(try await thumbnails(reports) == [true, true, false, false, true])
        #expect(try await pictures(reports) == [true, true, true, true, true])
        _ = try await store.sweep(try await limits(young - 1 * Self.picture), now: at)
        #expect(try await pictures(reports) == [true, true, false, true, true])
        _ = try await store.sweep(try await limits(young - 3 * Self.picture), now: at)
        #expect(try await pictures(reports) == [true, true, false, false, false])
        _ = try await store.sweep(try await limits(young - 4 * Self.picture), now: at)
        #expect(try await pictures(reports) == [true, false, false, false, false])
        #expect(try await thumbnails(reports) == [true, true, false, false, true])
        _ = try await store.sweep(try await limits(Self.picture + Self.block), now: at)
        #expect(try await thumbnails(reports) == [true, false, false, false, false])
        #expect(try await pictures(reports)[0])
        let last = try await store.sweep(try await limits(0), now: at)
        #expect(last.pictures == 1)
        #expect(try await store.diskFigures().pictures == 0)
        #expect(try await store.diskFigures().thumbnails == 0)
        #expect(try await store.counts().frames[.recorded] == 5, "records stay")
    }

    @Test func aSweepDoesABoundedAmountOfWork() async throws {
        let reports = try await fill(Array(repeating: 0, count: 10))
        let first = try await store.sweep(try await limits(0, step: 4), now: now(5))
        #expect(first.thumbnails == 4)
        #expect(first.pictures == 0)
        #expect(first.isUnfinished)
        for _ in 0..<6 { _ = try await store.sweep(try await limits(0, step: 4), now: now(5)) }
        #expect(try await pictures(reports).allSatisfy { !$0 })
    }

    @Test func picturesGoAfterKeepFramesAndThumbnailsOfDetectionsStay() async throws {
        let reports = try await fill([0, 0, 40], detecting: [1])
        var limits = RetentionLimits(keepFree: 0)
        limits.keepFrames = .seconds(30 * 86_400)
        let report = try await store.sweep(limits, now: now(41))
        #expect(report.pictures == 2)
        #expect(try await pictures(reports) == [false, false, true])
        #expect(try await thumbnails(reports) == [false, true, true])
    }

    @Test func recordsGoAfterKeepRecordsButAFileThatIsThereStaysKnown() async throws {
        let gone = try await fill([0, 0], detecting: [1])
        let there = Sample.frame(50, time: now(0))
        let broken = Sample.frame(51, state: .quarantined(reason: "truncated"), time: now(0))
        let corrected = Sample.frame(52, time: now(0))
        let young = Sample.jay(53, time: now(400))
        await store.record([there, broken, corrected, young], at: Sample.start)
        try await store.correct(frame: corrected.id, label: "fox", at: Sample.start)
        await store.frameGone([corrected.id], at: Sample.start)
        let report = try await store.sweep(RetentionLimits(keepFree: 0), now: now(400))
        #expect(report.records == 3)
        for frame in gone { #expect(try await store.frame(frame.id) == nil) }
        #expect(try await store.frame(there.id)?.state == .noted)
        #expect(try await store.frame(there.id)?.regions.isEmpty == true)
        #expect(store.isKnown(there.id), "a rescan must not take it for a new frame")
        #expect(try await store.frame(broken.id)?.state == .quarantined, "never while its file exists")
        #expect(try await store.frame(corrected.id)?.state == .recorded)
        #expect(try await store.visits().items.map(\.id) == [young.detections[0].visit])
        let counts = try await store.counts()
        #expect(counts.frames == [.recorded: 2, .quarantined: 1, .noted: 1])
        #expect(counts.detections == 1)
        #expect(counts.visits == 1)
        #expect(try await store.sweep(RetentionLimits(keepFree: 0), now: now(400)).records == 0)
        await store.frameGone([broken.id], at: Sample.start)
        #expect(try await store.sweep(RetentionLimits(keepFree: 0), now: now(400)).records == 1)
    }

    @Test func aVisitThatGoesOnKeepsItsOldestDetections() async throws {
        await store.record([Sample.jay(1, time: now(0)), Sample.jay(2, visit: 1, time: now(400))], at: Sample.start)
        await store.frameGone([Sample.identity(1).id], at: Sample.start)
        #expect(try await store.sweep(RetentionLimits(keepFree: 0), now: now(401)).records == 0)
        #expect(try await store.visit(Sample.visitID(1))?.count == 2)
    }

    @Test func settledMessagesGoAndThoseThatAreOwedStay() async throws {
        let plan = [Publication(channel: "phone", when: .start, expires: .seconds(1_000 * 86_400))]
        await store.record([Sample.jay(1), Sample.jay(2)], publications: plan, at: Sample.start)
        let id = try #require(try await store.dueDeliveries(channel: "phone", now: now(0), limit: 1).first?.id)
        try await store.markDelivered(id, at: now(0))
        _ = try await store.sweep(RetentionLimits(keepFree: 0), now: now(29))
        #expect(try await store.counts().outbox == ["phone": [.delivered: 1, .pending: 1]])
        _ = try await store.sweep(RetentionLimits(keepFree: 0), now: now(31))
        #expect(try await store.counts().outbox == ["phone": [.pending: 1]])
    }

    @Test func spaceOfRemovedRecordsIsGivenBack() async throws {
        for start in stride(from: 1, to: 2_000, by: 200) {
            await store.record((start..<start + 200).map { Sample.jay($0, time: now(0)) }, at: Sample.start)
        }
        await store.frameGone((1..<2_001).map { Sample.identity($0).id }, at: Sample.start)
        let before = try await pages()
        for _ in 0..<6 { _ = try await store.sweep(RetentionLimits(keepFree: 0), now: now(400)) }
        #expect(try await store.counts().frames[.recorded] == 0)
        #expect(try await pages() < before / 2)
    }

    private func pages() async throws -> Int {
        try await store.connection.withWriter { database in
            Result { try database.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        }.get()
        return Int(try FileState(path: DatabaseFile.path(in: store.directory)).size / 4_096)
    }
}
