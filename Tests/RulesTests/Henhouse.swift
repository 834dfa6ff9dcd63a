import Foundation
import TestSupport
import Vocabulary

@testable import Rules

/// A henhouse in Edinburgh with one camera: builds frames, and keeps the state between them.
struct Henhouse {
    static let labels = Labels(
        names: ["jay", "magpie", "grey fox", "hen", "cat", "person"],
        groups: ["animals": [0, 1, 2, 3, 4], "people": [5], "birds": [0, 1, 3]])
    /// Tuesday, 12 May 2026, noon in Edinburgh (one hour ahead of UTC).
    static let noon = Instant("2026-05-12T11:00:00Z") ?? Instant(milliseconds: 0)

    var book: RuleBook
    var state = RuleState()
    var circumstances = Circumstances()
    private(set) var count = 0

    init(_ rules: Rule..., groups: [String: [String]] = ["robbers": ["jay", "magpie", "grey fox"]]) {
        book = RuleBook(
            rules: rules, groups: groups, place: Place(latitude: 55.95, longitude: -3.19),
            timeZone: TimeZone(identifier: "Europe/London") ?? .gmt)
    }

    /// Decides a frame that was complete at `seconds` after noon and is decided `after` that.
    @discardableResult
    mutating func see(
        at seconds: Double, _ probabilities: [String: Float], regions: [String] = ["frame"], source: String = "nest",
        after age: Double = 0.05, time: Instant? = nil, unknown: Double? = nil
    ) -> Verdict {
        let answer = Henhouse.probabilities(probabilities)
        return see(at: seconds, regions.map { ($0, answer) }, source: source, after: age, time: time, unknown: unknown)
    }

    /// The same, with an answer a region.
    @discardableResult
    mutating func see(
        at seconds: Double, _ answers: [(region: String, probabilities: [Float])], source: String = "nest",
        after age: Double = 0.05, time: Instant? = nil, unknown: Double? = nil
    ) -> Verdict {
        count += 1
        let predictions = answers.map { answer in
            Prediction(
                region: answer.region, model: ModelID(name: "henhouse", version: "1"), labels: Henhouse.labels,
                probabilities: answer.probabilities, unknown: unknown, unknownThreshold: unknown == nil ? nil : 0.8)
        }
        let completed = Henhouse.moment(seconds)
        let frame = FrameFacts(
            id: FrameID(rawValue: "frame\(count)"), source: source, time: time ?? completed.wall, completed: completed)
        return decide(
            book, predictions: predictions, frame: frame, state: &state, circumstances: circumstances,
            now: Henhouse.moment(seconds + age))
    }

    static func probabilities(_ named: [String: Float]) -> [Float] { labels.names.map { named[$0] ?? 0 } }

    /// Both clocks, `seconds` after noon; the machine was started an hour before.
    static func moment(_ seconds: Double) -> Moment {
        let since = Duration.milliseconds(Int64((seconds * 1_000).rounded()))
        return Moment(monotonic: .seconds(3_600) + since, wall: noon + since)
    }
}

extension Rule {
    static func jay(
        cooldown: Duration = .seconds(30), confirm: Confirmation = Confirmation(frames: 1), veto: Veto? = nil,
        active: [ActiveInterval] = [], days: Set<Weekday> = Weekday.all
    ) -> Rule {
        Rule(
            name: "jay on the eggs", labels: ["jay"], confirm: confirm, active: active, days: days, veto: veto,
            cooldown: cooldown, action: "sprinkler", publish: ["phone"])
    }
}

extension Detection {
    /// What a clause said of it.
    func word(_ clause: Clause) -> ClauseOutcome? { trace.first { $0.clause == clause } }
}
