import Foundation
import Models
import Store
public import Vocabulary

/// `rooster models compare`: two versions on the camera's own frames, from what is stored and, where one of them was not
/// asked then, from kept pictures.
public struct Comparison {
    /// A region of a frame of which the two say different things.
    public struct Difference: Encodable, Sendable, CustomStringConvertible {
        var frame: FrameID
        var time: Instant
        var source: String
        var region: String
        var first: ScoredLabel
        var second: ScoredLabel
        var correction: String?
        var picture: String?
        /// How much they differ: what each gives its own answer more than the other does.
        var distance: Double

        /// One line for people.
        public var description: String {
            func words(_ label: ScoredLabel) -> String { "\(label.label) \(Words.probability(label.probability))" }
            return "\(time)  \(source)  \(region): \(words(first)) | \(words(second))"
                + (correction.map { "  (it was \($0))" } ?? "") + "  \(picture ?? "no picture")  \(frame)"
        }
    }

    /// All together.
    public struct Summary: Encodable, Sendable, CustomStringConvertible {
        struct Truth: Encodable, Sendable {
            var photos: Int
            var groups: Int
            var firstAccuracy: Double
            var secondAccuracy: Double
            var onlyFirst: Int
            var onlySecond: Int
            var midP: Double
            var verdict: PairedTest.Verdict

            private enum CodingKeys: String, CodingKey {
                case photos, groups, verdict
                case firstAccuracy = "first_accuracy"
                case secondAccuracy = "second_accuracy"
                case onlyFirst = "only_first_right"
                case onlySecond = "only_second_right"
                case midP = "mid_p"
            }
        }

        var first: ModelID
        var second: ModelID
        var regions = 0
        var agree = 0
        /// Regions answered anew, from kept pictures.
        var computed = 0
        /// Regions that one of them never answered, without a kept picture.
        var missing = 0
        /// On what people put right; null where nothing was.
        var truth: Truth?
        var sentence: String?

        /// For people.
        public var description: String {
            let share = regions == 0 ? "" : " (\(Words.decimals(Double(agree) / Double(regions) * 100, 1)) %)"
            var lines = ["\(first) and \(second) say the same of \(agree) of \(Words.count(regions, "region"))\(share)"]
            if computed > 0 { lines.append("\(computed) answers were not stored and computed from kept pictures") }
            if missing > 0 { lines.append("\(missing) regions could not be compared: not stored, and no picture kept") }
            lines.append(sentence ?? "nobody has put an answer right that both gave: which one is better is not known")
            return lines.joined(separator: "\n")
        }
    }

    private let installation: Installation

    /// Compares on the record of an installation.
    public init(_ installation: Installation) {
        self.installation = installation
    }

    /// - Parameters:
    ///   - limit: so many differences at most, the greatest first.
    ///   - progress: told how many frames are done, each second.
    public func run(
        _ first: String, _ second: String, since: Instant?, limit: Int, progress: (Int) -> Void
    ) async throws -> (differences: [Difference], summary: Summary) {
        let walk = try RecordWalk(installation)
        let versions = [try installation.modelVersion(first), try installation.modelVersion(second)]
        var answerers: [PictureAnswers?] = [nil, nil]
        var summary = Summary(first: versions[0].id, second: versions[1].id)
        var differences: [Difference] = []
        var pairs: [PairedTest.Pair] = []
        var frames = 0
        var shown = Clock.monotonic()
        try await walk.frames(since: since) { frame in
            frames += 1
            if Clock.monotonic() - shown > .seconds(1) {
                progress(frames)
                shown = Clock.monotonic()
            }
            var answers: [[Prediction]] = []
            for (index, version) in versions.enumerated() {
                if let stored = frame.stored(version) {
                    answers.append(stored)
                    continue
                }
                let answerer = try answerers[index] ?? PictureAnswers(version, installation: installation)
                answerers[index] = answerer
                guard
                    case .answers(let found) = try await answerer.answer(frame, regions: frame.regions, in: walk.store)
                else {
                    summary.missing += frame.regions.count
                    return
                }
                summary.computed += found.count
                answers.append(found)
            }
            for (one, other) in zip(answers[0], answers[1]) {
                summary.regions += 1
                let correction = frame.corrections[one.region]
                if let correction, let pair = PairedTest.Pair(frame, correction, one, other) { pairs.append(pair) }
                guard let best = one.best(1).first, let rival = other.best(1).first else { continue }
                guard best.label != rival.label else {
                    summary.agree += 1
                    continue
                }
                differences.append(
                    Difference(
                        frame: frame.id, time: frame.time, source: frame.source, region: one.region, first: best,
                        second: rival, correction: correction, picture: try await walk.store.picturePath(of: frame.id),
                        distance: best.probability - other.probability(of: best.label) + rival.probability
                            - one.probability(of: rival.label)))
                if differences.count > 4 * limit + 64 { differences = Comparison.greatest(differences, limit) }
            }
        }
        if !pairs.isEmpty {
            let test = PairedTest(pairs)
            summary.truth = .init(
                photos: test.photos, groups: test.groups, firstAccuracy: test.oldAccuracy,
                secondAccuracy: test.newAccuracy, onlyFirst: test.onlyOld, onlySecond: test.onlyNew, midP: test.midP,
                verdict: test.verdict)
            summary.sentence = test.words(old: versions[0].id.description, new: versions[1].id.description)
        }
        return (Comparison.greatest(differences, limit), summary)
    }

    private static func greatest(_ differences: [Difference], _ limit: Int) -> [Difference] {
        Array(
            differences.sorted { ($0.distance, $0.frame.rawValue) > ($1.distance, $1.frame.rawValue) }.prefix(limit))
    }
}

extension RecordedFrame {
    /// What a version said of every region, where all of it is stored.
    fileprivate func stored(_ version: ModelVersion) -> [Prediction]? {
        var found: [Prediction] = []
        for region in regions {
            guard let answer = answer(of: version.id, digest: version.digest, region: region.name) else { return nil }
            found.append(
                Prediction(
                    region: region.name, model: version.id, digest: version.digest, labels: answer.model.labels,
                    probabilities: answer.item.probabilities, unknown: answer.item.unknown,
                    unknownThreshold: answer.item.unknownThreshold))
        }
        return found
    }
}

extension Prediction {
    fileprivate func probability(of label: String) -> Double {
        labels.index(of: label).flatMap { probabilities.indices.contains($0) ? Double(probabilities[$0]) : nil } ?? 0
    }
}

extension PairedTest.Pair {
    /// What two versions said of a region that a person put right; nil for a label that one of them does not have.
    fileprivate init?(_ frame: RecordedFrame, _ truth: String, _ old: Prediction, _ new: Prediction) {
        guard old.labels.index(of: truth) != nil, new.labels.index(of: truth) != nil else { return nil }
        self.init(
            group: "\(frame.source) \(frame.time.milliseconds / 3_600_000)", label: truth,
            old: old.probability(of: truth), new: new.probability(of: truth),
            oldIsRight: old.best(1).first?.label == truth, newIsRight: new.best(1).first?.label == truth)
    }
}
