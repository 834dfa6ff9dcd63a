import Testing
import Vocabulary

@testable import Rules

@Suite("What holds an action back")
struct HeldBackTests {
    @Test func aPersonInAnyRegionOfTheSourceVetoesActionAndPublication() throws {
        var henhouse = Henhouse(.jay(veto: .init(labels: ["group:people"])))
        let verdict = henhouse.see(
            at: 0,
            [
                ("left box", Henhouse.probabilities(["jay": 0.9])),
                ("right box", Henhouse.probabilities(["person": 0.35, "hen": 0.6])),
            ])
        let seen = try #require(verdict.detections.first)
        #expect(seen.heldBack == .veto)
        #expect(seen.publish.isEmpty)
        #expect(verdict.due.isEmpty)
        #expect(seen.word(.veto)?.detail == "person 0.35 in right box, now")
        #expect(seen.word(.cooldown)?.passed == true)
    }

    @Test func aVetoLastsForItsTimeAndIsForgottenAfter() throws {
        var henhouse = Henhouse(.jay(veto: .init(labels: ["person"], within: .seconds(60))))
        henhouse.see(at: 0, ["person": 0.9])
        let held = try #require(henhouse.see(at: 48, ["jay": 0.9]).detections.first)
        #expect(held.heldBack == .veto)
        #expect(held.word(.veto)?.detail == "person 0.90 in frame, 48 s ago, 12 s of 60 s left")
        #expect(henhouse.see(at: 60.001, ["jay": 0.9]).due.count == 1)
    }

    @Test func aPersonAtAnotherSourceOrBelowTheProbabilityVetoesNothing() {
        var henhouse = Henhouse(.jay(veto: .init(labels: ["person"])))
        henhouse.see(at: 0, ["person": 0.9], source: "gate")
        henhouse.see(at: 1, ["person": 0.29])
        #expect(henhouse.see(at: 2, ["jay": 0.9]).due.count == 1)
    }

    @Test func aLateFrameIsVetoedByThePersonInItAndByOneBefore() throws {
        var henhouse = Henhouse(.jay(veto: .init(labels: ["person"], probability: 0.1, within: .seconds(10))))
        henhouse.see(at: 0, ["person": 0.9])
        henhouse.see(at: 30, ["hen": 0.9])
        for (time, both, expected) in [(20.0, true, Clause.veto), (5, false, .veto), (20, false, .late)] {
            let seen = henhouse.see(at: time, ["jay": 0.8, "person": both ? 0.2 : 0], after: 31 - time)
            let detection = try #require(seen.detections.first)
            #expect(detection.heldBack == expected && detection.publish.isEmpty == (expected == .veto))
        }
    }

    @Test func aFileThatClaimsToBeOfTheFutureMakesNoOtherLate() {
        var henhouse = Henhouse(.jay(cooldown: .zero))
        #expect(henhouse.see(at: 3_600, ["jay": 0.9], after: -3_600).due.count == 1)
        #expect(henhouse.see(at: 1, ["jay": 0.9]).due.count == 1)
    }

    @Test func disarmedHoldsBackTheActionAloneAndStartsNoCooldown() throws {
        var henhouse = Henhouse(.jay())
        henhouse.circumstances.armed = false
        let seen = try #require(henhouse.see(at: 0, ["jay": 0.9]).detections.first)
        #expect(seen.heldBack == .disarmed)
        #expect(seen.publish == ["phone"])
        henhouse.circumstances.armed = true
        #expect(henhouse.see(at: 1, ["jay": 0.9]).due.count == 1)
    }

    @Test func aSecondJayWithinTheCooldownIsSeenAndSaysHowLongItHasToWait() throws {
        var henhouse = Henhouse(.jay())
        #expect(henhouse.see(at: 0, ["jay": 0.9]).due.count == 1)
        let second = try #require(henhouse.see(at: 18, ["jay": 0.9]).detections.first)
        #expect(second.heldBack == .cooldown)
        #expect(second.publish == ["phone"])
        #expect(second.word(.cooldown)?.detail == "12 s of 30 s left")
        #expect(henhouse.see(at: 30, ["jay": 0.9]).due.count == 1)
    }

    @Test func theCooldownCountsFromTheLastActionNotFromWhatWasHeldBack() {
        var henhouse = Henhouse(.jay())
        let due = [0.0, 10, 20, 29, 30, 40, 59, 60].map { henhouse.see(at: $0, ["jay": 0.9]).due.count }
        #expect(due == [1, 0, 0, 0, 1, 0, 0, 1])
    }

    @Test func theCooldownIsThatOfTheRuleSourceAndRegion() {
        var other = Rule.jay()
        other.name = "jay again"
        var henhouse = Henhouse(.jay(), other)
        #expect(henhouse.see(at: 0, ["jay": 0.9], regions: ["left box"]).due.count == 2)
        #expect(henhouse.see(at: 1, ["jay": 0.9], regions: ["left box"]).due.isEmpty)
        #expect(henhouse.see(at: 2, ["jay": 0.9], regions: ["right box"]).due.count == 2)
        #expect(henhouse.see(at: 3, ["jay": 0.9], regions: ["left box"], source: "run").due.count == 2)
    }

    @Test func anActionThatWasStartedOftenEnoughIsHeldBackByItsRate() throws {
        var henhouse = Henhouse(.jay(cooldown: .zero))
        henhouse.circumstances.actions["sprinkler"] = ActionLoad(
            running: 0, queued: 0, startedInWindow: 20, atOnce: 1, queueLimit: 0,
            atMost: Rate(count: 20, window: .seconds(3_600)))
        let seen = try #require(henhouse.see(at: 0, ["jay": 0.9]).detections.first)
        #expect(seen.heldBack == .rate)
        #expect(seen.word(.rate)?.detail == "20 started, 20/h allowed")
    }

    @Test func aBusyActionIsSkippedOrQueued() throws {
        var henhouse = Henhouse(.jay(cooldown: .zero))
        var load = ActionLoad(
            running: 1, queued: 0, startedInWindow: 1, atOnce: 1, queueLimit: 0,
            atMost: Rate(count: 20, window: .seconds(3_600)))
        henhouse.circumstances.actions["sprinkler"] = load
        let seen = try #require(henhouse.see(at: 0, ["jay": 0.9]).detections.first)
        #expect(seen.heldBack == .busy)
        #expect(seen.word(.busy)?.detail == "1 of 1 running")
        load.queueLimit = 4
        henhouse.circumstances.actions["sprinkler"] = load
        #expect(henhouse.see(at: 1, ["jay": 0.9]).due.count == 1)
    }

    @Test func twoRulesOfOneFrameCannotBothHaveAnActionThatRunsOnce() {
        var other = Rule.jay()
        other.name = "jay again"
        var henhouse = Henhouse(.jay(), other)
        henhouse.circumstances.actions["sprinkler"] = ActionLoad(
            running: 0, queued: 0, startedInWindow: 0, atOnce: 1, queueLimit: 0,
            atMost: Rate(count: 20, window: .seconds(3_600)))
        let verdict = henhouse.see(at: 0, ["jay": 0.9])
        #expect(verdict.detections.map(\.heldBack) == [nil, .busy])
        #expect(verdict.due.map(\.detection.rule) == ["jay on the eggs"])
    }

    @Test func aFrameOlderThanTheLastDecidedIsLateAndFiresNothing() throws {
        var henhouse = Henhouse(.jay())
        henhouse.see(at: 5, ["hen": 0.9])
        let verdict = henhouse.see(at: 4, ["jay": 0.9], after: 2)
        #expect(verdict.late)
        let seen = try #require(verdict.detections.first)
        #expect(seen.heldBack == .late)
        #expect(seen.word(.late)?.detail == "a newer frame of nest is already decided")
        #expect(henhouse.see(at: 3, ["jay": 0.9], source: "run", after: 3).due.count == 1)
    }

    @Test func aLateFrameTouchesNoConfirmationCooldownOrVeto() {
        var henhouse = Henhouse(.jay(confirm: .init(frames: 2, within: .seconds(60)), veto: .init(labels: ["person"])))
        henhouse.see(at: 10, ["hen": 0.9])
        let before = (henhouse.state.confirmations, henhouse.state.lastActions, henhouse.state.vetoes)
        henhouse.see(at: 5, ["jay": 0.9], after: 6)
        henhouse.see(at: 6, ["person": 0.9], after: 6)
        #expect(henhouse.state.confirmations == before.0)
        #expect(henhouse.state.lastActions == before.1)
        #expect(henhouse.state.vetoes == before.2)
        #expect(henhouse.see(at: 13, ["jay": 0.9]).detections.isEmpty)
        #expect(henhouse.see(at: 14, ["jay": 0.9]).due.count == 1)
    }

    @Test func theSameFrameDecidedTwiceFiresOnce() {
        var henhouse = Henhouse(.jay(cooldown: .zero))
        let frame = FrameFacts(
            id: FrameID(rawValue: "one"), source: "nest", time: Henhouse.noon, completed: Henhouse.moment(0))
        let jay = Prediction(
            region: "frame", model: ModelID(name: "m", version: "1"), labels: Henhouse.labels,
            probabilities: [1, 0, 0, 0, 0, 0])
        let due = (0..<2).map { _ in
            decide(
                henhouse.book, predictions: [jay], frame: frame, state: &henhouse.state,
                circumstances: Circumstances(), now: Henhouse.moment(1)
            ).due.count
        }
        #expect(due == [1, 0])
    }

    @Test func aStaleFrameIsSeenAndPublishedButFiresNothing() throws {
        var henhouse = Henhouse(.jay())
        let seen = try #require(henhouse.see(at: 0, ["jay": 0.9], after: 10.5).detections.first)
        #expect(seen.heldBack == .stale)
        #expect(seen.publish == ["phone"])
        #expect(seen.word(.stale)?.detail == "11 s old, 10 s allowed")
        #expect(henhouse.see(at: 20, ["jay": 0.9], after: 10).due.count == 1)
    }

    @Test func ofTwoRegionsTheBetterFiresAndTheOtherIsSuperseded() {
        var henhouse = Henhouse(.jay())
        let verdict = henhouse.see(
            at: 0,
            [
                ("left box", Henhouse.probabilities(["jay": 0.8])),
                ("right box", Henhouse.probabilities(["jay": 0.9])),
            ])
        #expect(verdict.detections.map(\.superseded) == [true, false])
        #expect(verdict.detections.map(\.heldBack) == [nil, nil])
        #expect(verdict.due.map(\.detection.region) == ["right box"])
    }

    @Test func whereTheBetterRegionCoolsDownTheOtherFires() {
        var henhouse = Henhouse(.jay())
        henhouse.see(at: 0, ["jay": 0.9], regions: ["right box"])
        let verdict = henhouse.see(
            at: 1,
            [
                ("left box", Henhouse.probabilities(["jay": 0.8])),
                ("right box", Henhouse.probabilities(["jay": 0.9])),
            ])
        #expect(verdict.due.map(\.detection.region) == ["left box"])
        #expect(verdict.detections.map(\.heldBack) == [nil, .cooldown])
        #expect(verdict.detections.map(\.superseded) == [false, false])
    }

    @Test func aRuleWithoutAnActionIsAskedNothingAboutOne() throws {
        var henhouse = Henhouse(Rule(name: "hens", labels: ["hen"], publish: ["phone"]))
        henhouse.circumstances.armed = false
        let seen = try #require(henhouse.see(at: 0, ["hen": 0.9]).detections.first)
        #expect(seen.trace.map(\.clause) == [.probability, .margin, .unknown, .confirm, .schedule, .veto])
        #expect(seen.action == nil && seen.heldBack == nil && seen.publish == ["phone"])
    }

    @Test func aFrameWithoutRulesOnlyIsRecorded() {
        var henhouse = Henhouse()
        #expect(henhouse.see(at: 0, ["jay": 0.9]) == Verdict())
    }
}
