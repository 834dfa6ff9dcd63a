import Vocabulary

/// The last action of a rule at one source and region.
struct LastAction: Hashable, Sendable, Codable {
    /// When it was due, or started in an earlier life.
    var time: Duration
    /// What it was due for.
    var detection: DetectionID?
    /// The one before: what counts again where this one is withdrawn.
    var before: Duration?
}

extension Question {
    /// Passes where the last action of this rule at this source and region is long enough ago. What was held back does
    /// not count.
    func cooldown(_ state: RuleState) -> Answer {
        guard let last = state.lastActions[key] else { return (true, "no action of this rule here yet") }
        // A reading before the last action means another clock: wait the whole time, never longer.
        let elapsed = max(.zero, now.monotonic - last.time)
        if elapsed >= rule.cooldown { return (true, "last action \(said(elapsed)) ago, \(said(rule.cooldown)) needed") }
        return (false, "\(said(rule.cooldown - elapsed)) of \(said(rule.cooldown)) left")
    }
}
