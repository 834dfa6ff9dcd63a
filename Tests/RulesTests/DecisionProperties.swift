import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Rules

/// Random books and random days, each from a seed that is the argument: a failure names it and runs again alone.
@Suite("Whatever happens")
struct DecisionProperties {
    /// One step of a random day.
    struct Step {
        var frame: FrameFacts
        var predictions: [Prediction]
        var circumstances: Circumstances
        var now: Moment
    }

    struct Day {
        var book: RuleBook
        var steps: [Step]

        func replay(_ state: inout RuleState) -> [Verdict] {
            steps.map { step in
                decide(
                    book, predictions: step.predictions, frame: step.frame, state: &state,
                    circumstances: step.circumstances, now: step.now)
            }
        }
    }

    @Test(arguments: UInt64(0)..<12)
    func twoActionsAreNeverNearerThanTheCooldown(seed: UInt64) {
        let day = randomDay(seed)
        var state = RuleState()
        var last: [String: Duration] = [:]
        for (step, verdict) in zip(day.steps, day.replay(&state)) {
            for due in verdict.due {
                let place = RuleState.key(due.detection.rule, due.detection.source, due.detection.region)
                let cooldown = day.book.rules.first { $0.name == due.detection.rule }?.cooldown ?? .zero
                if let before = last[place] { #expect(step.now.monotonic - before >= cooldown) }
                last[place] = step.now.monotonic
            }
        }
    }

    @Test(arguments: UInt64(0)..<12)
    func nothingFiresWhileDisarmedLateStaleOrAgainstAVeto(seed: UInt64) {
        let day = randomDay(seed)
        var state = RuleState()
        for (step, verdict) in zip(day.steps, day.replay(&state)) where !verdict.due.isEmpty {
            #expect(step.circumstances.armed)
            #expect(!verdict.late)
            #expect(step.now.monotonic - step.frame.completed.monotonic <= step.frame.staleAfter)
            for due in verdict.due {
                #expect(due.detection.trace.allSatisfy { $0.passed })
                #expect(due.detection.heldBack == nil && !due.detection.superseded)
                #expect(verdict.detections.contains(due.detection))
            }
        }
    }

    @Test(arguments: UInt64(0)..<12)
    func anActionStartsOnceAFrameAndRuleFromTheBestRegionThatMay(seed: UInt64) {
        let day = randomDay(seed)
        var state = RuleState()
        for verdict in day.replay(&state) {
            #expect(Set(verdict.due.map(\.detection.rule)).count == verdict.due.count)
            for detection in verdict.detections where detection.superseded {
                let winner = verdict.due.first { $0.detection.rule == detection.rule }
                #expect((winner?.detection.probability ?? -1) >= detection.probability)
            }
        }
    }

    @Test(arguments: UInt64(0)..<12)
    func noDetectionHasTheIdentityOfAnother(seed: UInt64) {
        let day = randomDay(seed)
        var state = RuleState()
        let detections = day.replay(&state).flatMap(\.detections)
        #expect(Set(detections.map(\.id)).count == detections.count)
        #expect(!detections.isEmpty)
    }

    @Test(arguments: UInt64(0)..<12)
    func clausesAreInTheirOrderAndTheReasonIsTheFirstThatFailed(seed: UInt64) {
        let day = randomDay(seed)
        var state = RuleState()
        for detection in day.replay(&state).flatMap(\.detections) {
            let order = detection.trace.compactMap { Clause.allCases.firstIndex(of: $0.clause) }
            #expect(order == order.sorted())
            #expect(detection.trace.count == (detection.action == nil ? 6 : Clause.allCases.count))
            #expect(detection.trace.filter { $0.clause.decidesSeen }.allSatisfy { $0.passed })
            #expect(detection.heldBack == detection.trace.first { !$0.passed }?.clause)
            #expect(detection.trace.allSatisfy { !$0.detail.isEmpty })
            let silenced = detection.trace.contains { !$0.passed && $0.clause.holdsBackPublication }
            #expect(detection.publish.isEmpty == silenced)
        }
    }

    @Test(arguments: UInt64(0)..<12)
    func theSameDayGivesTheSameVerdictsAlsoOverARestartInTheMiddle(seed: UInt64) throws {
        let day = randomDay(seed)
        var first = RuleState()
        var second = RuleState()
        let verdicts = day.replay(&first)
        #expect(day.replay(&second) == verdicts)
        #expect(first == second)
        var third = RuleState()
        var morning = day
        morning.steps = Array(day.steps.prefix(day.steps.count / 2))
        var evening = day
        evening.steps = Array(day.steps.dropFirst(day.steps.count / 2))
        var replayed = morning.replay(&third)
        third = try JSONDecoder().decode(RuleState.self, from: JSONEncoder().encode(third))
        replayed += evening.replay(&third)
        #expect(replayed == verdicts)
        #expect(third == first)
    }

    @Test(arguments: UInt64(0)..<12)
    func everyDetectionIsInAVisitThatBeganWithADetectionAndEachVisitEndsOnce(seed: UInt64) {
        let day = randomDay(seed)
        var state = RuleState()
        let verdicts = day.replay(&state)
        let detections = verdicts.flatMap(\.detections)
        let byID = Dictionary(detections.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for detection in detections {
            let first = byID[detection.visit]
            #expect(first?.label == detection.label && first?.source == detection.source)
            #expect(first?.region == detection.region && first?.visit == first?.id)
        }
        let end = Moment(monotonic: .seconds(10_000_000), wall: Henhouse.noon)
        let ended = verdicts.flatMap(\.endedVisits) + endedVisits(state: &state, now: end)
        #expect(ended.count == Set(ended).count)
        #expect(Set(ended) == Set(detections.map(\.visit)))
    }

    @Test(arguments: UInt64(0)..<12)
    func theStateStaysSmall(seed: UInt64) {
        let day = randomDay(seed)
        var state = RuleState()
        _ = day.replay(&state)
        let places = day.book.rules.count * 2 * 2
        #expect(state.confirmations.count <= places && state.lastActions.count <= places)
        #expect(state.vetoes.count <= day.book.rules.count * 2)
        #expect(state.confirmations.values.allSatisfy { $0.times.count <= 3 })
        #expect(state.visits.values.allSatisfy { $0.count <= RuleState.visitsKept })
    }

    // MARK: Random days

    private func randomDay(_ seed: UInt64) -> Day {
        var random = SplitMix64(seed: seed)
        let rules = (0..<Int.random(in: 1...4, using: &random)).map { randomRule($0, &random) }
        var henhouse = Henhouse()
        henhouse.book.rules = rules
        henhouse.book.visitGaps = ["nest": .seconds(20)]
        var uptime = 1_000.0
        var wall = 0.0
        let steps = (0..<120).map { index -> Step in
            let pause = Double.random(in: 0...8, using: &random)
            uptime += pause
            wall += pause
            if index % 30 == 29 { wall += Double.random(in: -4_000...4_000, using: &random) }
            let age = Bool.random(using: &random) ? 0.05 : Double.random(in: 0...15, using: &random)
            let now = moment(uptime, wall)
            let frame = FrameFacts(
                id: FrameID(rawValue: "\(seed)-\(index)"), source: Bool.random(using: &random) ? "nest" : "run",
                time: moment(uptime - age, wall - age).wall, completed: moment(uptime - age, wall - age))
            let load = ActionLoad(
                running: Int.random(in: 0...1, using: &random), queued: Int.random(in: 0...2, using: &random),
                startedInWindow: Int.random(in: 0...20, using: &random), atOnce: 1,
                queueLimit: Int.random(in: 0...2, using: &random), atMost: Rate(count: 20, window: .seconds(3_600)))
            return Step(
                frame: frame,
                predictions: ["left box", "right box"].map { prediction($0, &random) },
                circumstances: Circumstances(
                    armed: Int.random(in: 0...9, using: &random) > 0, actions: ["sprinkler": load]),
                now: now)
        }
        return Day(book: henhouse.book, steps: steps)
    }

    private func moment(_ uptime: Double, _ wall: Double) -> Moment {
        Moment(
            monotonic: .milliseconds(Int64(uptime * 1_000)),
            wall: Henhouse.noon + .milliseconds(Int64(wall * 1_000)))
    }

    private func randomRule(_ index: Int, _ random: inout SplitMix64) -> Rule {
        var rule = Rule(
            name: "rule \(index)",
            labels: [["jay"], ["group:robbers"], ["group:animals"], ["magpie", "hen"]].randomElement(using: &random)
                ?? [])
        rule.probability = Double.random(in: 0.2...0.7, using: &random)
        rule.regions = Bool.random(using: &random) ? [] : ["left box"]
        rule.confirm =
            [
                Rule.Confirmation(frames: 1), .init(frames: 2, within: .seconds(10)), .init(frames: 3),
            ].randomElement(using: &random) ?? .init(frames: 1)
        rule.veto = Bool.random(using: &random) ? nil : .init(labels: ["person"], within: .seconds(10))
        rule.cooldown = .seconds(Int.random(in: 0...60, using: &random))
        rule.active =
            Bool.random(using: &random) ? [] : [ActiveInterval(start: .clock(minutes: 700), end: .sunset(offset: -450))]
        rule.action = Int.random(in: 0...4, using: &random) == 0 ? nil : "sprinkler"
        rule.publish = ["phone"]
        return rule
    }

    private func prediction(_ region: String, _ random: inout SplitMix64) -> Prediction {
        var values = Henhouse.labels.names.map { _ in Float.random(in: 0...1, using: &random) }
        values[Int.random(in: 0..<values.count, using: &random)] += 4
        let sum = values.reduce(0, +)
        return Prediction(
            region: region, model: ModelID(name: "henhouse", version: "1"), labels: Henhouse.labels,
            probabilities: values.map { $0 / sum })
    }
}
