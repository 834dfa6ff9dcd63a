import Foundation
public import Models
public import Vocabulary

/// From labelled photos to a version that can be added to a registry.
public struct Course: Sendable {
    /// Why photos teach nothing, in a sentence that says what to do.
    public struct Fault: Error, CustomStringConvertible {
        /// In a sentence.
        public var description: String

        /// - Parameter description: in a sentence.
        public init(description: String) { self.description = description }
    }

    /// A photo that was read.
    public struct Photo: Sendable {
        /// Where it lies and what is on it.
        public var photo: LabelledPhoto
        /// What the network says of it.
        public var facts: PhotoFacts
        /// When its file was changed.
        public var modified: Instant?

        /// A photo that was read.
        public init(photo: LabelledPhoto, facts: PhotoFacts, modified: Instant?) {
            self.photo = photo
            self.facts = facts
            self.modified = modified
        }
    }

    /// What came of it.
    public struct Outcome: Sendable {
        /// To be added to a registry.
        public var draft: VersionDraft
        /// What the owner should know, in sentences.
        public var warnings: [String]
    }

    /// λ of the penalty: with the temperature fitted afterwards it hardly matters (docs/TRAINING.md).
    public static let penalty = 0.01
    /// The share of known photos that the score of the unknown is set to accept.
    public static let accepted = 0.97
    /// A label with fewer photos is pointed out.
    private static let fewPhotos = 5
    private static let mostLabels = 1_000
    /// Golden photos: one of each label, as long as there are so many.
    private static let mostGolden = 6

    private let parent: ModelVersion
    private let name: String
    private let tool: String

    /// - Parameters:
    ///   - parent: the version whose network is used.
    ///   - name: of the model.
    ///   - tool: what makes the version.
    public init(parent: ModelVersion, name: String, tool: String) {
        self.parent = parent
        self.name = name
        self.tool = tool
    }

    /// Teaches a head and describes it.
    /// - Parameter created: now.
    public func teach(_ given: [Photo], settings: Manifest.Training, created: Instant) throws -> Outcome {
        var warnings: [String] = []
        let photos = distinct(given, &warnings)
        let labels = Set(photos.map(\.photo.label)).sorted()
        guard labels.count >= 2 else {
            throw Fault(
                description:
                    "\(labels.count == 1 ? "all photos have the label '\(labels[0])'" : "no photo can be read")"
                    + ": a model is taught by photos of at least two labels, one folder each")
        }
        guard labels.count <= Self.mostLabels else {
            throw Fault(description: "\(labels.count) labels: at most \(Self.mostLabels) can be taught")
        }
        let numbers = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
        let owners = photos.map { numbers[$0.photo.label] ?? 0 }
        let features = Self.features(photos.map(\.facts))
        let grouping = Grouping(
            zip(photos, owners).map { photo, label in
                Grouping.Photo(
                    path: photo.photo.path, label: label, hash: photo.facts.hash, taken: photo.facts.taken,
                    modified: photo.modified)
            }, embeddings: features)
        var lesson = Lesson(
            features: features, labels: owners, groups: grouping.groups, labelCount: labels.count, settings: settings)
        guard let taught = lesson.teach() else {
            throw Fault(
                description: "the network's answers to these photos are not numbers; is it whole? "
                    + "(rooster models verify \(parent.id))")
        }
        lesson.settings.folds = taught.folds
        let counts = counts(labels, owners, grouping.groups)
        warn(labels: labels, counts: counts, photos: photos, grouping: grouping, taught: taught, &warnings)

        let answers = zip(photos, taught.answers).enumerated().compactMap { place, pair -> Judgement.Answer? in
            pair.1.map {
                Judgement.Answer(
                    path: pair.0.photo.path, label: owners[place], group: grouping.groups[place],
                    probabilities: $0.probabilities, unknown: taught.unknown == nil ? nil : $0.unknown)
            }
        }
        let judgement = Judgement(
            labels: labels, answers: answers, folds: taught.folds, threshold: taught.unknown?.threshold,
            unknownArea: taught.unknownArea)
        let evaluation =
            answers.isEmpty
            ? nil
            : judgement.evaluation(
                counts: counts, precision: settings.precision, optimistic: grouping.optimistic, seed: settings.seed)
        let lines = zip(photos, taught.answers).enumerated().map { place, pair in
            TrainingPhoto(
                digest: pair.0.facts.digest, path: pair.0.photo.path, label: pair.0.photo.label,
                region: pair.0.photo.region, group: grouping.groups[place],
                predicted: pair.1.map { labels[$0.predicted] },
                probability: pair.1.map { Double($0.probabilities[owners[place]]).asFloat },
                unknown: taught.unknown == nil ? nil : pair.1.map { $0.unknown.asFloat })
        }
        let head = try Head(
            weight: taught.weight, bias: taught.bias, shift: taught.shift,
            photos: features.values.map { Float16($0).bitPattern }, owners: owners.map { Int32($0) },
            likeness: taught.likeness)
        let manifest = manifest(labels, lesson.settings, taught, lines, created)
        let draft = VersionDraft(
            manifest: manifest, head: head,
            golden: try golden(photos, owners, head: head, manifest: manifest, answers: taught.answers),
            photos: lines, evaluation: evaluation, backbonePath: parent.backbonePath)
        return Outcome(draft: draft, warnings: warnings)
    }

    /// The features of photos, a row each.
    static func features(_ facts: [PhotoFacts]) -> Matrix {
        let width = facts.first?.embedding.count ?? 0
        var features = Matrix(rows: facts.count, columns: width)
        features.values.withUnsafeMutableBufferPointer { target in
            for (row, facts) in facts.enumerated() {
                facts.embedding.withUnsafeBufferPointer {
                    Manifest.Feature.root.write(
                        $0, into: UnsafeMutableBufferPointer(rebasing: target[(row * width)..<((row + 1) * width)]))
                }
            }
        }
        return features
    }

    /// Each photo once, by label and digest, so that their order on the disk changes nothing.
    private func distinct(_ given: [Photo], _ warnings: inout [String]) -> [Photo] {
        struct Key: Hashable {
            var digest: String
            var region: Box?
        }
        var seen: [Key: Photo] = [:]
        var (copies, disputed) = (0, Set<Key>())
        for photo in given {
            let key = Key(digest: photo.facts.digest, region: photo.photo.region)
            guard let first = seen[key] else {
                seen[key] = photo
                continue
            }
            copies += 1
            guard first.photo.label != photo.photo.label, disputed.insert(key).inserted else { continue }
            warnings.append(
                "\(first.photo.path) and \(photo.photo.path) are the same photo under two labels: neither is used")
        }
        for key in disputed { seen[key] = nil }
        let same = copies - disputed.count
        if same > 0 { warnings.append("\(same) photos are there twice under one label: each counts once") }
        return seen.values.sorted { left, right in
            let a = (left.photo.label, left.facts.digest, left.photo.path)
            let b = (right.photo.label, right.facts.digest, right.photo.path)
            return a != b ? a < b : Self.corners(left).lexicographicallyPrecedes(Self.corners(right))
        }
    }

    /// Of the region, nothing where it is the whole photo.
    private static func corners(_ photo: Photo) -> [Double] {
        photo.photo.region.map { [$0.x, $0.y, $0.width, $0.height] } ?? []
    }

    private func counts(_ labels: [String], _ owners: [Int], _ groups: [Int]) -> [(photos: Int, groups: Int)] {
        var photos = [Int](repeating: 0, count: labels.count)
        var sets = [Set<Int>](repeating: [], count: labels.count)
        for (label, group) in zip(owners, groups) {
            photos[label] += 1
            sets[label].insert(group)
        }
        return zip(photos, sets).map { ($0, $1.count) }
    }

    private func warn(
        labels: [String], counts: [(photos: Int, groups: Int)], photos: [Photo], grouping: Grouping, taught: Taught,
        _ warnings: inout [String]
    ) {
        for (label, count) in zip(labels, counts) {
            if count.photos < Self.fewPhotos {
                warnings.append(
                    "label '\(label)' has \(count.photos) photo\(count.photos == 1 ? "" : "s"): from \(Self.fewPhotos) on it can be told, 30 are good"
                )
            }
            if count.groups == 1, taught.folds > 0 {
                warnings.append(
                    "label '\(label)' was photographed on one occasion only: how well it is known can't be judged")
            }
        }
        if taught.folds == 0 {
            warnings.append(
                "the photos are from too few occasions to judge the model: add some of other hours and days; until "
                    + "then its probabilities are not calibrated and nothing is answered as unknown")
        }
        for (left, right) in grouping.disagreements.prefix(10) {
            warnings.append(
                "\(photos[left].photo.path) and \(photos[right].photo.path) look alike and have different labels")
        }
    }

    private func manifest(
        _ labels: [String], _ settings: Manifest.Training, _ taught: Taught, _ lines: [TrainingPhoto],
        _ created: Instant
    ) -> Manifest {
        var manifest = parent.manifest
        manifest.name = name
        manifest.created = created
        manifest.tool = tool
        manifest.source = "taught with the owner's photos"
        manifest.licence = nil
        // The version that brought the network: teaching it again changes nothing of where it comes from.
        manifest.parent = parent.manifest.head == nil ? parent.id : parent.manifest.parent
        manifest.temperature = taught.temperature
        manifest.unknown = taught.unknown
        manifest.settings = settings
        manifest.labels = labels
        manifest.groups = LabelGroups(of: labels, parent: parent.labels).groups
        let identity = lines.map { "\($0.digest) \($0.label) \($0.region.map { "\($0)" } ?? "")\n" }.joined()
        manifest.photos = Manifest.Photos(
            sha256: sha256(Data(identity.utf8)), count: lines.count,
            labels: lines.reduce(into: [:]) { $0[$1.label, default: 0] += 1 })
        return manifest
    }

    /// Photos with what the head says of them: those of different labels that it is surest of.
    private func golden(
        _ photos: [Photo], _ owners: [Int], head: Head, manifest: Manifest, answers: [Taught.Answer?]
    ) throws -> [VersionDraft.GoldenPhoto] {
        let scorer = Scorer(head: head, manifest: manifest)
        var chosen: [Int] = []
        for label in manifest.labels.indices where chosen.count < Self.mostGolden {
            let candidates = photos.indices.filter { owners[$0] == label && photos[$0].photo.region == nil }
            if let best = candidates.max(by: { probability(answers[$0], label) < probability(answers[$1], label) }) {
                chosen.append(best)
            }
        }
        return try chosen.map { place in
            let photo = photos[place]
            let prediction = photo.facts.embedding.withUnsafeBufferPointer { scorer.prediction(of: "frame", from: $0) }
            return VersionDraft.GoldenPhoto(
                file: "\(photo.facts.digest.prefix(12)).jpg",
                jpeg: try Data(contentsOf: URL(filePath: photo.photo.file)),
                expected: prediction.best(3))
        }
    }

    private func probability(_ answer: Taught.Answer?, _ label: Int) -> Float { answer?.probabilities[label] ?? 0 }
}
