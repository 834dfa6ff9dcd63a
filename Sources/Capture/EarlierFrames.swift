public import Vocabulary

/// What earlier runs left on record. Asked by scans, from the watcher's threads; may take its time.
public struct EarlierFrames: Sendable {
    /// Which of these frames are on record. At most some hundred are asked at once.
    public var known: @Sendable ([FrameID]) -> Set<FrameID>
    /// Whether nothing is on record of a source: its files that lie there already are then history.
    public var isFirstStart: @Sendable (_ source: String) -> Bool

    /// What earlier runs left on record.
    public init(
        known: @escaping @Sendable ([FrameID]) -> Set<FrameID>,
        isFirstStart: @escaping @Sendable (_ source: String) -> Bool
    ) {
        self.known = known
        self.isFirstStart = isFirstStart
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
