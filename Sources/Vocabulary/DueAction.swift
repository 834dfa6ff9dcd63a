/// An action that a rule asks for now and that nothing held back: what is to be done, not why.
public struct DueAction: Hashable, Sendable {
    /// What was seen.
    public var detection: Detection
    /// The name of the action.
    public var action: String
    /// When the deadline of the frame passes, monotonic (see ``Moment``): for `ROOSTER_DEADLINE_LEFT_MS`.
    public var deadline: Duration
    /// From when on it is stale and must not start any more, monotonic.
    public var expires: Duration
    /// The picture, an absolute path that stays readable until the action ends; nil where there is none.
    public var picture: String?
    /// True where a person tries the action out.
    public var isTest: Bool

    /// What is to be done.
    public init(
        detection: Detection, action: String, deadline: Duration, expires: Duration, picture: String? = nil,
        isTest: Bool = false
    ) {
        self.detection = detection
        self.action = action
        self.deadline = deadline
        self.expires = expires
        self.picture = picture
        self.isTest = isTest
    }
}
