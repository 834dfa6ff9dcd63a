import Foundation
import Imaging
public import Inference
public import Vocabulary

/// Makes an int8 version of an fp32 one.
public struct ModelQuantisation {
    /// What came of it.
    public struct Result: Sendable {
        /// The version, installed.
        public var model: ModelID
        /// Photos it was calibrated on.
        public var photos: Int
        /// Files that are no photos.
        public var unreadable: [String]
        /// Layers that run on bytes.
        public var layers: Int
        /// Layers that do not, and why.
        public var left: [UnquantisedLayer]
        /// Bytes of the network's file, before and after.
        public var bytes: (before: Int, after: Int)
        /// Golden photos that were answered.
        public var goldenPhotos: Int
    }

    private let registry: String
    private let threads: Int
    private let tool: String
    private let now: Instant
    private let clock: () -> Duration

    /// - Parameters:
    ///   - registry: the directory that the version is written to; made where it isn't there.
    ///   - tool: what the manifest names as its maker.
    ///   - clock: monotonic; for the classifier.
    public init(registry: String, threads: Int, tool: String, now: Instant, clock: @escaping () -> Duration) {
        (self.registry, self.threads, self.tool) = (registry, threads, tool)
        (self.now, self.clock) = (now, clock)
    }

    /// Quantises, checks and installs.
    /// - Parameters:
    ///   - id: what the new version is called.
    ///   - folders: of calibration photos, at most 128 of which are taken.
    ///   - progress: the share that is done.
    /// - Throws: ``ModelError``; then the registry is as before.
    public func run(
        _ parent: ModelVersion, as id: ModelID, folders: [String], progress: (Double) -> Void
    ) throws -> Result {
        guard parent.manifest.head == nil else {
            let origin = parent.manifest.parent.map { "\($0), " } ?? "the version "
            throw ModelError.refused(
                "\(parent.id) is a head taught on one network's embedding, and fits no other: quantise \(origin)that it was "
                    + "taught on, and teach again on the result (rooster models quantize, then rooster train)")
        }
        let photos = try CalibrationPhotos(folders: folders, as: parent.inputSpecification)
        let original = try parent.backbone()
        let quantised = try quantised(
            original, path: parent.backbonePath, parent.manifest.preprocessing, photos, progress: progress)
        let draft = try StagedVersion(id, registry: registry)
        var manifest = parent.manifest
        (manifest.name, manifest.version, manifest.parent) = (id.name, id.version, parent.id)
        (manifest.created, manifest.tool) = (now, tool)
        manifest.backbone.sha256 = try draft.addBackbone(quantised.file)
        manifest.backbone.bytes = quantised.file.count
        try draft.add(manifest, as: "manifest.json")
        try draft.addGoldenPhotos(of: parent, tolerance: Golden.sameProgram, threads: threads)
        let version = try draft.version()
        try version.verify()
        let answered = try Classifier(version, threads: threads, clock: clock).selfTest()
        try draft.install()
        return Result(
            model: id, photos: photos.inputs.count, unreadable: photos.unreadable, layers: quantised.layers,
            left: quantised.left, bytes: (original.count, quantised.file.count), goldenPhotos: answered)
    }

    /// What came of a file.
    public struct FileResult: Sendable {
        /// The quantised network.
        public var file: String
        /// Guesses, and what else the owner should know.
        public var warnings: [String]
        /// Photos it was calibrated on.
        public var photos: Int
        /// Layers that run on bytes.
        public var layers: Int
        /// Layers that do not, and why.
        public var left: [UnquantisedLayer]
        /// Bytes of the network's file, before and after.
        public var bytes: (before: Int, after: Int)
    }

    /// Quantises a file into one beside it, `NAME-int8.onnx`.
    /// - Parameters:
    ///   - preprocessing: how pixels become its input; what isn't said is guessed, with a warning.
    ///   - folders: of calibration photos.
    ///   - progress: the share that is done.
    /// - Throws: ``ModelError`` or ``ImportError``; then no file is written.
    public func run(
        file path: String, preprocessing: PreprocessingWishes, folders: [String], progress: (Double) -> Void
    ) throws -> FileResult {
        let original = try read(path)
        let url = URL(filePath: path)
        let stem = url.deletingPathExtension().lastPathComponent
        let (how, warnings) = try NetworkSurvey(original).preprocessing(preprocessing, name: stem)
        let photos = try CalibrationPhotos(folders: folders, as: how.inputSpecification)
        let quantised = try quantised(original, path: path, how, photos, progress: progress)
        let target = url.deletingLastPathComponent().appending(path: "\(stem)-int8.onnx").path
        do {
            try Data(quantised.file).write(to: URL(filePath: target), options: .atomic)
        } catch {
            throw ModelError.unwritable(path: target, reason: error.localizedDescription)
        }
        return FileResult(
            file: target, warnings: warnings + photos.unreadable, photos: photos.inputs.count,
            layers: quantised.layers, left: quantised.left, bytes: (original.count, quantised.file.count))
    }

    private func quantised(
        _ original: Data, path: String, _ how: Manifest.Preprocessing, _ photos: CalibrationPhotos,
        progress: (Double) -> Void
    ) throws -> Quantiser.Result {
        do {
            let quantiser = try original.withUnsafeBytes { (onnx) throws(InferenceError) in
                try Quantiser(onnx: onnx, inputShape: how.inputShape)
            }
            return try quantiser.quantised(
                photos: photos.inputs.count,
                pixels: Quantiser.PixelFormat(offsets: how.offset.all, scales: how.scale.all), threads: threads,
                fill: { photo, input in _ = input.update(fromContentsOf: photos.inputs[photo]) }, progress: progress)
        } catch let error as InferenceError {
            throw ModelError.network(path: path, reason: "\(error)")
        }
    }
}
