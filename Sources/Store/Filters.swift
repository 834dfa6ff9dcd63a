public import Vocabulary

/// Which detections a page wants. All conditions must hold.
public struct DetectionFilter: Hashable, Sendable {
    /// Only what was recorded before this place.
    public var before: PageCursor?
    /// Only what was recorded after this place: the nearest `limit` of them.
    public var after: PageCursor?
    /// At most so many, up to ``PageLimit/most``.
    public var limit: Int
    /// Only of frames of this time or later.
    public var since: Instant?
    /// Only of frames before this time.
    public var until: Instant?
    /// Only of this label.
    public var label: String?
    /// Only of this rule.
    public var rule: String?
    /// Only of this source.
    public var source: String?
    /// Only of this visit.
    public var visit: VisitID?
    /// Only of this frame.
    public var frame: FrameID?

    /// All conditions are optional.
    public init(
        before: PageCursor? = nil, after: PageCursor? = nil, limit: Int = PageLimit.preset, since: Instant? = nil,
        until: Instant? = nil, label: String? = nil, rule: String? = nil, source: String? = nil,
        visit: VisitID? = nil, frame: FrameID? = nil
    ) {
        self.before = before
        self.after = after
        self.limit = limit
        self.since = since
        self.until = until
        self.label = label
        self.rule = rule
        self.source = source
        self.visit = visit
        self.frame = frame
    }
}

/// Frames without detections that retention leaves for labelling (DESIGN section 5).
public enum FrameSample: String, Sendable, CaseIterable {
    /// All of them.
    case any
    /// Those in which no rule saw nearly anything.
    case unremarkable
    /// Those in which a rule's probability was nearly reached.
    case nearMiss = "near_miss"
}

/// Which frames a page wants. All conditions must hold.
public struct FrameFilter: Hashable, Sendable {
    /// Only what was recorded before this place.
    public var before: PageCursor?
    /// Only what was recorded after this place: the nearest `limit` of them.
    public var after: PageCursor?
    /// At most so many, up to ``PageLimit/most``.
    public var limit: Int
    /// Only of this time or later.
    public var since: Instant?
    /// Only before this time.
    public var until: Instant?
    /// Only of this source.
    public var source: String?
    /// Only in this state.
    public var state: FrameItem.State?
    /// Only of the sample for labelling that nobody labelled yet.
    public var sample: FrameSample?

    /// All conditions are optional.
    public init(
        before: PageCursor? = nil, after: PageCursor? = nil, limit: Int = PageLimit.preset, since: Instant? = nil,
        until: Instant? = nil, source: String? = nil, state: FrameItem.State? = nil, sample: FrameSample? = nil
    ) {
        self.before = before
        self.after = after
        self.limit = limit
        self.since = since
        self.until = until
        self.source = source
        self.state = state
        self.sample = sample
    }
}

/// Which visits a page or feed wants, in the order in which they began. All conditions must hold.
public struct VisitFilter: Hashable, Sendable {
    /// Only what began before this place.
    public var before: PageCursor?
    /// Only what began after this place: the nearest `limit` of them.
    public var after: PageCursor?
    /// At most so many, up to ``PageLimit/most``.
    public var limit: Int
    /// Only visits that went on at this time or later.
    public var since: Instant?
    /// Only of this label.
    public var label: String?
    /// Only of this source.
    public var source: String?

    /// All conditions are optional.
    public init(
        before: PageCursor? = nil, after: PageCursor? = nil, limit: Int = PageLimit.preset, since: Instant? = nil,
        label: String? = nil, source: String? = nil
    ) {
        self.before = before
        self.after = after
        self.limit = limit
        self.since = since
        self.label = label
        self.source = source
    }
}
