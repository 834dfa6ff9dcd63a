public import Vocabulary

/// What rules say of one frame. Pure: the same book, state, predictions and clock give the same verdict and the same
/// next state, so that `rooster rules try` can replay last week.
///
/// Each rule asks each of its regions. First whether it **sees** (probability, margin, unknown, confirm): if one fails
/// there is no detection. Then whether its action and its publication are **held back** (schedule, veto), or the action
/// alone (disarmed, cooldown, rate, busy, late, stale); all are asked, for the record. Of the regions in which nothing
/// held the action back, the one with the highest probability fires; the others are superseded.
/// - Parameters:
///   - predictions: production's answers, a region each; of a region that comes twice the first counts.
///   - state: the same value for all frames, in the order in which they are decided.
///   - now: the moment of deciding. Every wait counts on its monotonic half.
/// - Complexity: O(rules × regions × labels).
public func decide(
    _ book: RuleBook, predictions: [Prediction], frame: FrameFacts, state: inout RuleState,
    circumstances: Circumstances, now: Moment
) -> Verdict {
    state.follow(now)
    // A file that claims to be of the future would make all that follow late.
    var frame = frame
    frame.completed.monotonic = min(frame.completed.monotonic, now.monotonic)
    var verdict = Verdict()
    verdict.late = !state.isInOrder(frame)
    var regions = Set<String>()
    let predictions = predictions.filter { regions.insert($0.region).inserted }
    let rules = book.rules.filter { $0.looks(atSource: frame.source) }
    var loads = circumstances.actions
    for rule in rules {
        let sight = rule.vetoSight(in: predictions, groups: book.groups)
        if let sight, !verdict.late { state.noteVeto(of: rule, sight: sight, frame: frame) }
        var found: [Detection] = []
        for prediction in predictions where rule.looks(atRegion: prediction.region) {
            guard
                let candidate = Candidate(of: rule.labels, in: prediction, groups: book.groups)
            else { continue }
            let question = Question(
                book: book, rule: rule, frame: frame, prediction: prediction, candidate: candidate,
                circumstances: circumstances, sight: sight, load: rule.action.flatMap { loads[$0] }, now: now,
                isLate: verdict.late)
            guard let trace = question.see(&state, &verdict) else { continue }
            let visit = state.join(question, ended: &verdict.endedVisits)
            found.append(question.detection(trace: trace, visit: visit))
        }
        if let fires = bestThatMayFire(found), let action = rule.action {
            for index in found.indices where found[index].heldBack == nil { found[index].superseded = index != fires }
            verdict.due.append(
                DueAction(
                    detection: found[fires], action: action, deadline: frame.completed.monotonic + frame.deadline,
                    expires: frame.completed.monotonic + frame.staleAfter))
            loads[action]?.addOne()
            state.noteDue(found[fires], now: now)
        }
        verdict.detections += found
    }
    if !verdict.late { state.noteDecided(frame) }
    return verdict
}

/// The place of the detection with the highest probability that nothing held back; of equals the first.
private func bestThatMayFire(_ detections: [Detection]) -> Int? {
    var best: Int?
    for (index, detection) in detections.enumerated() where detection.heldBack == nil && detection.action != nil {
        if let held = best, detection.probability <= detections[held].probability { continue }
        best = index
    }
    return best
}

extension Question {
    /// Asks the clauses that decide whether there is a detection, then the others.
    /// - Returns: what each said; nil where the rule does not see.
    fileprivate func see(_ state: inout RuleState, _ verdict: inout Verdict) -> [ClauseOutcome]? {
        var trace: [ClauseOutcome] = []
        for clause in rule.clauses where clause.decidesSeen {
            if clause == .confirm {
                trace.append(answer(of: clause, state))
                state.noteConfirmation(self, passed: true)
            } else {
                trace.append(answer(of: clause, state))
            }
            guard trace.last?.passed == true else {
                if clause == .probability, isNearMiss, !verdict.nearMisses.contains(rule.name) {
                    verdict.nearMisses.append(rule.name)
                }
                if clause != .confirm { state.noteConfirmation(self, passed: false) }
                return nil
            }
        }
        for clause in rule.clauses where !clause.decidesSeen { trace.append(answer(of: clause, state)) }
        return trace
    }

    fileprivate func detection(trace: [ClauseOutcome], visit: VisitID) -> Detection {
        let silenced = trace.contains { !$0.passed && $0.clause.holdsBackPublication }
        return Detection(
            id: DetectionID(frame: frame.id, rule: rule.name, region: prediction.region), visit: visit,
            frame: frame.id, time: frame.time, source: frame.source, region: prediction.region, rule: rule.name,
            label: candidate.label, probability: candidate.probability, model: prediction.model,
            labels: prediction.best(5), trace: trace, action: rule.action,
            heldBack: trace.first { !$0.passed }?.clause, superseded: false, publish: silenced ? [] : rule.publish)
    }
}
