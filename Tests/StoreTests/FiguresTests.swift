import Foundation
import Store
import TestSupport
import Testing
import Vocabulary

@Suite struct FiguresTests {
    let directory: TemporaryDirectory
    let store: Store

    init() throws {
        directory = try TemporaryDirectory()
        store = try directory.store()
    }

    @Test func aDayIsCountedInNinetySixQuartersThatEndWithThePresentOne() async throws {
        let quarter = 900.0
        await store.record(
            [
                Sample.frame(1, time: Sample.at(-100 * quarter)), Sample.frame(2, time: Sample.at(0)),
                Sample.jay(3, state: .done, time: Sample.at(quarter)), Sample.jay(4, time: Sample.at(quarter)),
                Sample.frame(5, state: .noted, time: Sample.at(0)), Sample.frame(6, time: Sample.at(3 * quarter)),
            ], at: Sample.start)
        let quarters = try await store.quarterHours(until: Sample.at(quarter + 5))
        #expect(quarters.count == 96)
        #expect(quarters.map(\.frames).reduce(0, +) == 3)
        #expect(quarters[95].frames == 2)
        #expect(quarters[95].detections == 2)
        #expect(quarters[95].actions == 1)
        #expect(quarters[94].frames == 1)
        #expect(quarters.allSatisfy { $0.start.milliseconds % 900_000 == 0 })
        #expect(zip(quarters, quarters.dropFirst()).allSatisfy { $1.start - $0.start == .seconds(900) })
    }

    @Test func quartersBeforeTheEpochAreWholeToo() async throws {
        let quarters = try await store.quarterHours(until: Instant(milliseconds: -1))
        #expect(quarters.last?.start.milliseconds == -900_000)
    }

    @Test func missedDeadlinesAreCountedByCause() async throws {
        await store.record(
            [
                Sample.frame(1), Sample.frame(2, missed: .infer), Sample.frame(3, missed: .infer),
                Sample.frame(4, missed: .wait), Sample.frame(5, missed: .notRunning),
                Sample.frame(6, state: .quarantined(reason: "empty")), Sample.frame(7, state: .noted),
            ], at: Sample.start)
        let counts = try await store.deadlines(since: Sample.at(2))
        #expect(counts.answered == 3)
        #expect(counts.missed == [.infer: 2, .wait: 1])
        #expect(counts.notRunning == 1)
        #expect(counts.quarantined == 1)
    }

    @Test func actionsSinceAnInstantComeNewestFirst() async throws {
        await store.record(
            [
                Sample.jay(1, state: .done), Sample.jay(2, state: .started), Sample.jay(3, heldBack: .veto),
                Sample.jay(4, state: .failed),
            ], at: Sample.start)
        #expect(
            try await store.actions(since: Sample.at(2)).map(\.id) == [Sample.detectionID(4), Sample.detectionID(2)])
        #expect(try await store.actions(since: Sample.at(0), limit: 1).map(\.id) == [Sample.detectionID(4)])
    }

    @Test func countsAreKeptByTheDatabaseItself() async throws {
        await store.record([Sample.jay(1), Sample.jay(2, visit: 1), Sample.frame(3)], at: Sample.start)
        let counts = try await store.counts()
        #expect(counts.frames == [.recorded: 3, .quarantined: 0, .noted: 0])
        #expect(counts.detections == 2)
        #expect(counts.visits == 1)
        #expect(try await store.diskFigures().database > 0)
        #expect(try await store.diskFigures().free > 0)
    }

    private func answer(_ probabilities: [Float]) async throws -> AnswerItem {
        let names = probabilities.indices.map { "label \($0)" }
        let prediction = Prediction(
            region: "left box", model: ModelID(name: "wide", version: "1"), labels: Labels(names: names, groups: [:]),
            probabilities: probabilities, unknown: 0.8, unknownThreshold: 0.7)
        var report = Sample.frame(1)
        let box = Box(x: 0.1, y: 0.2, width: 0.4, height: 0.5)
        report.answers = [.init(Region(name: "left box", box: box), prediction)]
        await store.record([report], at: Sample.start)
        #expect(try await store.frame(report.id)?.model == ModelID(name: "wide", version: "1"))
        #expect(try await store.frame(report.id)?.regions.first?.labels.count == 5)
        return try #require(try await store.answers(of: report.id).first)
    }

    @Test func anAnswerKeepsItsRegionVersionAndStrangeness() async throws {
        let answer = try await answer([0.5, 0.3, 0.1, 0.05, 0.05])
        #expect(answer.region == "left box")
        #expect(answer.box == Box(x: 0.1, y: 0.2, width: 0.4, height: 0.5))
        #expect(answer.role == "production")
        #expect(answer.unknown == 0.8)
        #expect(answer.unknownThreshold == 0.7)
        #expect(answer.labels.map(\.probability) == [0.5, 0.3, 0.1, 0.05, 0.05])
        #expect(answer.leftOut < 0.001)
    }

    @Test func ofAClearAnswerTheTailIsLeftOutAndSpreadAgain() async throws {
        let tail = Float(0.1) / 999
        let answer = try await answer([0.9] + Array(repeating: tail, count: 999))
        #expect(answer.labels.count == 5)
        #expect(answer.labels.first?.label == "label 0")
        #expect(abs(answer.leftOut - 0.1) < 0.001)
        #expect(answer.probabilities.count == 1_000)
        #expect(abs(answer.probabilities.reduce(0, +) - 1) < 0.001)
        #expect(abs(answer.probabilities[500..<900].reduce(0, +) - tail * 400) < 0.001)
    }

    @Test(arguments: UInt64(0)..<20) func sumsOfGroupsAreNearlyWhatTheyWere(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        let sharpness = Float.random(in: 0...9, using: &random)
        var probabilities = (0..<1_000).map { _ in exp(Float.random(in: 0...1, using: &random) * sharpness) }
        let sum = probabilities.reduce(0, +)
        probabilities = probabilities.map { $0 / sum }
        let answer = try await answer(probabilities)
        #expect(answer.labels.count <= 256)
        let group = (0..<300).map { _ in Int.random(in: 0..<1_000, using: &random) }
        let before = Set(group).reduce(Float(0)) { $0 + probabilities[$1] }
        let after = Set(group).reduce(Float(0)) { $0 + answer.probabilities[$1] }
        #expect(abs(before - after) < 0.05, "seed \(seed), sharpness \(sharpness): \(before) became \(after)")
        #expect(zip(answer.labels, answer.labels.dropFirst()).allSatisfy { $0.probability >= $1.probability })
    }
}
