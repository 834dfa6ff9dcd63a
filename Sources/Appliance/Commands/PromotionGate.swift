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
        let book = installation.configuration.ruleBook
        let production = try? installation.modelVersion(nil)
        let idleNow = Set(production.map { book.idleRules(with: $0.labels) } ?? [])
        let acting = Set(book.rules.filter { $0.action != nil }.map(\.name))
        for rule in book.idleRules(with: candidate.labels) where !idleNow.contains(rule) {
            let sentence = "rule '\(rule)' would be idle: \(candidate.id) has none of its labels"
            if acting.contains(rule) { refusals.append(sentence + ", and it sets off an action") } else { notes.append(sentence) }
        }
        for veto in book.blindVetoes(with: candidate.labels) {
            notes.append("the veto of rule '\(veto.rule)' would be blind: \(veto.sentence(candidate.id))")
        }
    }
}
