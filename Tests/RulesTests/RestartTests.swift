import Foundation
import Testing
import Vocabulary

@testable import Rules

@Suite("Clocks and restarts")
struct RestartTests {
    /// The jay of a rebooted machine: `uptime` seconds after boot, `wall` seconds after noon.
    private func jay(
        _ henhouse: inout Henhouse, uptime: Double, wall: Double, id: String = UUID().uuidString
    ) -> Verdict {
        let moment = rebooted(uptime: uptime, wall: wall)
        let frame = FrameFacts(id: FrameID(rawValue: id), source: "nest", time: moment.wall, completed: moment)
        let prediction = Prediction(
            region: "frame", model: ModelID(name: "m", version: "1"), labels: Henhouse.labels,
            probabilities: Henhouse.probabilities(["jay": 0.9]))
        return decide(
            henhouse.book, predictions: [prediction], frame: frame, state: &henhouse.state,
            circumstances: henhouse.circumstances, now: moment)
    }

    private func rebooted(uptime: Double, wall: Double) -> Moment {
        Moment(
            monotonic: .milliseconds(Int64(uptime * 1_000)),
            wall: Henhouse.noon + .milliseconds(Int64(wall * 1_000)))
    }

    private func reloaded(_ state: RuleState) throws -> RuleState {
        try JSONDecoder().decode(RuleState.self, from: JSONEncoder().encode(state))
    }

    @Test func theStateComesBackFromDiskAsItWas() throws {
        var henhouse = Henhouse(.jay(confirm: .init(frames: 2, within: .seconds(5)), veto: .init(labels: ["person"])))
        henhouse.see(at: 0, ["person": 0.9])
        for second in 61...70 { henhouse.see(at: Double(second), ["jay": 0.9]) }
        #expect(try reloaded(henhouse.state) == henhouse.state)
    }

    @Test func aRestartInTheSameBootKeepsTheCooldown() throws {
        var henhouse = Henhouse(.jay())
        henhouse.state.resume(boot: "one", now: Henhouse.moment(-1))
        henhouse.see(at: 0, ["jay": 0.9])
        henhouse.state = try reloaded(henhouse.state)
        henhouse.state.resume(boot: "one", now: Henhouse.moment(20))
        #expect(henhouse.see(at: 29, ["jay": 0.9]).due.isEmpty)
        #expect(henhouse.see(at: 31, ["jay": 0.9]).due.count == 1)
    }

    @Test func afterARebootTheCooldownGoesOnByTheWallClock() throws {
        var henhouse = Henhouse(.jay(cooldown: .seconds(3_600)))
        henhouse.state.resume(boot: "one", now: Henhouse.moment(-1))
        henhouse.see(at: 0, ["jay": 0.9])
        henhouse.state = try reloaded(henhouse.state)
        henhouse.state.resume(boot: "two", now: rebooted(uptime: 20, wall: 600))
        #expect(jay(&henhouse, uptime: 21, wall: 601).due.isEmpty)
        #expect(jay(&henhouse, uptime: 3_021, wall: 3_601).due.count == 1)
    }

    @Test func afterARebootWithAClockInThePastNoWaitIsLongerThanConfigured() throws {
        var henhouse = Henhouse(.jay())
        henhouse.state.resume(boot: "one", now: Henhouse.moment(-1))
        henhouse.see(at: 0, ["jay": 0.9])
        henhouse.state.resume(boot: "two", now: rebooted(uptime: 5, wall: -86_400))
        #expect(jay(&henhouse, uptime: 6, wall: -86_399).due.isEmpty)
        #expect(jay(&henhouse, uptime: 36, wall: -86_370).due.count == 1)
    }

    @Test func aMonotonicClockThatStartsAnewWithoutWordDelaysNothingForLong() {
        var henhouse = Henhouse(.jay())
        henhouse.see(at: 0, ["jay": 0.9])
        #expect(jay(&henhouse, uptime: 2, wall: 1).due.isEmpty)
        #expect(jay(&henhouse, uptime: 33, wall: 32).due.count == 1)
    }

    @Test(arguments: [-7_200.0, -60, 60, 7_200, 1e9])
    func aStepOfTheWallClockNeverFiresTwiceAndDelaysNothing(step: Double) {
        var henhouse = Henhouse(.jay())
        #expect(jay(&henhouse, uptime: 100, wall: 0).due.count == 1)
        #expect(jay(&henhouse, uptime: 101, wall: 1 + step).due.isEmpty)
        #expect(jay(&henhouse, uptime: 129, wall: 29 + step).due.isEmpty)
        #expect(jay(&henhouse, uptime: 130, wall: 30 + step).due.count == 1)
    }

    @Test func anActionFromTheJournalOfIntentsRestoresTheCooldown() {
        var henhouse = Henhouse(.jay())
        henhouse.state.resume(boot: "one", now: Henhouse.moment(0))
        henhouse.state.noteAction(
            rule: "jay on the eggs", source: "nest", region: "frame", started: Henhouse.moment(-10), boot: "one",
            now: Henhouse.moment(0))
        #expect(henhouse.see(at: 19, ["jay": 0.9]).due.isEmpty)
        #expect(henhouse.see(at: 20, ["jay": 0.9]).due.count == 1)
    }

    @Test func anOlderIntentDoesNotShortenTheCooldownAndOneOfTheFutureNeverLengthensIt() {
        var henhouse = Henhouse(.jay())
        for seconds in [-5.0, -100, 5_000] {
            henhouse.state.noteAction(
                rule: "jay on the eggs", source: "nest", region: "frame",
                started: Moment(monotonic: .zero, wall: Henhouse.moment(seconds).wall), boot: nil,
                now: Henhouse.moment(0))
        }
        #expect(henhouse.see(at: 29.9, ["jay": 0.9], after: 0).due.isEmpty)
        #expect(henhouse.see(at: 30, ["jay": 0.9], after: 0).due.count == 1)
    }

    @Test func anActionThatWasHeldBackAfterAllGivesItsCooldownBack() throws {
        var henhouse = Henhouse(.jay())
        let due = try #require(henhouse.see(at: 0, ["jay": 0.9]).due.first)
        henhouse.state.withdraw(due.detection.id)
        let next = try #require(henhouse.see(at: 1, ["jay": 0.9]).due.first)
        henhouse.state.withdraw(due.detection.id)
        #expect(henhouse.see(at: 2, ["jay": 0.9]).due.isEmpty)
        henhouse.state.withdraw(next.detection.id)
        #expect(henhouse.see(at: 3, ["jay": 0.9]).due.count == 1)
    }

    @Test func aDamagedStateIsForgottenInsteadOfCountedFrom() throws {
        var henhouse = Henhouse(.jay())
        henhouse.see(at: 0, ["jay": 0.9])
        var state = henhouse.state
        state.lastActions = state.lastActions.mapValues { _ in LastAction(time: .seconds(Int64.max)) }
        henhouse.state = try reloaded(state)
        henhouse.state.resume(boot: "two", now: Henhouse.moment(1))
        #expect(henhouse.see(at: 2, ["jay": 0.9]).due.count == 1)
    }

    @Test func aDamagedCountOfFramesInARowIsForgottenInsteadOfCountedOn() throws {
        var henhouse = Henhouse(.jay(confirm: .init(frames: 2)))
        henhouse.see(at: 0, ["jay": 0.9])
        var state = henhouse.state
        state.confirmations = state.confirmations.mapValues { Confirmations(times: $0.times, inARow: .max) }
        henhouse.state = try reloaded(state)
        henhouse.state.resume(boot: "two", now: Henhouse.moment(1))
        #expect(henhouse.see(at: 2, ["jay": 0.9]).due.isEmpty)
        #expect(henhouse.see(at: 3, ["jay": 0.9]).due.count == 1)
    }

    @Test func whatBelongsToRulesThatAreGoneIsForgotten() {
        var henhouse = Henhouse(.jay(confirm: .init(frames: 2), veto: .init(labels: ["person"])))
        henhouse.see(at: 0, ["person": 0.9])
        henhouse.see(at: 100, ["jay": 0.9])
        henhouse.see(at: 101, ["jay": 0.9])
        henhouse.state.forget(rulesNotIn: henhouse.book)
        #expect(henhouse.state.lastActions.count == 1)
        henhouse.state.forget(rulesNotIn: RuleBook(rules: []))
        #expect(henhouse.state.lastActions.isEmpty && henhouse.state.confirmations.isEmpty)
        #expect(henhouse.state.vetoes.isEmpty)
    }
}
