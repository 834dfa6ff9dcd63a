/// One thing that changed, in the order in which it was recorded: what `/events` sends and resumes from.
public struct Change: Hashable, Sendable {
    /// What changed.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// A frame was recorded, or got its picture or thumbnail.
        case frame
        /// A detection was recorded, its action came further, or it was corrected.
        case detection
        /// A visit began, went on or ended.
        case visit
        /// A source came into a condition, or out of it.
        case source
        /// Arming changed.
        case armed
    }

    /// Monotonic, never a time, never used again.
    public var sequence: Int64
    /// What changed.
    public var kind: Kind
    /// The id of the frame, detection, visit or condition; empty for `armed`.
    public var subject: String
}

/// Changes after a number.
public struct Changes: Hashable, Sendable {
    /// Oldest first.
    public var items: [Change]
    /// False where older changes are no longer known: the reader loads everything anew.
    public var isComplete: Bool
    /// The number to ask with next time.
    public var last: Int64
}
