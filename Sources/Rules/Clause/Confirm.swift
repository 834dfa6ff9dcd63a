import Vocabulary

/// When a rule passed at one source and region, as far as its confirmation looks back.
struct Confirmations: Hashable, Sendable, Codable {
    /// When it passed last, oldest first; at most as many as the rule asks for.
    var times: [Duration] = []
    /// How many decided frames in a row it passed, up to now.
    var inARow = 0
}

extension Question {
    /// Passes where the rule passed the clauses before in enough frames, this one included. A late frame looks, but
    /// leaves no trace; "in a row" cannot be said of it.
    func confirm(_ state: RuleState) -> Answer {
        let needed = rule.confirm.frames
        guard needed > 1 else { return (true, "one frame is enough") }
        let before = state.confirmations[key] ?? Confirmations()
        guard let within = rule.confirm.within else {
            let count = isLate ? 1 : min(before.inARow + 1, needed)
            return (count >= needed, "\(count) of \(needed) frames in a row")
        }
        let earlier = before.times.filter { $0 <= completed && completed - $0 <= within }
        let count = min(earlier.count + 1, needed)
        return (count >= needed, "\(count) of \(needed) frames within \(said(within))")
    }
}

extension RuleState {
    /// Notes whether a rule passed probability, margin and unknown in a frame that is not late.
    mutating func noteConfirmation(_ question: Question, passed: Bool) {
        guard question.rule.confirm.frames > 1, !question.isLate else { return }
        var held = confirmations[question.key] ?? Confirmations()
        held.inARow = passed ? min(held.inARow + 1, question.rule.confirm.frames) : 0
        if passed {
            held.times.append(question.completed)
            held.times.removeFirst(max(0, held.times.count - question.rule.confirm.frames))
        }
        if let within = question.rule.confirm.within {
            held.times.removeAll { question.completed - $0 > within }
        } else {
            held.times.removeAll()
        }
        confirmations[question.key] = held.times.isEmpty && held.inARow == 0 ? nil : held
    }
}
