import Capture
import Foundation
import Imaging
import Models
import Rules
import Settings
import Store
import Vocabulary

/// `rooster import`: answers frames that the first start noted and left alone.
///
/// They are decided in the order of their files, as old as they are: rules see them, visits form, and the clause `stale`
/// holds back every action. No channel is told.
public struct Importer {
    /// What became of the frames.
    public struct Summary: Encodable, CustomStringConvertible {
        var imported = 0
        var quarantined = 0
        var gone = 0
        var detections = 0

        /// One line for people.
        public var description: String {
            guard imported + quarantined + gone > 0 else {
                return "nothing to import: `rooster run` notes what is there at its first start, "
                    + "and none of that is left unanswered"
            }
            return "\(Words.count(imported, "frame")) imported with \(Words.count(detections, "detection")), "
                + "\(quarantined) quarantined, \(gone) gone meanwhile"
        }
    }

    private let installation: Installation

    /// Imports into the record of an installation.
    public init(_ installation: Installation) {
        self.installation = installation
    }

    /// Why `source` cannot be imported: there is none of that name; nil where it can.
    public func fault(source: String) -> String? {
        let known = installation.configuration.sources.map(\.name)
        if known.contains(source) { return nil }
        return "there is no source '\(source)' in the settings; there are \(known.joined(separator: ", "))"
    }

    /// Imports all noted frames, oldest first.
    /// - Parameters:
    ///   - source: only of this one.
    ///   - progress: told how many of how many are done, each second.
    public func run(source: String?, progress: (Int, Int) -> Void) async throws -> Summary {
        let inForce = InForce(installation.configuration)
        let store = try Store(directory: installation.configuration.storage.directory, now: Clock.now().wall)
        store.keep(within: inForce.retention)
        let classifier = try Classifier(
            installation.modelVersion(nil), threads: installation.threads, clock: Clock.monotonic)
        let frames = try await noted(store, source: source)
        let thumbnails = Thumbnails(store)
        let decoder = JPEGDecoder(limits: .standard)
        var reader = FrameReader()
        var state = RuleState()
        var summary = Summary()
        var visits = Set<VisitID>()
        var shown = Clock.monotonic()
        for (index, frame) in frames.enumerated() {
            if Clock.monotonic() - shown > .seconds(1) {
                progress(index, frames.count)
                shown = Clock.monotonic()
            }
            guard let setting = inForce.sources[frame.source], let claim = claim(frame) else {
                summary.gone += 1
                continue
            }
            let report = answer(claim, setting, inForce.book, &state, &reader, decoder, classifier)
            if case .quarantined = report.state { summary.quarantined += 1 } else { summary.imported += 1 }
            summary.detections += report.detections.count
            visits.formUnion(report.detections.map(\.visit))
            await store.record([report], publications: [], at: Clock.now().wall)
            guard report.state == .recorded else { continue }
            let keeps = inForce.mayKeepPicture(of: report)
            try await store.keepPicture(of: report.id, from: report.path, withheld: !keeps, digest: Recorder.digest)
            if keeps && !report.detections.isEmpty { await thumbnails.make(of: report.id) }
        }
        await store.endVisits(Array(visits), at: Clock.now().wall)
        await store.close()
        return summary
    }

    private func noted(_ store: Store, source: String?) async throws -> [FrameItem] {
        var found: [FrameItem] = []
        var filter = FrameFilter(limit: PageLimit.most, source: source, state: .noted)
        repeat {
            let page = try await store.frames(filter)
            found += page.items
            filter.before = page.next
        } while filter.before != nil
        return found.sorted { $0.time < $1.time }
    }

    private func claim(_ frame: FrameItem) -> Claim? {
        guard let directory = installation.configuration.sources.first(where: { $0.name == frame.source })?.directory,
            let identity = FrameIdentity(
                of: frame.id, source: frame.source, path: frame.path, directory: directory)
        else { return nil }
        let now = Clock.now()
        let completed = Moment(monotonic: now.monotonic - (now.wall - frame.time), wall: frame.time)
        return Claim(
            identity: identity, path: frame.path, completed: completed, time: frame.time, origin: .startup,
            settled: true)
    }

    private func answer(
        _ claim: Claim, _ setting: InForce.Source, _ book: RuleBook, _ state: inout RuleState,
        _ reader: inout FrameReader, _ decoder: JPEGDecoder, _ classifier: Classifier
    ) -> FrameReport {
        var report = FrameReport(
            identity: claim.identity, path: claim.path, time: claim.time, state: .recorded,
            deadline: setting.deadline)
        do throws(ImagingError) {
            guard case .complete(let jpeg) = reader.read(claim) else {
                throw ImagingError(.truncated, "cannot be read as it was noted")
            }
            let picture = try decoder.decode(
                jpeg, regions: setting.regions.map(\.box), minimumSide: DecodeStage.minimumSide)
            for region in setting.regions {
                report.answers.append(.init(region, try classifier.classify(picture, region: region).prediction))
            }
        } catch {
            report.state = .quarantined(reason: "\(error.kind.rawValue): \(claim.path) \(error.message)")
            return report
        }
        let facts = FrameFacts(
            id: claim.id, source: claim.identity.source, time: claim.time, completed: claim.completed,
            deadline: setting.deadline, staleAfter: setting.staleAfter)
        let verdict = decide(
            book, predictions: report.answers.map(\.prediction), frame: facts, state: &state,
            circumstances: Circumstances(), now: Clock.now())
        report.detections = verdict.detections
        report.late = verdict.late
        return report
    }
}
