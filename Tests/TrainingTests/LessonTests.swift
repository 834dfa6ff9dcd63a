import Foundation
import Models
import TestSupport
import Testing
import Vocabulary

@testable import Training

struct LessonTests {
    @Test func whatCanBeToldApartIsToldApartAndTheSamePhotosGiveTheSameHead() throws {
        let lesson = Lessons.made(labels: 5, each: 12, width: 40, spread: 0.3, seed: 1)
        let taught = try #require(lesson.teach())
        #expect(taught.folds == 5)
        #expect(lesson.accuracy(taught) > 0.95)
        let again = try #require(lesson.teach())
        #expect(taught.weight == again.weight && taught.temperature == again.temperature)
    }

    /// A head that saw the photos it judges would be right here.
    @Test func shuffledLabelsAreGuessedAtChance() throws {
        var lesson = Lessons.made(labels: 4, each: 40, width: 60, spread: 0.3, seed: 2)
        var random = SplitMix64(seed: 9)
        lesson.labels.shuffle(using: &random)
        let taught = try #require(lesson.teach())
        // A quarter of 160, within four standard deviations.
        #expect(abs(lesson.accuracy(taught) - 0.25) < 4 * (0.25 * 0.75 / 160).squareRoot())
    }

    @Test(arguments: UInt64(0)..<20)
    func foldsNeverCutAGroupAndEveryJudgedLabelIsTaughtInEach(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let labels = (0..<90).map { _ in Int.random(in: 0..<4, using: &random) }
        let groups = (0..<90).map { _ in Int.random(in: 0..<30, using: &random) }
        let folding = Folding(labels: labels, groups: groups, labelCount: 4, seed: seed)
        var foldOfGroup: [Int: Int] = [:]
        for (place, fold) in folding.folds.enumerated() {
            guard let fold else { continue }
            #expect((0..<folding.count).contains(fold))
            #expect(foldOfGroup[groups[place], default: fold] == fold)
            foldOfGroup[groups[place]] = fold
        }
        #expect(Set(folding.folds.compactMap { $0 }).count == folding.count)
    }

    @Test func aLabelFromOneOccasionIsTaughtAndNotJudged() throws {
        var lesson = Lessons.made(labels: 3, each: 10, width: 30, spread: 0.3, seed: 4)
        for place in lesson.labels.indices where lesson.labels[place] == 2 { lesson.groups[place] = 999 }
        let taught = try #require(lesson.teach())
        for (place, answer) in taught.answers.enumerated() { #expect((answer == nil) == (lesson.labels[place] == 2)) }
        lesson.groups = lesson.labels
        let unjudged = try #require(lesson.teach())
        #expect(unjudged.folds == 0 && unjudged.unknown == nil && unjudged.temperature == 1)
    }

    /// HEAD 2: with few photos of one label an even prior finds them more often.
    @Test func theMoreEvenThePriorTheMoreRareLabelsAreFound() throws {
        var lesson = Lessons.made(labels: 3, each: 40, width: 30, spread: 1.6, seed: 6)
        let kept = lesson.labels.indices.filter { lesson.labels[$0] != 2 || $0 < 24 }
        lesson.features = lesson.features.rows(kept)
        lesson.groups = kept.map { lesson.groups[$0] }
        lesson.labels = kept.map { lesson.labels[$0] }
        func count(_ taught: Taught) -> Int {
            zip(taught.answers, lesson.labels).count { $0?.predicted == 2 && $1 == 2 }
        }
        let found = try [Manifest.Training.Prior.even, .between, .asPhotographed].map { prior in
            lesson.settings = Lessons.settings(prior)
            return count(try #require(lesson.teach()))
        }
        #expect(found[0] >= found[1] && found[1] >= found[2] && found[0] > found[2], "\(found)")
    }

    @Test func strangersAreStrangerThanKnownPhotosAndThePromisedShareIsAccepted() throws {
        let lesson = Lessons.made(labels: 8, each: 20, width: 60, spread: 0.35, seed: 8)
        let taught = try #require(lesson.teach())
        #expect(try #require(taught.unknownArea) > 0.9)
        let threshold = try #require(taught.unknown).threshold
        let accepted = taught.answers.count { ($0?.unknown ?? 1) < threshold }
        #expect(abs(Double(accepted) / 160 - 0.97) < 0.02)
    }

    /// With 60 photos one rank is 1.6 %: two of them are nearer to 3 % than one.
    @Test(arguments: [(10, 1), (60, 2), (99, 3), (160, 5), (1_000, 30)])
    func theThresholdRefusesTheNumberOfRanksNearestToThePromise(photos: Int, refused: Int) throws {
        let evidence = (0..<photos).map { Scorer.Evidence(logit: Float($0), similarity: Float($0) / 1_000) }
        let unknown = try #require(Manifest.Unknown(evidence, accepted: 0.97))
        let likeness = evidence.map(unknown.likeness).sorted()
        // Of the ranks that a new photo can have, the lowest are refused.
        let below = (0...photos).count { rank in
            1 - Double(1 + rank) / Double(photos + 1) >= unknown.threshold
        }
        #expect(below == refused)
        #expect(Calibration.strangeness(likeness[0] - 1, among: likeness) >= unknown.threshold)
    }

    @Test func neighboursAreOfAnyOtherOccasion() {
        var features = Matrix(rows: 4, columns: 2)
        features.values = [1, 0, 0.9, 0.1, 0.6, 0.8, 0, 1]
        let neighbours = Neighbours(features: features, labels: [0, 0, 0, 1], occasions: [7, 7, 8, 9])
        // The second is of the same occasion as the first; nobody else has the fourth's label.
        #expect(neighbours.similarities(of: [0, 3], to: [0, 1]) == [0.6, 0])
    }
}

struct CalibrationTests {
    @Test func theTemperatureUndoesASharpening() {
        var random = SplitMix64(seed: 1)
        let logits = (0..<4_000).map { _ in (0..<3).map { _ in Float.random(in: -2...2, using: &random) } }
        let labels = logits.map { row -> Int in
            var draw = Float.random(in: 0..<1, using: &random)
            for (label, probability) in Calibration.probabilities(row, temperature: 1).enumerated() {
                draw -= probability
                if draw < 0 { return label }
            }
            return 2
        }
        let sharp = logits.map { $0.map { 3 * $0 } }
        let found = Calibration.temperature(logits: sharp, labels: labels, weights: labels.map { _ in 1 })
        #expect(abs(found - 3) < 0.3)
        let confidences = logits.map { Double(Calibration.probabilities($0, temperature: 1).max() ?? 0) }
        let right = zip(logits, labels).map { $0.indexOfLargest == $1 }
        let floor = Calibration.floor(confidences: confidences, seed: 1)
        #expect(Calibration.error(confidences: confidences, right: right) < 2 * floor)
    }

    /// Ten photos, all right and sure of it: the loss alone asks for the smallest temperature there is.
    @Test func aFewPhotosHardlyMoveTheTemperature() {
        let found = Calibration.temperature(
            logits: (0..<10).map { _ in [4, 0, 0] }, labels: (0..<10).map { _ in 0 }, weights: (0..<10).map { _ in 7 })
        #expect(found > 0.4 && found <= 0.6)
    }

    @Test func strangenessIsARank() {
        #expect(Calibration.strangeness(-5, among: [1, 2, 3]) == 1 - 1.0 / 4)
        #expect(Calibration.strangeness(2, among: [1, 2, 3]) == 1 - 3.0 / 4)
        #expect(Calibration.rocArea(known: [0.1, 0.2], strangers: [0.2, 0.9]) == 0.875)
        #expect(Calibration.rocArea(known: [], strangers: [1]) == nil)
    }

    /// Where two answers are close a third digit would pass the upper one: 0.9627264142036438 was printed.
    @Test(arguments: [(0.2, 0.6, 0.4), (0.9625, 0.9627264142036438, 0.9627), (0.5, 0.5, 0.5)])
    func aThresholdHasFewDigits(lower: Double, upper: Double, written: Double) {
        #expect(Judgement.written(above: lower, upTo: upper) == written)
    }

    @Test func aThresholdReachesThePrecisionAskedFor() throws {
        let answers = [0.9, 0.8, 0.7, 0.6].enumerated().map { place, probability in
            Judgement.Answer(
                path: "\(place)", label: place == 2 ? 1 : 0, group: place,
                probabilities: [Float(probability), Float(1 - probability)])
        }
        let judgement = Judgement(labels: ["a", "b"], answers: answers, folds: 2)
        let evaluation = judgement.evaluation(precision: 0.99, optimistic: nil, seed: 1)
        let threshold = try #require(evaluation.labels[0].threshold)
        #expect(threshold.probability > 0.7 && threshold.probability <= 0.8)
        #expect(threshold.precision == 1 && abs(threshold.recall - 2.0 / 3) < 1e-9)
        #expect(evaluation.confusion == [[3, 0], [1, 0]])
        #expect(evaluation.doubts.map(\.path) == ["2"])
    }

    /// Wilson's interval of 8 of 10, as in every table.
    @Test func theIntervalIsWilsons() {
        let share = Evaluation.Share(8, of: 10)
        #expect(abs(share.low - 0.4902) < 1e-3 && abs(share.high - 0.9433) < 1e-3)
    }
}
