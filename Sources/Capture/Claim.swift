public import Vocabulary

/// A file that is to be answered: one identity, handed to one reader.
public struct Claim: Sendable {
    /// How the file was found.
    public enum Origin: String, Sendable, Codable {
        /// As it came.
        case event
        /// By looking again: its event was lost, or its directory is new or back.
        case rescan
        /// At the start: it came while Rooster was down.
        case startup
    }

    /// The state of the file when it was claimed.
    public var identity: FrameIdentity
    /// The same as text.
    public var id: FrameID
    /// Where the file lies, absolute.
    public var path: String
    /// When the file was complete, as well as it is known; never later than the claim. Where nobody saw it (rescans, a
    /// start) this is worked out from the time of its last change, and may lie before the start of the system.
    public var completed: Moment
    /// The time of the frame: its arrival for events, the time of its last change otherwise.
    public var time: Instant
    /// How it was found.
    public var origin: Origin
    /// It had its time to grow: what is missing now will not come any more.
    public var settled: Bool

    /// A file that is to be answered.
    public init(
        identity: FrameIdentity, path: String, completed: Moment, time: Instant, origin: Origin, settled: Bool = false
    ) {
        self.identity = identity
        id = identity.id
        self.path = path
        self.completed = completed
        self.time = time
        self.origin = origin
        self.settled = settled
    }
}
