import Foundation
import TestSupport
import Testing
import Vocabulary

@Suite("Labels and predictions")
struct LabelTests {
    let labels = Labels(names: ["jay", "magpie", "hen", "jay"], groups: ["birds": [2, 0, 0, 9, -1], "none": []])

    @Test func aLabelHasAPlaceAndOfTwoTheFirst() {
        #expect(labels.index(of: "jay") == 0)
        #expect(labels.index(of: "hen") == 2)
        #expect(labels.index(of: "fox") == nil)
        #expect(labels.count == 4)
    }

    @Test func aGroupHasItsLabelsOnceInOrderAndNoneThatAreNotThere() {
        #expect(labels.groups["birds"] == [0, 2])
        #expect(labels.indices(of: "group:birds") == [0, 2])
        #expect(labels.indices(of: "group:none") == [])
        #expect(labels.indices(of: "group:foxes") == [])
        #expect(labels.indices(of: "birds") == [])
    }

    @Test func groupsOfTheSettingsComeFirst() {
        let groups = ["birds": ["hen", "fox", "magpie", "hen"]]
        #expect(labels.indices(of: "group:birds", groups: groups) == [1, 2])
        #expect(labels.indices(of: "jay", groups: groups) == [0])
    }

    @Test(
        arguments: [
            (0.9712345, "0.9712345"), (0.97, "0.97"), (0.1 + 0.2, "0.3"), (1, "1"), (0, "0"), (1e-7, "1e-07"),
        ] as [(Float, String)])
    func aProbabilityIsWrittenAsTheShortestDecimalOfItsFloat(probability: Float, text: String) throws {
        let scored = ScoredLabel(label: "jay", index: 0, probability: Double(probability))
        let json = String(decoding: try JSONEncoder().encode(scored), as: UTF8.self)
        #expect(json.wholeMatch(of: /.*"probability":([^,}]+)[,}].*/)?.1 == text[...], "\(json)")
        let read = try JSONDecoder().decode(ScoredLabel.self, from: Data(json.utf8))
        #expect(Float(read.probability) == probability)
    }

    @Test func theBestLabelsComeInTheOrderOfTheirProbabilityThenOfTheirPlace() {
        let best = prediction([0.2, 0.5, 0.2, 0.1]).best(3)
        #expect(best.map(\.label) == ["magpie", "jay", "hen"])
        #expect(best.map(\.index) == [1, 0, 2])
        #expect(best.first?.probability == 0.5)
    }

    @Test func fewerLabelsThanAskedForAndAnswersOfAnotherLengthAreFine() {
        #expect(prediction([0.2, 0.5, 0.2, 0.1]).best(9).count == 4)
        #expect(prediction([0.2, 0.5, 0.2, 0.1]).best(0).isEmpty)
        #expect(prediction([]).best(5).isEmpty)
        #expect(prediction([0.1, 0.2, 0.3, 0.4, 0.5]).best(1).map(\.index) == [3])
    }

    @Test(arguments: UInt64(0)..<30)
    func theBestAreThoseOfAFullSort(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let count = Int.random(in: 1...200, using: &random)
        let names = Labels(names: (0..<count).map { "label \($0)" }, groups: [:])
        let values = (0..<count).map { _ in Float(Int.random(in: 0...20, using: &random)) / 20 }
        let sorted = values.enumerated().sorted {
            $0.element == $1.element ? $0.offset < $1.offset : $0.element > $1.element
        }
        let best = Prediction(
            region: "frame", model: ModelID(name: "m", version: "1"), labels: names, probabilities: values
        ).best(10)
        #expect(best.map(\.index) == sorted.prefix(10).map(\.offset))
    }

    private func prediction(_ probabilities: [Float]) -> Prediction {
        Prediction(
            region: "frame", model: ModelID(name: "m", version: "1"), labels: labels, probabilities: probabilities)
    }
}
