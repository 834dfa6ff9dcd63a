/// Which version serves as what (DESIGN section 1).
public enum ModelRole: String, Sendable, Codable, CaseIterable, CustomStringConvertible {
    /// Acts.
    case production
    /// What a rollback takes.
    case previous
    /// Scored and never acted on.
    case shadow
    /// An old, well-known version always scored beside production.
    case baseline

    /// The word.
    public var description: String { rawValue }
}
