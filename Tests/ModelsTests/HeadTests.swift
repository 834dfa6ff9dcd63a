import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Models

/// A small head whose answers can be worked out by hand.
enum Heads {
    /// Two labels over four values: the first looks at the first value, the second at the last.
    static func small(labels: [Int32] = [0, 0, 1]) throws -> Head {
        let features: [[Float16]] = [[1, 0, 0, 0], [0.5, 0.5, 0.5, 0.5], [0, 0, 0, 1]]
        return try Head(
            weight: [4, 0, 0, -4, -4, 0, 0, 4], bias: [0.5, -0.5], shift: [0, 0],
            photos: features.flatMap { $0.map(\.bitPattern) }, owners: labels, likeness: [-3, -1, 0, 1, 2])
    }

    /// A head over an embedding of any width, with random values.
    static func random(labels: Int, width: Int, photos: Int, seed: UInt64) throws -> Head {
        var random = SplitMix64(seed: seed)
        func values(_ count: Int) -> [Float] { (0..<count).map { _ in Float.random(in: -1...1, using: &random) } }
        let owners = (0..<photos).map { Int32($0 * labels / max(photos, 1)) }
        return try Head(
            weight: values(labels * width), bias: values(labels), shift: values(labels),
            photos: values(photos * width).map { Float16(abs($0)).bitPattern }, owners: owners,
            likeness: values(photos).sorted())
    }
}

struct HeadTests {
    @Test func aHeadIsReadAsItWasWritten() throws {
        for head in [try Heads.small(), try Heads.random(labels: 40, width: 33, photos: 77, seed: 1)] {
            #expect(try Head(safetensors: head.safetensors) == head)
            #expect(head.safetensors == head.safetensors)
        }
    }

    @Test func photosOfALabelLieTogetherAlsoWhereALabelHasNone() throws {
        #expect(try Heads.small().starts == [0, 2, 3])
        #expect(try Heads.small(labels: [1, 1, 1]).starts == [0, 0, 3])
        #expect(throws: HeadFault.self) { try Heads.small(labels: [1, 0, 1]) }
        #expect(throws: HeadFault.self) { try Heads.small(labels: [0, 1, 2]) }
        #expect(throws: HeadFault.self) { try Heads.small(labels: [-1, 0, 1]) }
    }

    @Test(arguments: UInt64(0)..<60)
    func noFileEverTraps(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var bytes = try Heads.small().safetensors
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            // Digits for digits reach past the check of the header's form: offsets and shapes that lie.
            bytes[place] =
                Bool.random(using: &random)
                ? UInt8.random(in: 48...57, using: &random) : UInt8.random(in: 0...255, using: &random)
        }
        if Bool.random(using: &random) { bytes = bytes.prefix(Int.random(in: 0...bytes.count, using: &random)) }
        guard let head = try? Head(safetensors: bytes) else { return }
        #expect(head.starts.last == head.photos.count / head.width)
    }

    @Test func sizesThatLieAreRefusedInWords() throws {
        let file = try Heads.small().safetensors
        let text = String(decoding: file.prefix(480), as: UTF8.self)
        #expect(text.contains("[2,4]"))
        for (from, to) in [("[2,4]", "[2,9]"), ("[2,4]", "[9,4]"), ("\"F32\"", "\"F64\""), ("\"bias\"", "\"beas\"")] {
            let place = try #require(file.range(of: Data(from.utf8)))
            var changed = file
            changed.replaceSubrange(place, with: Data(to.utf8))
            let fault = #expect(throws: HeadFault.self) { try Head(safetensors: changed) }
            #expect(try !#require(fault).words.isEmpty)
        }
    }
}

struct ScorerTests {
    /// The head at work, read from a version on the shipped network.
    private func scorer(_ head: Head, temperature: Float = 1, unknown: Manifest.Unknown?) throws -> Scorer {
        let copy = try Copy()
        var manifest = try copy.load().manifest
        manifest.name = "hens"
        manifest.labels = (0..<head.labels).map { "label \($0)" }
        manifest.groups = [:]
        manifest.temperature = temperature
        manifest.unknown = unknown
        manifest.photos = Manifest.Photos(sha256: String(repeating: "0", count: 64), count: 0, labels: [:])
        let draft = VersionDraft(
            manifest: manifest, head: head, golden: [], photos: [], evaluation: nil,
            backbonePath: try copy.load().backbonePath)
        return try #require(try Scorer(copy.registry.add(draft)))
    }

    private func predict(_ scorer: Scorer, _ embedding: [Float]) -> Prediction {
        embedding.withUnsafeBufferPointer { scorer.prediction(of: "frame", from: $0) }
    }

    @Test func logitsTemperatureAndLikenessAreThoseOfTheFormulas() throws {
        let normal = Manifest.Unknown.Normal(mean: 1, deviation: 2)
        let unknown = Manifest.Unknown(
            logit: normal, similarity: .init(mean: 0.5, deviation: 0.25), threshold: 0.8)
        let scorer = try scorer(Heads.small(), temperature: 2, unknown: unknown)
        // sqrt(e / sum): 0.8, 0, 0, 0.6; negative values count as 0.
        let prediction = predict(scorer, [0.64, -3, 0, 0.36])
        // Raw logits 4*0.8 - 4*0.6 + 0.5 = 1.3 and -1.3; over 2 and through the logistic function.
        #expect(abs(prediction.probabilities[0] - 1 / (1 + exp(-1.3))) < 1e-5)
        #expect(abs(scorer.evidence.logit - 1.3) < 1e-5)
        // The nearest photo of label 0: the second, 0.5 * 0.8 + 0.5 * 0.6, is farther than the first, 0.8.
        #expect(abs(scorer.evidence.similarity - 0.8) < 1e-3)
        // (1.3 - 1) / 2 + (0.8 - 0.5) / 0.25 = 1.35: four of five known photos are at most as like.
        #expect(prediction.unknown == 1 - 5.0 / 6)
        #expect(prediction.unknownThreshold == 0.8)
        // 0.5 and 0.5: (0.5 - 1) / 2 + 0, and two of five known photos are at most as like.
        #expect(predict(scorer, [0, 1, 0, 0]).unknown == 1 - 3.0 / 6)
    }

    @Test func anEmbeddingOfNothingIsAnswered() throws {
        let scorer = try scorer(Heads.small(), unknown: nil)
        let prediction = predict(scorer, [0, 0, 0, 0])
        #expect(prediction.unknown == nil)
        #expect(abs(prediction.probabilities.reduce(0, +) - 1) < 1e-5)
    }

    @Test func manyLabelsAreScoredAsInTheDefinition() throws {
        let head = try Heads.random(labels: 70, width: 45, photos: 140, seed: 3)
        let scorer = try scorer(head, unknown: nil)
        var random = SplitMix64(seed: 4)
        let embedding = (0..<45).map { _ in Float.random(in: 0...1, using: &random) }
        let sum = embedding.reduce(0, +)
        let feature = embedding.map { ($0 / sum).squareRoot() }
        let logits: [Float] = (0..<70).map { label in
            let weights = head.weight[(label * 45)..<((label + 1) * 45)]
            var logit: Float = head.bias[label] - head.shift[label]
            for (value, weight) in zip(feature, weights) { logit += value * weight }
            return logit
        }
        let exponents = logits.map { exp($0) }
        let total: Float = exponents.reduce(0, +)
        for (found, exponent) in zip(predict(scorer, embedding).probabilities, exponents) {
            #expect(abs(found - exponent / total) < 1e-5)
        }
    }
}
