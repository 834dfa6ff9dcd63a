import Foundation
import Models
import TestSupport

@testable import Training

/// Made-up photos: each label has a direction of its own, and each photo wanders off it.
enum Lessons {
    static func made(
        labels: Int, each: Int, width: Int, spread: Float, seed: UInt64, groupsOf size: Int = 1
    ) -> Lesson {
        var random = SplitMix64(seed: seed)
        func normal() -> Float {
            let (u, v) = (Double.random(in: 1e-9...1, using: &random), Double.random(in: 0...1, using: &random))
            return Float((-2 * log(u)).squareRoot() * cos(2 * .pi * v))
        }
        let centres = (0..<labels).map { _ in (0..<width).map { _ in abs(normal()) } }
        var features = Matrix(rows: labels * each, columns: width)
        var (owners, groups) = ([Int](), [Int]())
        for photo in 0..<(labels * each) {
            let label = photo % labels
            let embedding = centres[label].map { max(0, $0 + spread * normal()) }
            let sum = embedding.reduce(0, +)
            for (column, value) in embedding.enumerated() { features[photo, column] = (value / sum).squareRoot() }
            owners.append(label)
            groups.append(photo / labels / size * labels + label)
        }
        return Lesson(
            features: features, labels: owners, groups: groups, labelCount: labels, settings: settings(.even))
    }

    static func settings(_ prior: Manifest.Training.Prior) -> Manifest.Training {
        Manifest.Training(seed: 1, folds: 0, penalty: 0.01, prior: prior, accepted: 0.97, precision: nil)
    }
}

extension Lesson {
    /// The share of photos answered right out of fold.
    func accuracy(_ taught: Taught) -> Double {
        let judged = zip(taught.answers, labels).compactMap { answer, label in answer.map { $0.predicted == label } }
        return Double(judged.count { $0 }) / Double(max(1, judged.count))
    }
}
