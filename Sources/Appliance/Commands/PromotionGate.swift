import Models
import Rules
import Settings
import Vocabulary

/// Whether a version may take the place of production: what speaks against it, in sentences.
struct PromotionGate {
    /// Reasons to refuse it; `--force` overrules them.
    private(set) var refusals: [String] = []
    /// What the owner should know.
    private(set) var notes: [String] = []

    /// Compares a whole version with production, and looks at the rules.
    init(_ installation: Installation, candidate: ModelVersion) throws {
        let production = try? installation.modelVersion(nil)
        lookAtRules(installation.configuration.ruleBook, production, candidate)
        if let production, production.id != candidate.id { try compare(production, candidate) }
    }

    private mutating func lookAtRules(_ book: RuleBook, _ production: ModelVersion?, _ candidate: ModelVersion) {
        let idleNow = Set(production.map { book.idleRules(with: $0.labels) } ?? [])
        let acting = Set(book.rules.filter { $0.action != nil }.map(\.name))
        for rule in book.idleRules(with: candidate.labels) where !idleNow.contains(rule) {
            let sentence = "rule '\(rule)' would be idle: \(candidate.id) has none of its labels"
            if acting.contains(rule) {
                refusals.append("\(sentence), and it sets off an action")
            } else {
                notes.append(sentence)
            }
        }
        for veto in book.blindVetoes(with: candidate.labels) {
            notes.append("the veto of rule '\(veto.rule)' would be blind: \(veto.sentence(candidate.id))")
        }
    }

    /// On the photos that both were evaluated on, each without having seen them; labels that both have.
    private mutating func compare(_ production: ModelVersion, _ candidate: ModelVersion) throws {
        let pairs = try PromotionGate.pairs(production, candidate)
        guard !pairs.isEmpty else {
            notes.append(
                "\(production.id) and \(candidate.id) were not evaluated on the same photos: which one is better is not "
                    + "known here (rooster models shadow and compare show it on the camera's own)")
            return
        }
        let test = PairedTest(pairs)
        let sentence = test.words(old: production.id.description, new: candidate.id.description)
        if test.verdict == .worse { refusals.append(sentence) } else { notes.append(sentence) }
    }

    /// The photos that both versions judged out of fold, by digest, region and label.
    static func pairs(_ old: ModelVersion, _ new: ModelVersion) throws -> [PairedTest.Pair] {
        struct Key: Hashable {
            var digest: String
            var region: Box?
            var label: String
        }
        func photos(_ version: ModelVersion) throws -> [Key: TrainingPhoto] {
            Dictionary(
                try version.trainingPhotos().filter { $0.predicted != nil && $0.probability != nil }
                    .map { (Key(digest: $0.digest, region: $0.region, label: $0.label), $0) },
                uniquingKeysWith: { first, _ in first })
        }
        let before = try photos(old)
        guard !before.isEmpty else { return [] }
        return try photos(new).compactMap { key, photo in
            guard let earlier = before[key], let was = earlier.probability, let now = photo.probability,
                old.labels.index(of: key.label) != nil, new.labels.index(of: key.label) != nil
            else { return nil }
            return PairedTest.Pair(
                group: "\(photo.group)", label: key.label, old: was, new: now,
                oldIsRight: earlier.predicted == key.label, newIsRight: photo.predicted == key.label)
        }
    }
}
