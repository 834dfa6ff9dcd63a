import Imaging
import Vocabulary

/// Tells from what a source delivers how it is with its camera: the states of DESIGN section 11 and a few more. Pure: no
/// clock of its own, so that a week of photos can be played through it in a test.
///
/// Times between frames are counted on the clock that never jumps; the wall clock only names the instants people read.
struct SourceWatch: Sendable {
    /// What every frame that came says, readable or not.
    struct Arrival: Sendable {
        var frame: FrameID
        /// When its file was complete.
        var at: Moment
        /// Its file ends inside the picture.
        var isCut: Bool
        /// The date in its picture, or else of its file, less the time it came; nil where nobody saw it come.
        var dated: Duration?
    }

    /// What goes on, by condition.
    private(set) var open: [SourceCondition: ConditionReport] = [:]
    /// When the newest frame came; before the first one, when the watch began.
    private(set) var lastArrival: Moment
    /// That frame; nil where none came yet.
    private var lastFrame: FrameID?
    /// What this camera's pictures are usually like: kept across restarts.
    private(set) var baseline: SharpnessBaseline

    private let source: String
    private var answers: [SourceCondition: Hysteresis]
    private var lastLook: Moment?
    /// The first of the pictures that are all the same.
    private var reference: PictureFigures?
    private var sameInARow = 1
    private var latest = LatestFiles()
    private var dating: (offset: Duration, at: Moment)?
    private var missingSince: Moment?

    /// - Parameters:
    ///   - lastArrival: when the newest frame came as far as is known, else now.
    ///   - lastFrame: that frame.
    ///   - open: what went on when an earlier life ended.
    init(
        _ source: String, lastArrival: Moment, lastFrame: FrameID? = nil,
        baseline: SharpnessBaseline = SharpnessBaseline(), open: [ConditionReport] = []
    ) {
        self.source = source
        self.lastArrival = lastArrival
        self.lastFrame = lastFrame
        self.baseline = baseline
        for report in open where report.until == nil { self.open[report.condition] = report }
        let held = self.open
        answers = Dictionary(
            uniqueKeysWithValues: Self.patience.map { condition, patience in
                (condition, Hysteresis(enter: patience.enter, leave: patience.leave, holds: held[condition] != nil))
            })
    }

    /// What it takes to enter and to leave a state. A state that somebody is told of takes minutes to enter; darkness is
    /// only shown.
    private static let patience: [SourceCondition: (enter: Hysteresis.Patience, leave: Hysteresis.Patience)] = [
        .dark: (.init(frames: 3, time: .seconds(60)), .init(frames: 3, time: .seconds(60))),
        .bright: (.init(frames: 5, time: .seconds(600)), .init(frames: 3, time: .seconds(60))),
        .blurred: (.init(frames: 10, time: .seconds(1_800)), .init(frames: 5, time: .seconds(300))),
        // A film whose scene is still gives equal pictures until its next key frame: seconds, not minutes.
        .frozen: (.init(frames: 5, time: .seconds(600)), .init(frames: 2, time: .zero)),
        .wrongClock: (.init(frames: 5, time: .seconds(600)), .init(frames: 2, time: .zero)),
    ]
    /// A directory that is away for less is a mount being renewed.
    private static let missingPatience = Duration.seconds(60)
    /// Time zones, summer time and cameras set by hand to yesterday: no more than that.
    private static let clockTolerance = Duration.seconds(26 * 3_600)
    /// A wrong clock goes on wrong by the same; old pictures that are copied are each as old as they are.
    private static let clockJitter = Duration.seconds(600)
    /// Luma of the 98th of 100 pixels: below the first it is dark, above the second it is not.
    private static let dark = (below: 48, above: 60)
    /// Luma of the second of 100 pixels.
    private static let bright = (below: 185, above: 200)
}

extension SourceWatch {
    /// A frame came.
    mutating func arrived(_ arrival: Arrival) -> [ConditionReport] {
        var changes: [ConditionReport] = []
        if arrival.at.monotonic >= lastArrival.monotonic { (lastArrival, lastFrame) = (arrival.at, arrival.frame) }
        if let silence = open[.silent], arrival.at.wall >= silence.since {
            changes += end(.silent, at: arrival.at.wall)
        }
        latest.note(arrival.frame, at: arrival.at, isCut: arrival.isCut)
        if let cut = latest.verdict(isHeld: open[.truncated] != nil, at: arrival.at) {
            changes +=
                cut
                ? begin(
                    .truncated, since: latest.firstCut?.wall ?? arrival.at.wall, frame: latest.lastCut,
                    "\(latest.cut) of the latest \(latest.count) files end inside their picture")
                : end(.truncated, at: arrival.at.wall)
        }
        if let dated = arrival.dated { changes += note(dated: dated, arrival) }
        return changes
    }

    /// A picture was looked at. Older ones than the last are left out: the backlog hands out the newest first.
    mutating func looked(at figures: PictureFigures, frame: FrameID, at: Moment) -> [ConditionReport] {
        if let lastLook, at.monotonic < lastLook.monotonic { return [] }
        let elapsed = lastLook.map { at.monotonic - $0.monotonic } ?? .zero
        lastLook = at
        let isDark = Self.answer(figures.brightest, below: Self.dark.below, above: Self.dark.above)
        let isBright = Self.answer(figures.darkest, below: Self.bright.below, above: Self.bright.above).map(!)
        // Of the night, and of a glare, nothing else can be said.
        let isVisible = isDark == false && isBright == false
        let isBlurred = isVisible ? baseline.isBlurred(figures.sharpness) : nil
        let share = Int((baseline.share(of: figures.sharpness) * 100).rounded())
        if isVisible {
            baseline.learn(figures.sharpness, width: figures.width, height: figures.height, elapsed: elapsed)
        }
        let isFrozen = isVisible ? isFrozen(figures) : nil
        return note(.dark, isDark, frame, at, "even its bright parts are nearly black (\(figures.brightest) of 255)")
            + note(.bright, isBright, frame, at, "even its dark parts are nearly white (\(figures.darkest) of 255)")
            + note(.blurred, isBlurred, frame, at, "it has \(max(0, share)) % of the fine detail that is usual here")
            + note(.frozen, isFrozen, frame, at, "\(sameInARow) pictures in a row are equal to the last dot")
    }

    /// Time passed.
    /// - Parameters:
    ///   - silentAfter: how long no picture may come; nil: as long as it likes.
    ///   - trouble: why the directory can't be watched; nil where it can.
    mutating func passed(now: Moment, silentAfter: Duration?, trouble: String?) -> [ConditionReport] {
        guard let trouble else {
            missingSince = nil
            var changes = end(.missing, at: now.wall)
            guard let silentAfter else { return changes + end(.silent, at: now.wall) }
            if now.monotonic - lastArrival.monotonic >= silentAfter {
                changes += begin(
                    .silent, since: lastArrival.wall, frame: lastFrame, "no picture for \(silentAfter.span)")
            }
            return changes
        }
        let since = missingSince ?? now
        missingSince = since
        guard now.monotonic - since.monotonic >= Self.missingPatience else { return [] }
        return begin(.missing, since: since.wall, frame: nil, trouble)
    }

    /// The source is no longer in the settings.
    mutating func dismissed(at now: Instant) -> [ConditionReport] {
        open.keys.sorted().flatMap { end($0, at: now) }
    }

    // MARK: One by one

    private mutating func note(dated offset: Duration, _ arrival: Arrival) -> [ConditionReport] {
        let isFar = abs(offset.seconds) > Self.clockTolerance.seconds
        var isWrong: Bool? = isFar
        if isFar {
            let known = dating ?? (offset, arrival.at)
            let room = abs((arrival.at.monotonic - known.at.monotonic).seconds) + Self.clockJitter.seconds
            if abs((offset - known.offset).seconds) > room {
                isWrong = open[.wrongClock] == nil ? false : nil
                dating = (offset, arrival.at)
            } else {
                dating = known
            }
        } else {
            dating = nil
        }
        let direction = offset < .zero ? "before" : "after"
        return note(
            .wrongClock, isWrong, arrival.frame, arrival.at,
            "its pictures are dated \((offset < .zero ? .zero - offset : offset).span) \(direction) they come")
    }

    private mutating func isFrozen(_ figures: PictureFigures) -> Bool? {
        let same = reference.flatMap { figures.isSame(as: $0) }
        if same == true {
            sameInARow += 1
            return true
        }
        // Too little to be seen: neither the same nor another.
        if reference != nil && same == nil { return nil }
        let isFirst = reference == nil
        reference = figures
        sameInARow = 1
        return isFirst ? nil : false
    }

    /// - Returns: true below, false above, nil between.
    private static func answer(_ value: Int, below: Int, above: Int) -> Bool? {
        value < below ? true : value > above ? false : nil
    }

    private mutating func note(
        _ condition: SourceCondition, _ seen: Bool?, _ frame: FrameID, _ at: Moment, _ detail: String
    ) -> [ConditionReport] {
        switch answers[condition]?.note(seen, at: at) {
        case .began(let since): begin(condition, since: since, frame: frame, detail)
        case .ended(let instant): end(condition, at: instant)
        case nil: []
        }
    }

    private mutating func begin(
        _ condition: SourceCondition, since: Instant, frame: FrameID?, _ detail: String
    ) -> [ConditionReport] {
        guard open[condition] == nil else { return [] }
        let report = ConditionReport(source: source, condition: condition, since: since, frame: frame, detail: detail)
        open[condition] = report
        return [report]
    }

    private mutating func end(_ condition: SourceCondition, at instant: Instant) -> [ConditionReport] {
        guard var report = open.removeValue(forKey: condition) else { return [] }
        report.until = max(report.since, instant)  // the clock may have been set back meanwhile
        return [report]
    }
}

/// The latest files of a source, whole and cut.
private struct LatestFiles: Sendable {
    private var files: [(frame: FrameID, at: Moment, isCut: Bool)] = []
    private var lastCutAt: Moment?

    private static let most = 20
    /// A quarter of them: a lost connection now and then is none.
    private static let many = 5
    private static let few = 1
    /// A burst that breaks off is one lost connection.
    private static let spread = Duration.seconds(60)
    /// So long without a cut file before it is over.
    private static let calm = Duration.seconds(600)

    var count: Int { files.count }
    var cut: Int { files.count(where: \.isCut) }
    var firstCut: Moment? { files.first(where: \.isCut)?.at }
    var lastCut: FrameID? { files.last(where: \.isCut)?.frame }

    mutating func note(_ frame: FrameID, at: Moment, isCut: Bool) {
        files.append((frame, at, isCut))
        if isCut { lastCutAt = at }
        if files.count > Self.most { files.removeFirst() }
    }

    /// - Returns: nil where nothing is to be changed.
    func verdict(isHeld: Bool, at now: Moment) -> Bool? {
        guard isHeld else {
            guard cut >= Self.many, let firstCut, let lastCutAt else { return nil }
            return lastCutAt.monotonic - firstCut.monotonic >= Self.spread ? true : nil
        }
        // After a restart the files before it are not known: nothing is over before as many have come again.
        guard files.count >= Self.most, cut <= Self.few else { return nil }
        return lastCutAt.map { now.monotonic - $0.monotonic >= Self.calm } ?? true ? false : nil
    }
}
