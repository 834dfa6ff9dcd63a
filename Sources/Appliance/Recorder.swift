import Delivery
import Foundation
import Logging
import Models
import Store
import Vocabulary

/// Takes down what the frame's path hands over: one transaction a batch, then pictures and thumbnails.
struct Recorder: Sendable {
    let queue: ReportQueue
    let store: Store
    let journal: IntentJournal
    let settings: CurrentSettings
    let thumbnails: Thumbnails
    let originals: Originals
    let owed: OwedPictures
    let firstStarts: FirstStarts
    let tally: Tally
    let logger: Logger

    /// Frames in one transaction at most: few enough for the record's queue in memory while a disk refuses writes.
    private static let batch = 64

    /// Works until the queue is closed and empty.
    func run() async {
        await takeUpPictures()
        for await _ in queue.wakeups { await recordAll() }
        await recordAll()
    }

    /// Pictures are kept after the record of their batch: an earlier life may have died in between.
    private func takeUpPictures() async {
        for frame in (try? await store.lackingPictures(newest: Recorder.batch)) ?? [] {
            let deletes = settings.now.sources[frame.source]?.deletesOriginals ?? false
            _ = try? await store.keepPicture(
                of: frame.id, from: frame.path, by: deletes ? .link : .copy, digest: Recorder.digest)
        }
    }

    /// The SHA-256 of a kept picture: what `rooster replay` compares. It is ours alone, and never changed: safe to map.
    @Sendable static func digest(_ path: String) -> String? {
        (try? Data(contentsOf: URL(filePath: path), options: .alwaysMapped)).map { sha256($0) }
    }

    private func recordAll() async {
        while true {
            let entries = queue.take()
            if entries.isEmpty { return }
            await record(entries)
        }
    }

    private func record(_ entries: [ReportQueue.Entry]) async {
        var frames: [FrameReport] = []
        for entry in entries {
            if case .frame(let report) = entry {
                frames.append(report)
                if frames.count < Recorder.batch { continue }
                await record(frames)
                frames = []
                continue
            }
            await record(frames)
            frames = []
            switch entry {
            case .frame: break
            case .action(let id, let report):
                note(await store.update(report, of: id, at: Clock.now().wall))
                if report.state.isFinal { originals.actionEnded(id) }
            case .late(let answers, let frame):
                note(await store.add(answers, to: frame))
            case .endedVisits(let ids):
                note(await store.endVisits(ids, at: Clock.now().wall))
            case .gone(let ids):
                note(await store.frameGone(ids, at: Clock.now().wall))
            case .lookedAt(let source):
                await firstStarts.looked(at: source, store: store)
            }
        }
        await record(frames)
    }

    private func record(_ reports: [FrameReport]) async {
        guard !reports.isEmpty else { return }
        let reports = reports.map(completed)
        let inForce = settings.now
        for report in reports { tally.note(report) }
        let withheld = Set(reports.filter { !inForce.mayKeepPicture(of: $0) }.map(\.id))
        let outcome = await store.record(
            reports, publications: inForce.publications, withheld: withheld, at: Clock.now().wall)
        note(outcome)
        if outcome == .written { journal.noteOnRecord(reports.flatMap(actions)) }
        for report in reports where report.state == .recorded {
            let picture = OwedPictures.Picture(report, isWithheld: withheld.contains(report.id))
            do {
                try await keep(picture)
            } catch {
                if owed.put(picture) {
                    logger.warning("pictures wait to be kept", metadata: ["reason": "\(error)"])
                }
            }
        }
    }

    /// A frame that died before its record is decided again, and what its own action began, a cool-down, would hold that
    /// back on record: what the journal knows counts.
    private func completed(_ report: FrameReport) -> FrameReport {
        var report = report
        for (detection, action) in actions(of: report) where report.actions[detection] == nil {
            report.actions[detection] = journal.report(of: detection, action: action)
        }
        return report
    }

    private func actions(of report: FrameReport) -> [(detection: DetectionID, action: String)] {
        report.detections.compactMap { detection in detection.action.map { (detection.id, $0) } }
    }

    /// Keeps what could not be kept before, until the first that still cannot.
    func settleOwed() async {
        while let picture = owed.take() {
            do {
                try await keep(picture)
            } catch  where error.kind == .notFound && store.health.waiting == 0 {
                // Its frame was given up; a rescan finds it again, and then its picture.
                continue
            } catch {
                owed.putBack(picture)
                return
            }
        }
    }

    private func keep(_ picture: OwedPictures.Picture) async throws(StoreError) {
        let report = picture.report
        let deletes = settings.now.sources[report.identity.source]?.deletesOriginals ?? false
        let kept = try await store.keepPicture(
            of: report.id, from: report.path, by: deletes ? .link : .copy, withheld: picture.isWithheld,
            digest: Recorder.digest)
        if deletes && (kept || picture.isWithheld) { originals.recorded(report) }
        if !picture.isWithheld && !report.detections.isEmpty { await thumbnails.make(of: report.id) }
    }

    private func note(_ outcome: WriteOutcome) {
        if case .waiting(let error) = outcome {
            logger.warning("records wait in memory", metadata: ["reason": "\(error)"])
        }
    }
}
