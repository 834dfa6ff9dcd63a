import Vocabulary

/// What is asked of every clause: does this let pass what this rule found in this region of this frame?
struct Question {
    let book: RuleBook
    let rule: Rule
    let frame: FrameFacts
    let prediction: Prediction
    let candidate: Candidate
    let circumstances: Circumstances
    /// What the rule's veto sees in this very frame; nil: nothing.
    let sight: String?
    /// The load of the rule's action, with what this frame has already set off counted in.
    let load: ActionLoad?
    let now: Moment
    /// A newer frame of the source was decided before.
    let isLate: Bool

    /// When the file was complete: what confirmations, vetoes and visits count on.
    var completed: Duration { frame.completed.monotonic }
    /// Where the rule's confirmations and cool-down are kept.
    var key: String { RuleState.key(rule.name, frame.source, prediction.region) }

    /// What one clause says. A clause that is added without an answer here does not compile.
    func answer(of clause: Clause, _ state: RuleState) -> ClauseOutcome {
        let (passed, detail) =
            switch clause {
            case .probability: probability()
            case .margin: margin()
            case .unknown: unknown()
            case .confirm: confirm(state)
            case .schedule: schedule()
            case .veto: veto(state)
            case .disarmed: disarmed()
            case .cooldown: cooldown(state)
            case .rate: rate()
            case .busy: busy()
            case .late: late()
            case .stale: stale()
            }
        return ClauseOutcome(clause: clause, passed: passed, detail: detail)
    }
}

/// Whether a clause lets pass, and a sentence with the actual values.
typealias Answer = (passed: Bool, detail: String)
