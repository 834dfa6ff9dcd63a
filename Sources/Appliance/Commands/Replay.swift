import Foundation
import Models
import Store
public import Vocabulary

/// `rooster replay`: kept frames through a version again. Records nothing.
public struct Replay {
    /// What became of one region of one frame.
    public struct Line: Encodable, Sendable, CustomStringConvertible {
        /// How the answer compares with the one on record.
        public enum Verdict: String, Encodable, Sendable {
            /// The same, bit for bit.
            case same
            /// Another one.
            case differs
            /// This version's answer is not on record: nothing to compare with.
            case new
            /// The picture is not kept any more.
            case gone
            /// The picture is not the one that was answered.
            case changed
        }

        var frame: FrameID
        var time: Instant
        var source: String
        var region: String
        var model: ModelID
        /// How the answer compares.
        public var verdict: Verdict
        var labels: [ScoredLabel]
        var recorded: [ScoredLabel]
        var reason: String?

        /// One line for people.
        public var description: String {
            func words(_ labels: [ScoredLabel]) -> String {
                labels.first.map { "\($0.label) \(Words.probability($0.probability))" } ?? "nothing"
            }
            let what =
                switch verdict {
                case .same: "\(words(labels)), as recorded, bit for bit"
                case .differs: "\(words(labels)), recorded was \(words(recorded))"
                case .new: "\(words(labels)); not on record"
                case .gone: "the picture is not kept any more"
                case .changed: reason ?? "the picture has changed"
                }
            return "\(time)  \(source)  \(frame)  \(region): \(what)"
        }
    }

    /// All together.
    public struct Summary: Encodable, Sendable, CustomStringConvertible {
        var model: String
        var frames = 0
        var regions = 0
        var same = 0
        /// Answers that are not those on record.
        public var differs = 0
        var new = 0
        var gone = 0
        /// Pictures that are not those that were answered.
        public var changed = 0

        /// One line for people.
        public var description: String {
            var parts = ["\(same) of \(same + differs) recorded answers come out again, bit for bit"]
            if differs > 0 { parts.append("\(differs) differ") }
            if new > 0 { parts.append("\(new) have no recorded answer of \(model)") }
            if gone > 0 { parts.append("\(gone) pictures are not kept any more") }
            if changed > 0 { parts.append("\(changed) pictures have changed") }
            return
                "\(Words.count(frames, "frame")), \(Words.count(regions, "region")): \(parts.joined(separator: "; "))"
        }
    }

    private let installation: Installation

    /// Replays the record of an installation.
    public init(_ installation: Installation) {
        self.installation = installation
    }

    /// - Parameters:
    ///   - ids: of frames; empty: all since `since`.
    ///   - model: `NAME/VERSION`; nil: each frame through the version that answered it.
    ///   - report: told each region.
    ///   - progress: told how many frames are done, each second.
    public func run(
        ids: [String], since: Instant?, model: String?, report: (Line) -> Void, progress: (Int) -> Void
    ) async throws -> Summary {
        let walk = try RecordWalk(installation)
        let wanted = try model.map { try PictureAnswers(installation.modelVersion($0), installation: installation) }
        var loaded: [ModelID: Result<PictureAnswers, any Error>] = [:]
        var summary = Summary(model: wanted?.version.id.description ?? "the version that answered")
        var shown = Clock.monotonic()
        func answers(for id: ModelID) throws -> PictureAnswers {
            if let wanted { return wanted }
            let found =
                loaded[id]
                ?? Result { try PictureAnswers(installation.registry.version(id), installation: installation) }
            loaded[id] = found
            return try found.get()
        }
        func replay(_ frame: RecordedFrame) async throws {
            guard let recorded = frame.answers.first(where: { $0.role == ModelRole.production.rawValue }) else {
                return
            }
            summary.frames += 1
            if Clock.monotonic() - shown > .seconds(1) {
                progress(summary.frames)
                shown = Clock.monotonic()
            }
            let lines: [Line]
            do {
                let version = try answers(for: recorded.model.id)
                lines = try await self.lines(frame, version, in: walk.store)
            } catch {
                throw ModelError.refused("\(error) (--model replays through another version)")
            }
            for line in lines {
                summary.count(line.verdict)
                report(line)
            }
        }
        if ids.isEmpty {
            try await walk.frames(since: since, replay)
        } else {
            for frame in try await walk.frames(ids) { try await replay(frame) }
        }
        return summary
    }

    private func lines(_ frame: RecordedFrame, _ version: PictureAnswers, in store: Store) async throws -> [Line] {
        let regions = frame.regions
        let outcome = try await version.answer(frame, regions: regions, in: store)
        return regions.enumerated().map { index, region in
            let recorded = frame.answer(of: version.version.id, digest: version.version.digest, region: region.name)
            var line = Line(
                frame: frame.id, time: frame.time, source: frame.source, region: region.name,
                model: version.version.id, verdict: .gone, labels: [],
                recorded: recorded.map { Array($0.item.labels.prefix(5)) } ?? [])
            switch outcome {
            case .gone: break
            case .changed(let reason): (line.verdict, line.reason) = (.changed, reason)
            case .answers(let predictions):
                guard predictions.indices.contains(index) else { break }
                line.labels = predictions[index].best(5)
                line.verdict =
                    recorded?.fingerprint.map { $0 == predictions[index].fingerprint ? .same : .differs } ?? .new
            }
            return line
        }
    }
}

extension Replay.Summary {
    mutating func count(_ verdict: Replay.Line.Verdict) {
        regions += 1
        switch verdict {
        case .same: same += 1
        case .differs: differs += 1
        case .new: new += 1
        case .gone: gone += 1
        case .changed: changed += 1
        }
    }
}
