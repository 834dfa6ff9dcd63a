import Inference
import Models
import Settings
import Vocabulary

/// `rooster models quantize`: an int8 version of an fp32 one.
public struct ModelQuantiser {
    /// What came of it.
    public struct Report: Encodable, CustomStringConvertible {
        /// A layer that stays in fp32.
        public struct Layer: Encodable, CustomStringConvertible {
            var name: String
            var reason: String

            init(_ layer: UnquantisedLayer) { (name, reason) = (layer.name, layer.reason) }

            /// For people.
            public var description: String { "left in fp32: \(name), \(reason)" }
        }

        var model: ModelID
        var parent: ModelID
        var photos: Int
        /// The version made, `NAME/VERSION`.
        public var name: String { model.description }
        /// Files in the folders of photos that are none.
        public var unreadable: [String]
        var layers: Int
        var left: [Layer]
        var before: Int
        var after: Int
        var goldenPhotos: Int

        private enum CodingKeys: String, CodingKey {
            case model, parent, photos, unreadable
            case layers = "int8_layers"
            case left = "fp32_layers"
            case before = "parent_bytes"
            case after = "bytes"
            case goldenPhotos = "golden_photos"
        }

        /// For people.
        public var description: String {
            var lines = [
                "\(model) is installed: \(Self.summary(layers, photos, before, after)), "
                    + "\(goldenPhotos) golden photos answered"
            ]
            lines += left.map(\.description)
            lines.append("Try it: rooster classify --model \(model) PHOTO")
            return lines.joined(separator: "\n")
        }

        fileprivate static func summary(_ layers: Int, _ photos: Int, _ before: Int, _ after: Int) -> String {
            "\(layers) layers in int8, calibrated on \(photos) photos, \(Words.decimals(Double(after) / 1e6, 1)) MB "
                + "instead of \(Words.decimals(Double(before) / 1e6, 1))"
        }
    }

    /// What came of a file.
    public struct FileReport: Encodable, CustomStringConvertible {
        var file: String
        var photos: Int
        /// Guesses, and what else the owner should know.
        public var warnings: [String]
        var layers: Int
        var left: [Report.Layer]
        var before: Int
        var after: Int

        private enum CodingKeys: String, CodingKey {
            case file, photos, warnings
            case layers = "int8_layers"
            case left = "fp32_layers"
            case before = "original_bytes"
            case after = "bytes"
        }

        /// For people.
        public var description: String {
            let first = "\(file) is written: \(Report.summary(layers, photos, before, after))"
            return ([first] + left.map(\.description)).joined(separator: "\n")
        }
    }

    /// How two versions compare.
    public struct Comparison: Encodable, CustomStringConvertible {
        struct Spread: Encodable {
            var mean: Double
            var least: Double

            init(_ values: [Double]) {
                mean = values.reduce(0, +) / Double(max(values.count, 1))
                least = values.min() ?? 0
            }

            var description: String { "\(Words.decimals(mean, 4)), least \(Words.decimals(least, 4))" }
        }

        var model: ModelID
        var original: ModelID
        var photos: Int
        var labelled: Int
        var right: Int
        var originalRight: Int
        var same: Int
        var logits: Spread
        var embedding: Spread?
        var slope: Double
        var divergence: Double

        private enum CodingKeys: String, CodingKey {
            case model, original, photos, labelled, right, same, slope
            case originalRight = "original_right"
            case logits = "logits_cosine"
            case embedding = "embedding_cosine"
            case divergence = "mean_kl"
        }

        /// For people.
        public var description: String {
            let share = Words.decimals(100 * Double(same) / Double(photos), 1)
            var lines = ["\(model) against \(original) on \(photos) photos: same best label on \(same) (\(share) %)"]
            if labelled > 0 {
                lines.append("right              \(right), \(original) \(originalRight), of \(labelled)")
            }
            lines.append("cosine, logits     \(logits.description)")
            if let embedding { lines.append("cosine, embedding  \(embedding.description)") }
            lines.append("slope of logits    \(Words.decimals(slope, 4))")
            lines.append("mean KL divergence \(Words.decimals(divergence, 4))")
            return lines.joined(separator: "\n")
        }
    }

    private let installation: Installation

    /// Quantises into an installation's state directory.
    public init(_ installation: Installation) {
        self.installation = installation
    }

    /// - Parameters:
    ///   - version: `NAME/VERSION`; nil: production.
    ///   - photos: folders.
    ///   - progress: the share that is done.
    public func run(_ version: String?, photos: [String], progress: (Double) -> Void) throws -> Report {
        let parent = try installation.modelVersion(version)
        let id = installation.registry.nextVersion(of: parent.id.name)
        let result = try quantisation.run(parent, as: id, folders: photos, progress: progress)
        return Report(
            model: result.model, parent: parent.id, photos: result.photos, unreadable: result.unreadable,
            layers: result.layers, left: result.left.map(Report.Layer.init),
            before: result.bytes.before, after: result.bytes.after, goldenPhotos: result.goldenPhotos)
    }

    /// - Parameters:
    ///   - path: an ONNX file.
    ///   - preprocessing: `torchvision,size=224`; nil: guessed.
    ///   - photos: folders.
    ///   - progress: the share that is done.
    public func run(
        file path: String, preprocessing: String?, photos: [String], progress: (Double) -> Void
    ) throws -> FileReport {
        let result = try quantisation.run(
            file: path, preprocessing: try preprocessing.map(PreprocessingWishes.init) ?? PreprocessingWishes(),
            folders: photos, progress: progress)
        return FileReport(
            file: result.file, photos: result.photos, warnings: result.warnings, layers: result.layers,
            left: result.left.map(Report.Layer.init), before: result.bytes.before, after: result.bytes.after)
    }

    private var quantisation: ModelQuantisation {
        ModelQuantisation(
            registry: "\(installation.configuration.storage.directory)/models", threads: installation.threads,
            tool: "rooster models quantize", now: Clock.now().wall, clock: Clock.monotonic)
    }

    /// Compares a version with the one it was made of.
    /// - Parameters:
    ///   - version: `NAME/VERSION`; nil: production.
    ///   - folder: photos, none that the version was calibrated on; with a `labels.csv` those labels count.
    ///   - progress: the share that is done.
    public func compare(_ version: String?, on folder: String, progress: (Double) -> Void) throws -> Comparison {
        let version = try installation.modelVersion(version)
        guard let parent = version.manifest.parent else { throw NoParent(version: version.id) }
        func loaded(_ version: ModelVersion) throws -> Classifier {
            try Classifier(version, threads: installation.threads, clock: Clock.monotonic)
        }
        let found = try Fidelity(
            of: try loaded(version), to: try loaded(installation.registry.version(parent)), folder: folder,
            progress: progress)
        return Comparison(
            model: version.id, original: parent, photos: found.photos, labelled: found.labelled,
            right: found.right.other, originalRight: found.right.original, same: found.same,
            logits: .init(found.logitCosines),
            embedding: found.embeddingCosines.isEmpty ? nil : .init(found.embeddingCosines), slope: found.slope,
            divergence: found.meanDivergence)
    }

    private struct NoParent: Error, CustomStringConvertible {
        var version: ModelID
        var description: String { "\(version) was not made of another version: there is nothing to compare it with" }
    }
}
