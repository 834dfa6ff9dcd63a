import Foundation
import Models
import Rules
import Settings
import Store
public import Vocabulary

/// `rooster rules try`: stored predictions through the rules at hand. Sets off nothing, records nothing.
///
/// Deciding is a pure function (`Rules`), so that last week can be decided again. What it cannot know: rules begin without
/// a memory at the first frame, actions end at once (`busy` never holds back), and of labels below a thousandth only the
/// sum is stored.
public struct RulesTrial {
    /// What one rule makes of one region of one frame, beside what happened.
    public struct Line: Encodable, Sendable, CustomStringConvertible {
        var frame: FrameID
        var time: Instant
        var source: String
        var region: String
        var rule: String
        var label: String
        var probability: Double
        /// `fires`, `held_back: CLAUSE`, `superseded`, `seen`; null: the rule sees nothing.
        var would: String?
        /// The same for what is on record.
        var did: String?

        private enum Key: String, CodingKey {
            case frame, time, source, region, rule, label, probability, would, did
        }

        /// Whether the rules at hand do something else.
        public var differs: Bool { would != did }

        /// What is absent is null.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(frame, forKey: .frame)
            try container.encode(time, forKey: .time)
            try container.encode(source, forKey: .source)
            try container.encode(region, forKey: .region)
            try container.encode(rule, forKey: .rule)
            try container.encode(label, forKey: .label)
            try container.encode(probability.asFloat, forKey: .probability)
            try container.encode(would, forKey: .would)
            try container.encode(did, forKey: .did)
        }

        /// One line for people.
        public var description: String {
            func words(_ deed: String?) -> String { deed?.replacingOccurrences(of: "_", with: " ") ?? "nothing" }
            let what = differs ? "would: \(words(would)); did: \(words(did))" : "would and did: \(words(would))"
            return
                "\(time)  \(source)  \(region)  \(label) \(Words.probability(probability))  \(rule)  \(what)  \(frame)"
        }
    }

    /// One rule, now and then.
    public struct Row: Encodable, Sendable, CustomStringConvertible {
        var rule: String
        var seen = 0
        var fires = 0
        var wasSeen = 0
        var fired = 0

        private enum CodingKeys: String, CodingKey {
            case rule, seen, fires, fired
            case wasSeen = "was_seen"
        }

        /// One line for people.
        public var description: String {
            "\(rule): would see \(seen) (saw \(wasSeen)), would fire \(fires) (fired \(fired))"
        }
    }

    /// All together.
    public struct Summary: Encodable, Sendable, CustomStringConvertible {
        var frames = 0
        var rules: [Row] = []
        var differences = 0
        /// What the owner should know.
        var notes: [String] = []

        /// For people.
        public var description: String {
            let first = "\(Words.count(frames, "frame")), \(Words.count(differences, "difference"))"
            return ([first] + rules.map(\.description) + notes).joined(separator: "\n")
        }
    }

    private let installation: Installation

    /// Tries the rules of an installation on its record.
    public init(_ installation: Installation) {
        self.installation = installation
    }

    /// - Parameter report: told each region of each frame in which a rule sees or saw something.
    public func run(since: Instant, report: (Line) -> Void, progress: (Int) -> Void) async throws -> Summary {
        let walk = try RecordWalk(installation)
        var trial = Trial(installation)
        var shown = Clock.monotonic()
        try await walk.frames(since: since) { frame in
            for line in trial.decide(frame) { report(line) }
            if Clock.monotonic() - shown > .seconds(1) {
                progress(trial.summary.frames)
                shown = Clock.monotonic()
            }
        }
        return trial.finished()
    }
}

/// The rules with what they remember, on their way through the record.
private struct Trial {
    private struct Version: Hashable {
        var id: ModelID
        var digest: String
        var labels: [String]
    }

    private let inForce: InForce
    private let registry: Registry
    private var state = RuleState()
    private var now = Moment(monotonic: .zero, wall: Instant(milliseconds: 0))
    private var starts: [String: [Duration]] = [:]
    private var labels: [Version: Labels] = [:]
    private var rows: [String: RulesTrial.Row] = [:]
    private var ungrouped = Set<ModelID>()
    var summary = RulesTrial.Summary()

    init(_ installation: Installation) {
        inForce = InForce(installation.configuration)
        registry = installation.registry
        for rule in inForce.book.rules { rows[rule.name] = .init(rule: rule.name) }
    }

    mutating func decide(_ frame: RecordedFrame) -> [RulesTrial.Line] {
        summary.frames += 1
        let predictions = frame.answers.filter { $0.role == ModelRole.production.rawValue }
            .map { prediction($0) }
        let completed = Moment(monotonic: .milliseconds(frame.time.milliseconds), wall: frame.time)
        // Decided as long after it was complete as it was then, and never before the frame that was decided last.
        let decided = completed.monotonic + .milliseconds(Int64(frame.latency ?? 0))
        let behind = max(decided, now.monotonic)
        now = Moment(monotonic: behind, wall: frame.time + (behind - completed.monotonic))
        let source = inForce.sources[frame.source]
        let facts = FrameFacts(
            id: frame.id, source: frame.source, time: frame.time, completed: completed,
            deadline: source?.deadline ?? .seconds(1), staleAfter: source?.staleAfter ?? .seconds(10))
        let verdict = Rules.decide(
            inForce.book, predictions: predictions, frame: facts, state: &state, circumstances: circumstances(frame),
            now: now)
        for due in verdict.due { starts[due.action, default: []].append(now.monotonic) }
        let due = Set(verdict.due.map(\.detection.id))
        return lines(frame, verdict.detections, due)
    }

    mutating func finished() -> RulesTrial.Summary {
        var summary = summary
        let known = inForce.book.rules.map(\.name)
        summary.rules = (known + rows.keys.filter { !known.contains($0) }.sorted()).compactMap { rows[$0] }
        summary.notes = ungrouped.map { "\($0)" }.sorted().map {
            "\($0) is not installed any more: its groups are unknown here, only those of the settings count"
        }
        return summary
    }

    /// What was stored of an answer, with the groups of its version.
    private mutating func prediction(_ answer: RecordedFrame.Answer) -> Prediction {
        let model = answer.model
        let key = Version(id: model.id, digest: model.digest, labels: model.labels.names)
        if labels[key] == nil {
            let version = try? registry.version(model.id)
            let isSame = version.map { $0.labels.names == model.labels.names } ?? false
            if !isSame { ungrouped.insert(model.id) }
            labels[key] = isSame ? version?.labels : model.labels
        }
        return Prediction(
            region: answer.item.region, model: model.id, digest: model.digest, labels: labels[key] ?? model.labels,
            probabilities: answer.item.probabilities, unknown: answer.item.unknown,
            unknownThreshold: answer.item.unknownThreshold)
    }

    /// Armed as it was then, as far as detections show; actions as busy as the trial made them.
    private func circumstances(_ frame: RecordedFrame) -> Circumstances {
        let loads = inForce.configuration.actions.map { action in
            let since = now.monotonic - action.atMost.window
            let count = starts[action.name, default: []].count { $0 > since }
            return (
                action.name,
                ActionLoad(
                    running: 0, queued: 0, startedInWindow: count, atOnce: action.atOnce, queueLimit: 0,
                    atMost: action.atMost)
            )
        }
        return Circumstances(
            armed: !frame.seen.contains { $0.heldBack == .disarmed },
            actions: Dictionary(loads, uniquingKeysWith: { first, _ in first }))
    }

    private mutating func lines(
        _ frame: RecordedFrame, _ detections: [Detection], _ due: Set<DetectionID>
    ) -> [RulesTrial.Line] {
        var before = Dictionary(frame.seen.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var lines: [RulesTrial.Line] = []
        for detection in detections {
            let would =
                due.contains(detection.id)
                ? "fires"
                : detection.heldBack.map { "held_back: \($0.rawValue)" }
                    ?? (detection.superseded ? "superseded" : "seen")
            let did = before.removeValue(forKey: detection.id)
            lines.append(
                RulesTrial.Line(
                    frame: frame.id, time: frame.time, source: frame.source, region: detection.region,
                    rule: detection.rule, label: detection.label, probability: detection.probability, would: would,
                    did: did?.deed))
            note(detection.rule) { row in
                row.seen += 1
                row.fires += would == "fires" ? 1 : 0
            }
        }
        for seen in before.values.sorted(by: { $0.id.rawValue < $1.id.rawValue }) {
            lines.append(
                RulesTrial.Line(
                    frame: frame.id, time: frame.time, source: frame.source, region: seen.region, rule: seen.rule,
                    label: seen.label, probability: seen.probability, would: nil, did: seen.deed))
        }
        for seen in frame.seen {
            note(seen.rule) { row in
                row.wasSeen += 1
                row.fired += seen.deed == "fires" ? 1 : 0
            }
        }
        summary.differences += lines.count(where: \.differs)
        return lines
    }

    private mutating func note(_ rule: String, _ body: (inout RulesTrial.Row) -> Void) {
        body(&rows[rule, default: .init(rule: rule)])
    }
}

extension RecordedFrame.Seen {
    /// In the words of ``RulesTrial/Line/would``. A due action that was too late, busy or over its rate is held back too.
    fileprivate var deed: String {
        switch action {
        case .started, .done, .failed, .timedOut, .queued, .dryRun: "fires"
        case .heldBack: heldBack.map { "held_back: \($0.rawValue)" } ?? "held_back"
        case .expired: "held_back: \(Clause.stale.rawValue)"
        case nil: heldBack.map { "held_back: \($0.rawValue)" } ?? "seen"
        }
    }
}
