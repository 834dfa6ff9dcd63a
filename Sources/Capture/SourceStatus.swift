public import Vocabulary

/// How a source is doing: for the page, for `doctor` and for metrics.
public struct SourceStatus: Sendable, Equatable {
    /// What the watcher does about the directory.
    public enum State: String, Sendable, Codable, CaseIterable {
        /// Not looked at yet.
        case starting
        /// The kernel tells of each file.
        case watching
        /// It is looked at again and again.
        case polling
        /// It is not there.
        case missing
        /// Rooster may not look into it.
        case noRights = "no_rights"
        /// Looking into it fails.
        case failing
        /// Its file system has not answered for a while.
        case hanging
    }

    /// The name of the source.
    public var name: String
    /// The directory, absolute.
    public var directory: String
    /// What the watcher does about it.
    public var state: State = .starting
    /// Since when.
    public var since: Instant
    /// What is wrong and what to do, as sentences; nil when all is well.
    public var message: String?
    /// When the last frame was claimed; nil: none since the start.
    public var lastFrame: Instant?
    /// How many frames were claimed since the start.
    public var frames = 0
    /// How many old files the first start left alone.
    public var noted = 0
    /// Files that are not looked at, by reason: of the last scan, with what came since.
    public var ignored: [IgnoredFile: Int] = [:]
    /// Files that are there and were taken.
    public var known = 0
    /// Files that are given time to grow.
    public var settling = 0
    /// Directories the kernel tells of.
    public var watchedDirectories = 0
    /// How often the kernel's queue was full, so that everything was looked at again.
    public var overflows = 0
    /// How often the whole directory was looked through.
    public var scans = 0
    /// When that ended last.
    public var lastScan: Instant?
    /// How long that took.
    public var scanDuration: Duration?

    /// A source that was not looked at yet.
    public init(name: String, directory: String, since: Instant) {
        self.name = name
        self.directory = directory
        self.since = since
    }
}
