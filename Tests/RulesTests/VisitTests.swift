import Testing
import Vocabulary

@testable import Rules

@Suite("Visits")
struct VisitTests {
    @Test func detectionsLessThanTheGapApartAreOneVisit() {
        var henhouse = Henhouse(.jay())
        let visits = [0.0, 59.9, 119.8].flatMap { henhouse.see(at: $0, ["jay": 0.9]).detections.map(\.visit) }
        #expect(Set(visits).count == 1)
        let next = henhouse.see(at: 179.8, ["jay": 0.9])
        #expect(next.detections.first?.visit == next.detections.first?.id)
        #expect(next.endedVisits == [visits[0]])
    }

    @Test func anotherLabelRegionOrSourceIsAnotherVisit() {
        var henhouse = Henhouse(Rule(name: "animals", labels: ["group:animals"]))
        var visits = henhouse.see(at: 0, ["jay": 0.9], regions: ["left box", "right box"]).detections.map(\.visit)
        visits += henhouse.see(at: 1, ["hen": 0.9], regions: ["left box"]).detections.map(\.visit)
        visits += henhouse.see(at: 2, ["jay": 0.9], regions: ["left box"], source: "run").detections.map(\.visit)
        #expect(Set(visits).count == 4)
        #expect(henhouse.see(at: 3, ["jay": 0.9], regions: ["left box"]).detections.first?.visit == visits[0])
    }

    @Test func twoRulesThatSeeTheSameShareItsVisit() {
        var henhouse = Henhouse(.jay(), Rule(name: "animals", labels: ["group:animals"]))
        let seen = henhouse.see(at: 0, ["jay": 0.9]).detections
        #expect(seen.count == 2)
        #expect(seen.map(\.visit) == [seen[0].id, seen[0].id])
    }

    @Test func aVisitEndsOnceWhenNothingJoinedItForTheGap() throws {
        var henhouse = Henhouse(.jay())
        let visit = try #require(henhouse.see(at: 0, ["jay": 0.9], after: 0).detections.first?.visit)
        #expect(endedVisits(state: &henhouse.state, now: Henhouse.moment(59.9)).isEmpty)
        #expect(endedVisits(state: &henhouse.state, now: Henhouse.moment(60)) == [visit])
        #expect(endedVisits(state: &henhouse.state, now: Henhouse.moment(61)).isEmpty)
    }

    @Test func aSourceHasItsOwnGap() {
        var henhouse = Henhouse(.jay())
        henhouse.book.visitGaps = ["nest": .seconds(5)]
        let first = henhouse.see(at: 0, ["jay": 0.9]).detections.first?.visit
        #expect(henhouse.see(at: 5, ["jay": 0.9]).detections.first?.visit != first)
    }

    @Test func aLateFrameExtendsAVisitAndNeverMergesTwo() {
        var henhouse = Henhouse(.jay())
        let first = henhouse.see(at: 0, ["jay": 0.9]).detections.first?.visit
        let second = henhouse.see(at: 100, ["jay": 0.9]).detections.first?.visit
        #expect(first != second)
        let near = henhouse.see(at: 45, ["jay": 0.9], after: 60).detections.first?.visit
        #expect(near == first)
        let between = henhouse.see(at: 80, ["jay": 0.9], after: 30).detections.first?.visit
        #expect(between == second)
        #expect(henhouse.see(at: 110, ["jay": 0.9]).detections.first?.visit == second)
    }

    @Test func aLateFrameFarFromAllVisitsHasItsOwn() {
        var henhouse = Henhouse(.jay())
        let current = henhouse.see(at: 1_000, ["jay": 0.9]).detections.first?.visit
        let late = henhouse.see(at: 0, ["jay": 0.9], after: 1_001)
        #expect(late.detections.first?.visit == late.detections.first?.id)
        #expect(late.endedVisits.isEmpty)
        #expect(henhouse.see(at: 1_002, ["jay": 0.9]).detections.first?.visit == current)
    }

    @Test func aVisitThatWasOpenInAnEarlierLifeGoesOn() {
        var henhouse = Henhouse(.jay())
        let visit = VisitID(rawValue: "before")
        henhouse.state.noteVisit(
            visit, label: "jay", source: "nest", region: "frame", first: Henhouse.noon - .seconds(90),
            last: Henhouse.noon - .seconds(30), gap: .seconds(60), now: Henhouse.moment(0))
        #expect(henhouse.see(at: 29, ["jay": 0.9]).detections.first?.visit == visit)
    }

    @Test func noMoreVisitsAreRememberedThanTheLimitAndWhatGoesIsEnded() {
        var henhouse = Henhouse(.jay())
        var begun = Set<VisitID>()
        var ended: [VisitID] = []
        for index in 0..<200 {
            let verdict = henhouse.see(at: Double(index) * 100, ["jay": 0.9])
            begun.formUnion(verdict.detections.map(\.visit))
            ended += verdict.endedVisits
        }
        #expect(henhouse.state.visits.values.map(\.count).max() == RuleState.visitsKept)
        ended += endedVisits(state: &henhouse.state, now: Henhouse.moment(100_000))
        #expect(begun.count == 200)
        #expect(ended.count == 200 && Set(ended) == begun)
        #expect(henhouse.state.visits.isEmpty)
    }
}
