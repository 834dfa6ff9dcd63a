public import Vocabulary

/// What happened in one quarter of an hour.
public struct QuarterHour: Hashable, Sendable {
    /// When it begins: a multiple of 15 minutes since 1970.
    public var start: Instant
    /// Frames answered or quarantined.
    public var frames: Int
    /// Detections.
    public var detections: Int
    /// Actions started.
    public var actions: Int
}

/// How many frames were answered in time.
public struct DeadlineCounts: Hashable, Sendable {
    /// Frames answered.
    public var answered: Int
    /// Frames answered after their deadline, by the stage that cost the time; without those of ``notRunning``.
    public var missed: [Stage: Int]
    /// Frames that came while Rooster was down.
    public var notRunning: Int
    /// Frames quarantined.
    public var quarantined: Int
}

/// What the record takes on the disk, in bytes: whole blocks, as `du` counts them.
public struct DiskFigures: Hashable, Sendable {
    /// Kept pictures.
    public var pictures: Int64
    /// Thumbnails.
    public var thumbnails: Int64
    /// The database with its log.
    public var database: Int64
    /// The rest of the state directory without models and caches: reserve, intents, damaged databases, directories.
    public var other: Int64
    /// What programs may still write to the file system of the state directory.
    public var free: Int64
    /// The size of that file system.
    public var size: Int64

    /// All that counts against the budget.
    public var used: Int64 { pictures + thumbnails + database + other }
}

/// How much is recorded: for `/metrics`.
public struct RecordCounts: Hashable, Sendable {
    /// Frames by state.
    public var frames: [FrameItem.State: Int]
    /// Detections.
    public var detections: Int
    /// Visits.
    public var visits: Int
    /// Messages by channel and state.
    public var outbox: [String: [OutboxItem.State: Int]]
}
