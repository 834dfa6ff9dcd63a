import Foundation
public import Vocabulary

/// A line of `photos.jsonl`: a photo a version was taught with, and what a head that had not seen it said of it.
public struct TrainingPhoto: Codable, Sendable, Equatable {
    /// The SHA-256 of the file.
    public var digest: String
    /// As given, relative to the folder.
    public var path: String
    /// What is on it.
    public var label: String
    /// The part of it that was looked at; nil: the whole.
    public var region: Box?
    /// Photos with the same number may show the same scene: none was in the fold that judged another.
    public var group: Int
    /// What was answered out of fold; nil: it could not be judged.
    public var predicted: String?
    /// The probability of its label, out of fold.
    public var probability: Double?
    /// The score of the unknown, out of fold.
    public var unknown: Double?

    /// The name in a version's directory.
    public static let file = "photos.jsonl"

    /// A photo a version was taught with.
    public init(
        digest: String, path: String, label: String, region: Box?, group: Int, predicted: String?,
        probability: Double?, unknown: Double?
    ) {
        self.digest = digest
        self.path = path
        self.label = label
        self.region = region
        self.group = group
        self.predicted = predicted
        self.probability = probability
        self.unknown = unknown
    }

    /// The lines of a file.
    static func list(_ bytes: Data, path: String) throws(ModelError) -> [TrainingPhoto] {
        let decoder = JSONDecoder()
        var photos: [TrainingPhoto] = []
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            do {
                photos.append(try decoder.decode(TrainingPhoto.self, from: line))
            } catch {
                throw .malformed(path: path, what: "line \(index + 1) is not a photo: \(words(error))")
            }
        }
        return photos
    }
}
