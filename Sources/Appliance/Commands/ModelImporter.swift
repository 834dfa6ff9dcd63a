import Models
import Settings
import Vocabulary

/// `rooster models import`: an owner's ONNX classifier becomes a model version.
public struct ModelImporter {
    /// What came of it.
    public struct Report: Encodable, CustomStringConvertible {
        var model: ModelID
        /// Guesses, and what else the owner should know.
        public var warnings: [String]
        var infer: Double
        var deadline: Double
        var memory: Int
        var goldenPhotos: Int

        private enum CodingKeys: String, CodingKey {
            case model, warnings
            case infer = "infer_ms"
            case deadline = "deadline_ms"
            case memory = "memory_bytes"
            case goldenPhotos = "golden_photos"
        }

        /// For people.
        public var description: String {
            """
            \(model) is installed: \(Words.milliseconds(infer)) a region here, \(Words.decimals(Double(memory) / 1e6, 1)) MB, \
            \(goldenPhotos) golden photos answered
            Try it: rooster classify --model \(model) PHOTO
            """
        }
    }

    private let installation: Installation

    /// Imports into an installation's state directory.
    public init(_ installation: Installation) {
        self.installation = installation
    }

    /// - Parameters:
    ///   - network, labels: files.
    ///   - preprocessing: `torchvision,size=224`; nil: guessed.
    ///   - force: take it even if it answers too late here.
    public func run(
        network: String, labels: String, preprocessing: String?, name: String?, output: String?, force: Bool
    ) throws -> Report {
        let storage = installation.configuration.storage.directory
        let importer = ModelImport(
            registry: "\(storage)/models", stock: try? installation.registry.version(Registry.stock),
            threads: installation.threads, tool: "rooster models import", now: Clock.now().wall, clock: Clock.monotonic)
        let request = ModelImport.Request(
            network: network, labels: labels,
            preprocessing: try preprocessing.map(PreprocessingWishes.init) ?? PreprocessingWishes(), name: name,
            output: output)
        var late: String?
        let (deadline, regions) = tightest
        let result = try importer.run(request) { result in
            let needed = result.infer * regions
            guard needed > deadline else { return }
            let what =
                "\(result.model) needs \(Words.milliseconds(needed.milliseconds)) here for \(regions) "
                + "\(regions == 1 ? "region" : "regions"), the deadline is \(Words.milliseconds(deadline.milliseconds))"
            guard force else {
                throw ImportError.tooSlow(what + ". Allow more time in the settings, or import it with --force")
            }
            late = what + ": it will answer too late"
        }
        return Report(
            model: result.model, warnings: result.warnings + (late.map { [$0] } ?? []),
            infer: result.infer.milliseconds, deadline: deadline.milliseconds, memory: result.memory,
            goldenPhotos: result.goldenPhotos)
    }

    /// The source that leaves a region the least time.
    private var tightest: (deadline: Duration, regions: Int) {
        typealias Share = (deadline: Duration, regions: Int)
        let shares: [Share] = installation.configuration.sources.map { ($0.deadline, max($0.regions.count, 1)) }
        return shares.min { (left: Share, right: Share) in
            let (a, b): (Duration, Duration) = (left.deadline / left.regions, right.deadline / right.regions)
            return a < b
        } ?? (.seconds(1), 1)
    }
}
