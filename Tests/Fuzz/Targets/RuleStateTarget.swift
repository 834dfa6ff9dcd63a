import Foundation
import Vocabulary

@testable import Rules

extension FuzzTarget {
    /// What the rules remember, as the database may hand it back after a crash: taken up, used for some frames, kept again.
    static let ruleState = FuzzTarget("rule-state", longest: 4_096) { bytes in
        guard var state = try? JSONDecoder().decode(RuleState.self, from: Data(bytes)) else { return }
        let start = Moment(monotonic: .seconds(5_000), wall: Instant(milliseconds: 1_778_568_120_000))
        state.resume(boot: "this one", now: start)
        state.forget(rulesNotIn: book)
        state.noteAction(
            rule: "jay", source: "nest", region: "frame", started: start, boot: "another", now: start)
        for step in 0..<4 {
            let now = Moment(
                monotonic: start.monotonic + .seconds(step * 7),
                wall: start.wall + .seconds(step % 2 == 0 ? step : -step))
            let frame = FrameFacts(
                id: FrameID(rawValue: "frame\(step)"), source: "nest", time: now.wall, completed: now)
            let prediction = Prediction(
                region: "frame", model: ModelID(name: "henhouse", version: "1"),
                labels: Labels(names: ["jay", "person"], groups: ["people": [1]]),
                probabilities: step == 2 ? [0.2, 0.8] : [0.9, 0.1])
            let verdict = decide(
                book, predictions: [prediction], frame: frame, state: &state, circumstances: Circumstances(), now: now)
            promise(verdict.due.count <= book.rules.count, "a rule set off more than one action")
            _ = endedVisits(state: &state, now: now)
        }
        guard let kept = try? JSONEncoder().encode(state) else { fatalError("broken promise: a state can be kept") }
        let again = try? JSONDecoder().decode(RuleState.self, from: kept)
        promise(again == state, "a state changes when it is kept")
    }

    private static let book = RuleBook(rules: [
        Rule(
            name: "jay", labels: ["jay"], confirm: .init(frames: 2), veto: .init(labels: ["group:people"]),
            action: "sprinkler"),
        Rule(
            name: "twice", labels: ["jay", "group:people"], confirm: .init(frames: 2, within: .seconds(10)),
            action: "lamp"),
    ])
}
