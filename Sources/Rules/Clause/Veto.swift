import Vocabulary

/// A stretch in which a rule's vetoing labels were present at a source, never further apart than the veto lasts.
struct VetoRun: Hashable, Sendable, Codable {
    var first: Duration
    var last: Duration
    /// What was seen last: `person 0.80 in yard`.
    var sight: String
}

extension Question {
    /// Passes where no vetoing label is present in any region of the source, nor was within the time before.
    func veto(_ state: RuleState) -> Answer {
        guard let veto = rule.veto else { return (true, "no veto") }
        let names = veto.labels.joined(separator: ", ")
        if let sight { return (false, "\(sight), now") }
        guard let run = state.vetoes[RuleState.key(rule.name, frame.source)], completed >= run.first,
            completed - run.last <= veto.within
        else { return (true, "no \(names) within \(said(veto.within))") }
        let age = completed - run.last
        let ago = age <= .zero ? "now" : "\(said(age)) ago, \(said(veto.within - age)) of \(said(veto.within)) left"
        return (false, "\(run.sight), \(ago)")
    }
}

extension Rule {
    /// The strongest sight of a vetoing label in any region of a frame: `person 0.80 in yard`; nil where there is none.
    func vetoSight(in predictions: [Prediction], groups: [String: [String]]) -> String? {
        guard let veto else { return nil }
        var strongest: (candidate: Candidate, region: String)?
        for prediction in predictions {
            guard let found = Candidate(of: veto.labels, in: prediction, groups: groups),
                reaches(found.probability, veto.probability)
            else { continue }
            if let held = strongest, found.probability <= held.candidate.probability { continue }
            strongest = (found, prediction.region)
        }
        return strongest.map { "\($0.candidate.label) \(fixed($0.candidate.probability, 2)) in \($0.region)" }
    }
}

extension RuleState {
    /// Notes what a rule's veto saw in a frame that is not late.
    mutating func noteVeto(of rule: Rule, sight: String, frame: FrameFacts) {
        guard let veto = rule.veto else { return }
        let key = RuleState.key(rule.name, frame.source)
        let time = frame.completed.monotonic
        let before = vetoes[key].flatMap { time - $0.last <= veto.within ? $0.first : nil }
        vetoes[key] = VetoRun(first: before ?? time, last: time, sight: sight)
    }
}
