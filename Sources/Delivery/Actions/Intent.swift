public import Vocabulary

/// What was about to be done: enough to do it again after a crash, under the same id.
public struct Intent: Hashable, Sendable, Codable {
    /// What tells intents apart: a detection sets off an action once.
    struct Key: Hashable, Sendable {
        var detection: DetectionID
        var action: String
    }

    /// The detection.
    public var detection: DetectionID
    /// Its visit.
    public var visit: VisitID
    /// Its frame.
    public var frame: FrameID
    /// The time of the frame.
    public var time: Instant
    /// The source.
    public var source: String
    /// The region.
    public var region: String
    /// The rule.
    public var rule: String
    /// The label.
    public var label: String
    /// Its probability.
    public var probability: Double
    /// The version that answered.
    public var model: ModelID
    /// The most probable labels.
    public var labels: [ScoredLabel]
    /// The picture.
    public var picture: String?
    /// The name of the action.
    public var action: String
    /// When it became due.
    public var at: Instant
    /// The same on the monotonic clock of `boot`, milliseconds.
    public var monotonic: Int64
    /// From when on it is stale, on the same clock.
    public var expires: Int64
    /// When the deadline passes, on the same clock.
    public var deadline: Int64
    /// Which start of the machine the monotonic times belong to.
    public var boot: String

    init(_ due: DueAction, at now: Moment, boot: String) {
        let seen = due.detection
        detection = seen.id
        visit = seen.visit
        frame = seen.frame
        time = seen.time
        source = seen.source
        region = seen.region
        rule = seen.rule
        label = seen.label
        probability = seen.probability
        model = seen.model
        labels = seen.labels
        picture = due.picture
        action = due.action
        at = now.wall
        monotonic = now.monotonic.wholeMilliseconds
        expires = due.expires.wholeMilliseconds
        deadline = due.deadline.wholeMilliseconds
        self.boot = boot
    }

    var key: Key { Key(detection: detection, action: action) }

    /// How long ago it became due. Within one boot the monotonic clock says so; over a reboot the wall clock, which may
    /// have been set back: then it was just now, so that no wait that begins with it gets longer than its length.
    func age(now: Moment, boot: String) -> Duration {
        let age =
            boot == self.boot
            ? now.monotonic - .milliseconds(monotonic)
            : now.wall - at
        return max(.zero, age)
    }

    /// For how long it is still worth starting; nil where it is stale, or nobody can tell: after a reboot with a clock
    /// that was set back it is taken as stale, since a sprinkler minutes late is worse than none.
    func timeLeft(now: Moment, boot: String) -> Duration? {
        let life = Duration.milliseconds(expires.subtractingReportingOverflow(monotonic).partialValue)
        if boot != self.boot && now.wall < at { return nil }
        let left = min(life, life - age(now: now, boot: boot))
        return left > .zero ? left : nil
    }

    /// What is due, with its times on the clock of now.
    func due(now: Moment, timeLeft: Duration, boot: String) -> DueAction {
        let spent = age(now: now, boot: boot)
        let allowed = Duration.milliseconds(deadline.subtractingReportingOverflow(monotonic).partialValue)
        let seen = Detection(
            id: detection, visit: visit, frame: frame, time: time, source: source, region: region, rule: rule,
            label: label, probability: probability, model: model, labels: labels, trace: [], action: action,
            heldBack: nil, superseded: false, publish: [])
        return DueAction(
            detection: seen, action: action, deadline: now.monotonic + allowed - spent,
            expires: now.monotonic + timeLeft, picture: picture)
    }
}
