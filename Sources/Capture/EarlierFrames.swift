public import Vocabulary

/// What earlier runs left on record. Asked by scans, from the watcher's threads; may take its time.
public struct EarlierFrames: Sendable {
    /// Which of these frames are on record. At most some hundred are asked at once.
    public var known: @Sendable ([FrameID]) -> Set<FrameID>
    /// When a source was looked at for the very first time: files that were old by then are history. Nil once that look
    /// is on record as a whole.
    public var firstLook: @Sendable (_ source: String) -> Instant?

    /// What earlier runs left on record.
    public init(
        known: @escaping @Sendable ([FrameID]) -> Set<FrameID>,
        firstLook: @escaping @Sendable (_ source: String) -> Instant?
    ) {
        self.known = known
        self.firstLook = firstLook
    }
}

/// A file that the first start leaves alone.
public struct NotedFile: Sendable {
    /// Its identity.
    public var identity: FrameIdentity
    /// Where it lies, absolute.
    public var path: String
    /// When it was changed last.
    public var time: Instant
}
