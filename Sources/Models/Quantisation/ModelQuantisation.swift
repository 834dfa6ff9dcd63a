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
        let photos = try CalibrationPhotos(folders: folders, as: parent.inputSpecification)
        let original = try parent.backbone()
        let quantised: Quantiser.Result
        do {
            let quantiser = try original.withUnsafeBytes { (onnx) throws(InferenceError) in try Quantiser(onnx: onnx) }
            quantised = try quantiser.quantised(
                photos: photos.inputs.count, pixels: parent.pixelFormat, threads: threads,
                fill: { photo, input in _ = input.update(fromContentsOf: photos.inputs[photo]) }, progress: progress)
        } catch let error as InferenceError {
            throw ModelError.network(path: parent.backbonePath, reason: "\(error)")
        }
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
}

extension ModelVersion {
    /// What a pixel's byte means to the network.
    fileprivate var pixelFormat: Quantiser.PixelFormat {
        Quantiser.PixelFormat(offsets: manifest.preprocessing.offset.all, scales: manifest.preprocessing.scale.all)
    }
}
