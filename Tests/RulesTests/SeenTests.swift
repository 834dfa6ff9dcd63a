import Testing
import Vocabulary

@testable import Rules

@Suite("What a rule sees")
struct SeenTests {
    @Test func aJayAboveTheProbabilityIsSeenAndSetsOffTheAction() throws {
        var henhouse = Henhouse(.jay())
        let verdict = henhouse.see(at: 0, ["jay": 0.97, "hen": 0.02])
        let seen = try #require(verdict.detections.first)
        #expect(seen.label == "jay")
        #expect(abs(seen.probability - 0.97) < 1e-6)
        #expect(seen.heldBack == nil)
        #expect(seen.publish == ["phone"])
        #expect(seen.id == DetectionID(frame: FrameID(rawValue: "frame1"), rule: "jay on the eggs", region: "frame"))
        #expect(seen.visit == seen.id)
        #expect(seen.trace.map(\.clause) == Clause.allCases)
        #expect(seen.trace.allSatisfy { $0.passed })
        #expect(seen.word(.probability)?.detail == "jay 0.97 of 0.60 needed")
        #expect(seen.labels.first?.label == "jay")
        #expect(verdict.due.map(\.action) == ["sprinkler"])
        #expect(verdict.due.first?.detection == seen)
        #expect(verdict.due.first?.deadline == Henhouse.moment(1).monotonic)
        #expect(verdict.due.first?.expires == Henhouse.moment(10).monotonic)
    }

    @Test func aJayBelowTheProbabilityIsNotSeen() {
        var henhouse = Henhouse(.jay())
        let verdict = henhouse.see(at: 0, ["jay": 0.3, "hen": 0.7])
        #expect(verdict.detections.isEmpty && verdict.due.isEmpty && verdict.nearMisses.isEmpty)
    }

    @Test func aMissByALittleIsANearMissAndNoDetection() {
        var henhouse = Henhouse(.jay())
        let verdict = henhouse.see(at: 0, ["jay": 0.5, "hen": 0.4], regions: ["left box", "right box"])
        #expect(verdict.detections.isEmpty)
        #expect(verdict.nearMisses == ["jay on the eggs"])
    }

    @Test func exactlyTheProbabilityPassesThoughFloatsAreALittleLess() {
        var rule = Rule.jay()
        rule.probability = 0.7
        var henhouse = Henhouse(rule)
        #expect(Double(Float(0.7)) < 0.7)
        #expect(henhouse.see(at: 0, ["jay": 0.7]).detections.count == 1)
    }

    @Test func aGroupPassesWithTheSumOfItsLabelsAndIsNamedByTheBest() throws {
        var henhouse = Henhouse(Rule(name: "robbers", labels: ["group:robbers"]))
        let seen = try #require(henhouse.see(at: 0, ["jay": 0.2, "magpie": 0.35, "grey fox": 0.1]).detections.first)
        #expect(abs(seen.probability - 0.65) < 1e-6)
        #expect(seen.label == "magpie")
        #expect(seen.word(.probability)?.detail == "group:robbers (best: magpie) 0.65 of 0.60 needed")
    }

    @Test func labelsAreTestedByThemselvesAndNeverAddedUp() {
        var henhouse = Henhouse(Rule(name: "robbers", labels: ["jay", "magpie"]))
        #expect(henhouse.see(at: 0, ["jay": 0.45, "magpie": 0.45]).detections.isEmpty)
    }

    @Test func aLabelTwiceInAGroupCountsOnce() {
        var henhouse = Henhouse(
            Rule(name: "pairs", labels: ["group:pair"]), groups: ["pair": ["jay", "jay", "magpie"]])
        #expect(henhouse.see(at: 0, ["jay": 0.4, "magpie": 0.1]).detections.isEmpty)
    }

    @Test func aGroupOfTheSettingsComesBeforeTheModelsOwn() {
        var henhouse = Henhouse(Rule(name: "birds", labels: ["group:birds"]), groups: ["birds": ["hen"]])
        #expect(henhouse.see(at: 0, ["jay": 0.9]).detections.isEmpty)
        #expect(henhouse.see(at: 1, ["hen": 0.9]).detections.count == 1)
    }

    @Test func theEntryWithTheHighestProbabilityIsTheCandidate() throws {
        var rule = Rule(name: "robbers", labels: ["jay", "group:robbers", "magpie"])
        rule.perLabel = ["group:robbers": 0.8]
        var henhouse = Henhouse(rule)
        // The group's sum is the highest, so its own threshold counts.
        #expect(henhouse.see(at: 0, ["jay": 0.7, "magpie": 0.05]).detections.isEmpty)
        let seen = try #require(henhouse.see(at: 1, ["jay": 0.75, "magpie": 0.1]).detections.first)
        #expect(seen.label == "jay")
        #expect(abs(seen.probability - 0.85) < 1e-6)
    }

    @Test func aThresholdPerLabelHoldsForTheEntryOfThatNameAlone() {
        var rule = Rule(name: "robbers", labels: ["jay", "magpie"])
        rule.perLabel = ["magpie": 0.8]
        var henhouse = Henhouse(rule)
        #expect(henhouse.see(at: 0, ["magpie": 0.7]).detections.isEmpty)
        #expect(henhouse.see(at: 1, ["magpie": 0.85]).detections.count == 1)
        #expect(henhouse.see(at: 2, ["jay": 0.7]).detections.count == 1)
    }

    @Test func theMarginIsToTheBestLabelOutsideTheRules() throws {
        var rule = Rule(name: "robbers", labels: ["jay", "magpie"], probability: 0.4)
        rule.margin = 0.2
        var henhouse = Henhouse(rule)
        #expect(henhouse.see(at: 0, ["jay": 0.45, "hen": 0.35]).detections.isEmpty)
        let seen = try #require(henhouse.see(at: 1, ["jay": 0.45, "magpie": 0.4, "hen": 0.15]).detections.first)
        #expect(seen.word(.margin)?.detail == "0.30 ahead of hen, 0.20 needed")
    }

    @Test func withoutAMarginTheRuleStillHasToBeAheadOfEverythingElse() {
        var henhouse = Henhouse(Rule(name: "jay", labels: ["jay"], probability: 0.3))
        #expect(henhouse.see(at: 0, ["jay": 0.4, "hen": 0.6]).detections.isEmpty)
        henhouse.book.rules[0].margin = -1
        #expect(henhouse.see(at: 1, ["jay": 0.4, "hen": 0.6]).detections.count == 1)
    }

    @Test func whatTheVersionWasNeverTaughtIsRefusedUnlessTheRuleAllowsIt() throws {
        var henhouse = Henhouse(.jay())
        #expect(henhouse.see(at: 0, ["jay": 0.97], unknown: 0.8).detections.isEmpty)
        let known = try #require(henhouse.see(at: 1, ["jay": 0.97], unknown: 0.79).detections.first)
        #expect(known.word(.unknown)?.detail == "strangeness 0.79, refused from 0.80 on")
        let silent = try #require(henhouse.see(at: 2, ["jay": 0.97]).detections.first)
        #expect(silent.word(.unknown)?.detail == "this version has no score for the unknown")
        henhouse.book.rules[0].unknown = .allow
        #expect(henhouse.see(at: 3, ["jay": 0.97], unknown: 0.99).detections.count == 1)
    }

    @Test func twoFramesWithinTheTimeConfirm() throws {
        var henhouse = Henhouse(.jay(confirm: .init(frames: 2, within: .seconds(5))))
        #expect(henhouse.see(at: 0, ["jay": 0.9]).detections.isEmpty)
        #expect(henhouse.see(at: 1, ["hen": 0.9]).detections.isEmpty)
        let seen = try #require(henhouse.see(at: 5, ["jay": 0.9]).detections.first)
        #expect(seen.word(.confirm)?.detail == "2 of 2 frames within 5 s")
        #expect(henhouse.see(at: 10.001, ["jay": 0.9]).detections.isEmpty)
    }

    @Test func withoutATimeTheFramesHaveToFollowEachOther() {
        var henhouse = Henhouse(.jay(confirm: .init(frames: 3)))
        let frames = [0.9, 0.9, 0.1, 0.9, 0.9, 0.9, 0.9].enumerated().map { index, jay in
            henhouse.see(at: Double(index) * 100, ["jay": Float(jay)]).detections.count
        }
        #expect(frames == [0, 0, 0, 0, 0, 1, 1])
    }

    @Test func confirmationsOfOtherSourcesAndRegionsDoNotCount() {
        var henhouse = Henhouse(.jay(confirm: .init(frames: 2, within: .seconds(60))))
        #expect(henhouse.see(at: 0, ["jay": 0.9], regions: ["left box"]).detections.isEmpty)
        #expect(henhouse.see(at: 1, ["jay": 0.9], regions: ["right box"]).detections.isEmpty)
        #expect(henhouse.see(at: 2, ["jay": 0.9], regions: ["left box"], source: "run").detections.isEmpty)
        #expect(henhouse.see(at: 3, ["jay": 0.9], regions: ["left box"]).detections.count == 1)
    }

    @Test func aRuleLooksAtItsSourcesAndRegionsAlone() {
        var rule = Rule.jay()
        rule.sources = ["nest"]
        rule.regions = ["left box"]
        var henhouse = Henhouse(rule)
        #expect(henhouse.see(at: 0, ["jay": 0.9], regions: ["left box", "right box"]).detections.count == 1)
        #expect(henhouse.see(at: 1, ["jay": 0.9], regions: ["left box"], source: "run").detections.isEmpty)
    }

    @Test func aRuleWhoseLabelsTheVersionLacksIsIdle() {
        var henhouse = Henhouse(.jay(), Rule(name: "bantams", labels: ["bantam", "group:martens"]))
        #expect(henhouse.book.idleRules(with: Henhouse.labels) == ["bantams"])
        #expect(henhouse.see(at: 0, ["jay": 0.9]).detections.map(\.rule) == ["jay on the eggs"])
    }

    @Test func aVetoWhoseLabelsTheVersionLacksIsNamed() {
        let blind = Rule(name: "blind", labels: ["jay"], veto: .init(labels: ["toddler"]))
        let seeing = Rule(name: "seeing", labels: ["jay"], veto: .init(labels: ["person"]))
        let henhouse = Henhouse(.jay(veto: .init(labels: ["toddler", "person"])), blind, seeing)
        let vetoes = henhouse.book.blindVetoes(with: Henhouse.labels)
        #expect(
            vetoes == [
                BlindVeto(rule: "jay on the eggs", unknown: ["toddler"], isWhole: false),
                BlindVeto(rule: "blind", unknown: ["toddler"], isWhole: true),
            ])
        #expect(
            vetoes[1].sentence(ModelID(name: "m", version: "1")).contains(
                "no label for toddler: it never holds anything back"))
    }

    @Test func answersThatAreNoNumbersOrTooShortSeeNothing() {
        var henhouse = Henhouse(.jay(), Rule(name: "fox", labels: ["grey fox"], probability: 0))
        let verdict = henhouse.see(at: 0, [("frame", [.nan]), ("frame", [1]), ("short", [])])
        #expect(verdict.detections.map(\.rule) == ["fox", "fox"])
        #expect(verdict.detections.allSatisfy { $0.probability == 0 })
    }
}
