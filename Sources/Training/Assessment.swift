import Foundation
public import Models
public import Vocabulary

/// How a version answers photos whose labels are known.
public struct Assessment: Sendable {
    /// How good it is on photos of labels it knows.
    public var evaluation: Evaluation
    /// Photos of labels it was never taught, and how many of them it took for something it knows; nil: none.
    public var strangers: Evaluation.Share?
    /// Photos of labels it was never taught.
    public var strangerCount: Int
    /// Photos that it was taught with: the figures are too good by them.
    public var taught: Int
    /// In order.
    public var unreadable: [Embedder.Unreadable]

    /// Shows photos to a version.
    /// - Parameters:
    ///   - cache: the directory where facts of photos are kept.
    ///   - precision: what thresholds are to reach; nil: none are looked for.
    ///   - modified: when a file was changed.
    ///   - report: called after each photo, on any thread.
    /// - Throws: what keeps the version from answering, or a sentence where no photo has a label it knows.
    public init(
        of version: ModelVersion, on photos: [LabelledPhoto], cache: String, threads: Int, precision: Double?,
        clock: @escaping @Sendable () -> Duration, modified: (String) -> Instant?,
        report: @escaping @Sendable (Embedder.Progress) -> Void
    ) throws {
        let seen = try Embedder(version, cache: cache, clock: clock, keepsPredictions: version.manifest.head == nil)
            .run(photos, threads: threads, report: report)
        unreadable = seen.unreadable
        let read = zip(photos, seen.facts).compactMap { photo, facts in facts.map { (photo: photo, facts: $0) } }
        let features = Course.features(read.map(\.facts))
        let grouping = Grouping(
            read.map {
                Grouping.Photo(
                    path: $0.photo.path, label: version.labels.index(of: $0.photo.label) ?? -1, hash: $0.facts.hash,
                    taken: $0.facts.taken, modified: modified($0.photo.file))
            }, embeddings: features)
        let digests = Set(try version.trainingPhotos().map(\.digest))
        taught = read.count { digests.contains($0.facts.digest) }

        let scorer = try Scorer(version)
        var (answers, strange) = ([Judgement.Answer](), [Double]())
        var threshold: Double?
        strangerCount = 0
        for (place, (photo, facts)) in read.enumerated() {
            let prediction =
                scorer.map { scorer in
                    facts.embedding.withUnsafeBufferPointer { scorer.prediction(of: "frame", from: $0) }
                } ?? facts.prediction
            guard let prediction else { continue }
            threshold = prediction.unknownThreshold
            guard let label = version.labels.index(of: photo.label) else {
                strangerCount += 1
                if let unknown = prediction.unknown { strange.append(unknown) }
                continue
            }
            answers.append(
                Judgement.Answer(
                    path: photo.path, label: label, group: grouping.groups[place],
                    probabilities: prediction.probabilities, unknown: prediction.unknown))
        }
        guard !answers.isEmpty else {
            throw Course.Fault(
                description:
                    "no photo has a label that \(version.id) knows: the folders have to be named as its labels "
                    + "(rooster models show \(version.id))")
        }
        if let threshold, !strange.isEmpty {
            strangers = Evaluation.Share(Double(strange.count { $0 < threshold }), of: Double(strange.count))
        }
        var judgement = Judgement(
            labels: version.labels.names, answers: answers, folds: 0, threshold: threshold)
        judgement.unknownArea = Calibration.rocArea(known: answers.compactMap(\.unknown), strangers: strange)
        evaluation = judgement.evaluation(precision: precision, optimistic: grouping.optimistic, seed: 1).occurring
    }
}

extension Evaluation {
    /// Without labels that have no photo and were never answered: a thousand rows of nothing.
    var occurring: Evaluation {
        let wanted = labels.indices.filter { label in
            labels[label].photos > 0 || confusion.contains { $0[label] > 0 }
        }
        var result = self
        result.labels = wanted.map { labels[$0] }
        result.confusion = wanted.map { row in wanted.map { confusion[row][$0] } }
        return result
    }
}
