import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Store

/// Frames without detections that stay for labelling.
@Suite struct SampleTests {
    let directory: TemporaryDirectory
    let store: Store

    init() throws {
        directory = try TemporaryDirectory()
        store = try directory.store()
    }

    /// Midnight, so that hours and quarters begin with it.
    private static let midnight = Instant(milliseconds: Sample.start.milliseconds / 86_400_000 * 86_400_000)

    private func frame(_ number: Int, minutes: Int, source: String = "nest", isNear: Bool = false) -> FrameReport {
        var report = Sample.frame(number, source: source, time: Self.midnight + .seconds(60 * minutes))
        if isNear { report.nearMisses = ["jay on the eggs"] }
        return report
    }

    private func sampled(_ kind: FrameSample) async throws -> [FrameItem] {
        try await store.frames(FrameFilter(limit: 500, sample: kind)).items
    }

    @Test func eachSourceHasAFrameAnHourAndANearMissAQuarter() async throws {
        var number = 0
        var all: [FrameReport] = []
        for source in ["nest", "yard"] {
            for minutes in 0..<180 {
                number += 2
                all.append(frame(number, minutes: minutes, source: source))
                all.append(frame(number + 1, minutes: minutes, source: source, isNear: true))
            }
        }
        await store.record(all, at: Sample.start)
        let plain = try await sampled(.unremarkable)
        #expect(plain.count == 6)
        #expect(plain.allSatisfy { $0.nearMisses.isEmpty })
        #expect(Set(plain.map { "\($0.source) \($0.time.milliseconds / 3_600_000)" }).count == 6)
        let near = try await sampled(.nearMiss)
        #expect(near.count == 24)
        #expect(near.allSatisfy { !$0.nearMisses.isEmpty })
        #expect(try await sampled(.any).count == 30)
        // Which frames does not hang on their order, nor on how often they are recorded.
        let other = try Store(directory: directory.path("other"), now: Sample.start)
        for report in all.reversed() { await other.record([report], at: Sample.start) }
        await other.record(all, at: Sample.start)
        let again = try await other.frames(FrameFilter(limit: 500, sample: .any)).items
        #expect(Set(again.map(\.id)) == Set((plain + near).map(\.id)))
        await other.close()
    }

    @Test func detectionsAndWithheldFramesAreNotInItAndALabelledOneLeavesIt() async throws {
        let withheld = frame(2, minutes: 0)
        await store.record([Sample.jay(1, time: Self.midnight), withheld], withheld: [withheld.id], at: Sample.start)
        #expect(try await sampled(.any).isEmpty)
        let labelled = frame(3, minutes: 0)
        await store.record([labelled], at: Sample.start)
        #expect(try await sampled(.any).map(\.id) == [labelled.id])
        try await store.correct(frame: labelled.id, label: "fox", at: Sample.start)
        #expect(try await sampled(.any).isEmpty)
        let next = frame(4, minutes: 1)
        await store.record([next], at: Sample.start)
        #expect(try await sampled(.any).map(\.id) == [next.id], "its place is free")
    }

    @Test func theSampleStaysWhenTheOthersGoAndIsBoundedItself() async throws {
        var reports: [FrameReport] = []
        for number in 0..<40 {
            // Ten minutes apart: about one of six is in the sample.
            let time = Self.midnight + .seconds(600 * number)
            let report = try directory.capture(number, bytes: 20_000, time: time)
            await store.record([report], at: Sample.start)
            try await store.keepPicture(of: report.id, from: report.path)
            try FileManager.default.removeItem(atPath: report.path)
            reports.append(report)
        }
        await store.frameGone(reports.map(\.id), at: Sample.start)
        let chosen = Set(try await sampled(.any).map(\.id))
        #expect(chosen.count == 7)
        let figures = try await store.diskFigures()
        // Room for the sample and a few more. Its share of the rest, a twentieth, is larger than it is.
        let budget = figures.used - figures.pictures + 10 * 20_480
        #expect(budget / 20 > 7 * 20_480)
        var limits = RetentionLimits(budget: budget, keepFree: 0, keepFrames: .seconds(4_000 * 86_400))
        _ = try await store.sweep(limits, now: Sample.start)
        var kept: Set<FrameID> = []
        for report in reports where try await store.picturePath(of: report.id) != nil { kept.insert(report.id) }
        #expect(chosen.isSubset(of: kept))
        #expect(kept.count < 12)
        // Where all has to go, the sample goes too.
        limits.budget = 0
        _ = try await store.sweep(limits, now: Sample.start)
        #expect(try await store.diskFigures().pictures == 0)
        #expect(try await sampled(.any).isEmpty)
    }

    @Test func theOldestLeaveTheSampleFirst() async throws {
        let reports = try (0..<5).map { number in
            try directory.capture(number, bytes: 8_000, time: Self.midnight + .seconds(3_600 * number))
        }
        for report in reports {
            await store.record([report], at: Sample.start)
            try await store.keepPicture(of: report.id, from: report.path)
        }
        try await store.perform { writer in try writer.thinSample(to: 17_000) }
        #expect(try await sampled(.any).map(\.id) == [reports[4].id, reports[3].id])
    }

    @Test func theSampleGoesWithKeepFrames() async throws {
        let report = try directory.capture(1, bytes: 8_000, time: Self.midnight)
        await store.record([report], at: Sample.start)
        try await store.keepPicture(of: report.id, from: report.path)
        let limits = RetentionLimits(keepFree: 0, keepFrames: .seconds(86_400))
        #expect(try await store.sweep(limits, now: Self.midnight + .seconds(90_000)).pictures == 1)
        #expect(try await sampled(.any).isEmpty)
    }
}
