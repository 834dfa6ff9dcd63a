/// A condition of a rule, in the order in which rules test them (DESIGN section 5).
public enum Clause: String, CaseIterable, Sendable, Codable {
    // Seen?
    case probability, margin, unknown, confirm
    // Held back: action and channels
    case schedule, veto
    // Held back: the action alone
    case disarmed, cooldown, rate, busy, late, stale

    /// True for clauses that decide whether there is a detection at all.
    public var decidesSeen: Bool {
        switch self {
        case .probability, .margin, .unknown, .confirm: true
        default: false
        }
    }

    /// True for clauses that hold back the publication too, not the action alone.
    public var holdsBackPublication: Bool { self == .schedule || self == .veto }
}

/// What one clause said of one prediction: passed, or what it lacked.
public struct ClauseOutcome: Hashable, Sendable, Codable {
    /// Which clause.
    public var clause: Clause
    /// Whether it let the detection, or its action, pass.
    public var passed: Bool
    /// A short sentence for people with the actual values: "0.97 of 0.60 needed", "12 s of 30 s left".
    public var detail: String

    /// The word of one clause.
    public init(clause: Clause, passed: Bool, detail: String) {
        self.clause = clause
        self.passed = passed
        self.detail = detail
    }
}
