/// What can be the matter with a source's pictures: found by watching what comes (`docs/CAMERAS.md`). Several can hold at
/// once; in the order of the cases, what matters most comes first.
public enum SourceCondition: String, Sendable, Codable, CaseIterable, Comparable {
    /// The directory is not there, or cannot be looked into.
    case missing
    /// No picture for longer than the source's `silent_after`.
    case silent
    /// The same picture again and again.
    case frozen
    /// Many of the latest files end inside their picture.
    case truncated
    /// Much less sharp than this camera's pictures usually are.
    case blurred
    /// White all over: the sun or its own lamp in the lens.
    case bright
    /// Its files or its pictures are dated far from when they came.
    case wrongClock = "wrong_clock"
    /// Too dark to see anything.
    case dark

    /// What matters more is less.
    public static func < (left: SourceCondition, right: SourceCondition) -> Bool { left.place < right.place }

    /// True where somebody should look after it. The night is none.
    public var isTrouble: Bool { self != .dark }

    /// After the camera's name and a form of "to be".
    public var word: String {
        switch self {
        case .missing: "missing"
        case .silent: "silent"
        case .frozen: "frozen"
        case .truncated: "cut off"
        case .blurred: "blurred"
        case .bright: "blinded"
        case .wrongClock: "dated wrongly"
        case .dark: "dark"
        }
    }

    private var place: Int { SourceCondition.allCases.firstIndex(of: self) ?? SourceCondition.allCases.count }
}

/// One stretch of time in which a source was in a condition.
public struct ConditionReport: Hashable, Sendable {
    /// The same for the same stretch after any crash: 20 letters and digits.
    public var id: String { identifier(of: [source, condition.rawValue, String(since.milliseconds)]) }
    /// The source.
    public var source: String
    /// What was the matter.
    public var condition: SourceCondition
    /// Since when: of silence the last picture, else the first picture that shows it.
    public var since: Instant
    /// When it was over; nil: it goes on.
    public var until: Instant?
    /// The frame that shows it; nil where none does.
    public var frame: FrameID?
    /// What was found, as a sentence with figures.
    public var detail: String

    /// One stretch of time in which a source was in a condition.
    public init(
        source: String, condition: SourceCondition, since: Instant, until: Instant? = nil, frame: FrameID? = nil,
        detail: String
    ) {
        self.source = source
        self.condition = condition
        self.since = since
        self.until = until
        self.frame = frame
        self.detail = detail
    }
}
