import Vocabulary

extension Question {
    /// Passes where the candidate is far enough ahead of the best label outside the rule's.
    func margin() -> Answer {
        guard let rival = Rival(to: rule.labels, in: prediction, groups: book.groups) else {
            return (true, "no label outside the rule's")
        }
        let ahead = candidate.probability - rival.probability
        let passed = reaches(ahead, rule.margin)
        let (actual, needed) = apart(ahead, rule.margin)
        if !passed, ahead < 0 {
            return (false, "\(fixed(-ahead, 2)) behind \(rival.label), \(needed) ahead needed")
        }
        return (passed, "\(actual) ahead of \(rival.label), \(needed) needed")
    }
}
