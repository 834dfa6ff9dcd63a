/// How much is kept, and how long (`storage` of the settings).
public struct RetentionLimits: Hashable, Sendable {
    /// Bytes of all that ``DiskFigures/used`` counts.
    public var budget: Int64
    /// Bytes that stay free on the file system.
    public var keepFree: Int64
    /// Pictures are kept so long.
    public var keepFrames: Duration
    /// Records are kept so long.
    public var keepRecords: Duration
    /// The most files or records that one sweep removes: a sweep never takes long.
    public var step: Int

    /// The settings' presets.
    public init(
        budget: Int64 = 4_000_000_000, keepFree: Int64 = 1_000_000_000, keepFrames: Duration = .seconds(30 * 86_400),
        keepRecords: Duration = .seconds(365 * 86_400), step: Int = 500
    ) {
        self.budget = budget
        self.keepFree = keepFree
        self.keepFrames = keepFrames
        self.keepRecords = keepRecords
        self.step = step
    }
}

/// What a sweep removed.
public struct SweepReport: Hashable, Sendable {
    /// Thumbnails.
    public var thumbnails = 0
    /// Pictures.
    public var pictures = 0
    /// Frames with all that belongs to them.
    public var records = 0
    /// Bytes of pictures and thumbnails.
    public var bytes: Int64 = 0
    /// True when there is more to remove: sweep again soon.
    public var isUnfinished = false
    /// True when nothing more can be removed and the limits are still passed.
    public var isOverBudget = false

    /// Nothing removed.
    public init() {}
}
