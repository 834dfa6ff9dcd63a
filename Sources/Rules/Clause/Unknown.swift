import Vocabulary

extension Question {
    /// Passes unless the version says it was never taught this. A version without a fitted score says nothing.
    func unknown() -> Answer {
        guard let score = prediction.unknown, let threshold = prediction.unknownThreshold else {
            return (true, "this version has no score for the unknown")
        }
        let (actual, limit) = apart(score, threshold)
        if rule.unknown == .allow { return (true, "strangeness \(actual), which this rule allows") }
        return (!reaches(score, threshold), "strangeness \(actual), refused from \(limit) on")
    }
}
