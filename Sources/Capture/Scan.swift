import Vocabulary

/// A walk through directories, done a few entries at a time so that news of files never waits for it.
final class Scan {
    /// A file that is there and was not taken.
    struct Found {
        var identity: FrameIdentity
        var id: CompactFrameID
        var device: UInt64
        /// Below the source's directory.
        var path: String
        var modified: Int64
        var changed: Int64
    }

    /// Counts whole scans; a partial one has the number of the last.
    let number: UInt64
    /// Of the whole source, not of a directory that has just come.
    let isWhole: Bool
    let began: Moment
    /// Whether files it finds may be known from earlier runs.
    var asksEarlier: Bool
    /// Directories still to be looked into, below the source's.
    var pending: [String]
    var open: (reader: DirectoryReader, path: String)?
    /// To be claimed with the next step.
    var found: [Found] = []
    var sawEverything = true
    var reachedWatchLimit = false
    var ignored: [IgnoredFile: Int] = [:]
    var problem: String?

    init(number: UInt64, isWhole: Bool, began: Moment, asksEarlier: Bool, pending: [String]) {
        self.number = number
        self.isWhole = isWhole
        self.began = began
        self.asksEarlier = asksEarlier
        self.pending = pending
    }
}
