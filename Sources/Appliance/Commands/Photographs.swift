import CLinux
import Foundation
import Glibc
import Imaging
import Models
import Vocabulary

/// `rooster classify`: photos in, what is on them out. Records nothing.
public final class Photographs {
    /// What is on one photo; its JSON is fixed in DESIGN section 10.
    public struct Answer: Encodable, CustomStringConvertible {
        struct Region: Encodable {
            var region: String
            var labels: [ScoredLabel]
            var unknown: Double?
            var embedding: [Float]?

            private enum Key: String, CodingKey { case region, labels, unknown, embedding }

            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Key.self)
                try container.encode(region, forKey: .region)
                try container.encode(labels, forKey: .labels)
                try container.encode(unknown?.asFloat, forKey: .unknown)
                try container.encodeIfPresent(embedding, forKey: .embedding)
            }
        }

        struct Timings: Encodable {
            var decode: Double
            var prepare: Double
            var infer: Double
        }

        var file: String
        var model: ModelID
        var regions: [Region]
        var timings: Timings

        private enum CodingKeys: String, CodingKey {
            case file, model, regions
            case timings = "timings_ms"
        }

        /// One line for people.
        public var description: String {
            let labels = regions.first.map(\.labels) ?? []
            let words = labels.map { "\($0.label) \(Words.probability($0.probability))" }
            let time = timings.decode + timings.prepare + timings.infer
            return "\(file): \(words.joined(separator: ", ")) (\(Words.milliseconds(time)))"
        }
    }

    /// A photo that could not be answered.
    public struct Failure: Encodable {
        /// Kind and sentence.
        public struct Reason: Encodable {
            /// One of DESIGN section 10: `missing`, `truncated`...
            public var kind: String
            /// What, where.
            public var message: String
        }

        var file: String
        /// Why.
        public var error: Reason
    }

    /// What became of one photo.
    public enum Outcome {
        case answer(Answer)
        case failure(Failure)
    }

    private let classifier: Classifier
    private let decoder = JPEGDecoder(limits: .standard)

    /// Loads a version.
    /// - Parameter model: `NAME/VERSION`; nil: production.
    public init(_ installation: Installation, model: String?) throws {
        let version = try installation.modelVersion(model)
        classifier = try Classifier(version, threads: installation.threads, clock: Clock.monotonic)
    }

    /// Answers for one file.
    public func classify(_ path: String, top: Int, embedding: Bool) -> Outcome {
        let bytes: Data
        switch contents(of: path) {
        case .success(let data): bytes = data
        case .failure(let reason): return .failure(Failure(file: path, error: reason))
        }
        do {
            let start = Clock.monotonic()
            let picture = try bytes.withUnsafeBytes { (jpeg) throws(ImagingError) in
                try decoder.decode(
                    jpeg, regions: [Region.wholeFrame.box], minimumSide: 256, for: classifier.version.inputSpecification
                )
            }
            let decoded = Clock.monotonic()
            let answer = try classifier.classify(picture, region: .wholeFrame)
            let region = Answer.Region(
                region: answer.prediction.region, labels: answer.prediction.best(top),
                unknown: answer.prediction.unknown, embedding: embedding ? classifier.embedding : nil)
            return .answer(
                Answer(
                    file: path, model: classifier.version.id, regions: [region],
                    timings: Answer.Timings(
                        decode: (decoded - start).milliseconds, prepare: answer.prepare.milliseconds,
                        infer: answer.infer.milliseconds)))
        } catch let error as ImagingError {
            return .failure(
                Failure(
                    file: path,
                    error: Failure.Reason(kind: error.kind.rawValue, message: "\(path) \(error.message)")))
        } catch {
            return .failure(Failure(file: path, error: .init(kind: "unreadable", message: "\(path): \(error)")))
        }
    }

    /// More than any camera writes; `JPEGDecoder` has limits of its own for what is inside.
    private static let mostBytes = 256_000_000

    private enum Contents {
        case success(Data)
        case failure(Failure.Reason)
    }

    private func contents(of path: String) -> Contents {
        var status = rk_file()
        guard rk_stat(path, &status) == 0 else {
            let missing = errno == ENOENT || errno == ENOTDIR
            let reason = String(cString: strerror(errno))
            return .failure(
                .init(
                    kind: missing ? "missing" : "unreadable",
                    message: missing ? "\(path): there is no such file" : "\(path): \(reason)"))
        }
        guard status.mode & S_IFMT == S_IFREG else {
            return .failure(.init(kind: "unreadable", message: "\(path) is not a file"))
        }
        guard status.size <= Photographs.mostBytes else {
            return .failure(.init(kind: "too_large", message: "\(path) has \(status.size) bytes"))
        }
        do {
            return .success(try Data(contentsOf: URL(filePath: path)))
        } catch {
            return .failure(.init(kind: "unreadable", message: "\(path): \(error.localizedDescription)"))
        }
    }
}
