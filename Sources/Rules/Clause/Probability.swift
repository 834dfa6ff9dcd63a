import Vocabulary

extension Question {
    /// The least probability of the candidate: `per_label` for an entry of its name, else the rule's.
    var neededProbability: Double { rule.perLabel[candidate.entry] ?? rule.probability }

    /// Passes from the needed probability on.
    func probability() -> Answer {
        let (actual, needed) = apart(candidate.probability, neededProbability)
        let best = candidate.entry == candidate.label ? "" : " (best: \(candidate.label))"
        return (
            reaches(candidate.probability, neededProbability), "\(candidate.entry)\(best) \(actual) of \(needed) needed"
        )
    }

    /// From three quarters of the needed probability on a miss is a near one: worth a look and a label.
    var isNearMiss: Bool { reaches(candidate.probability, neededProbability * 0.75) }
}
