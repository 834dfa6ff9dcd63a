public import Foundation
import Glibc
public import Vocabulary

/// A version that was taught and is not in a registry yet.
public struct VersionDraft: Sendable {
    /// A photo the version promises to answer.
    public struct GoldenPhoto: Sendable {
        /// A file name.
        public var file: String
        /// The file.
        public var jpeg: Data
        /// What it answered when it was made: a probability a label.
        public var expected: [ScoredLabel]

        /// A photo the version promises to answer.
        public init(file: String, jpeg: Data, expected: [ScoredLabel]) {
            self.file = file
            self.jpeg = jpeg
            self.expected = expected
        }
    }

    /// Everything but version, digests and sizes, which are filled in.
    public var manifest: Manifest
    /// The final layer.
    public var head: Head
    /// At least one, so that a version can be tried before it serves.
    public var golden: [GoldenPhoto]
    /// The photos it was taught with.
    public var photos: [TrainingPhoto]
    /// How good it is.
    public var evaluation: Evaluation?
    /// Where its network lies now.
    public var backbonePath: String

    /// A version that was taught.
    public init(
        manifest: Manifest, head: Head, golden: [GoldenPhoto], photos: [TrainingPhoto], evaluation: Evaluation?,
        backbonePath: String
    ) {
        self.manifest = manifest
        self.head = head
        self.golden = golden
        self.photos = photos
        self.evaluation = evaluation
        self.backbonePath = backbonePath
    }
}

extension Registry {
    /// How far golden probabilities may be off on another instruction set or with another JPEG decoder.
    static let goldenTolerance = 0.05
    /// The name of the file with the final layer.
    static let headFile = "head.safetensors"

    /// Adds a version to the first directory under the next free number of its name.
    ///
    /// It is written beside, brought to the disk, and renamed: at any instant, whatever dies, either all of it is there
    /// under its name or nothing. Its network is copied into the registry once.
    /// - Returns: the version as it can be loaded.
    public func add(_ draft: VersionDraft) throws(ModelError) -> ModelVersion {
        try locked { (registry) throws(ModelError) in try add(draft, to: registry) }
    }

    private func add(_ draft: VersionDraft, to registry: String) throws(ModelError) -> ModelVersion {
        let folder = "\(registry)/\(draft.manifest.name)"
        try Disk.makeDirectory(folder)
        try Disk.makeDirectory("\(registry)/backbones")
        try Disk.sweep(folder)
        try Disk.sweep("\(registry)/backbones")
        try install(draft.manifest.backbone, from: draft.backbonePath, into: "\(registry)/backbones")
        while true {
            let id = nextVersion(of: draft.manifest.name)
            let beside = Disk.beside(folder)
            do throws(ModelError) {
                try Disk.makeDirectory(beside)
                try write(draft, version: id.version, to: beside)
            } catch {
                Disk.remove(beside)
                throw error
            }
            if try Disk.rename(beside, "\(folder)/\(id.version)") {
                return try version(id)
            }
            Disk.remove(beside)  // another run took the number meanwhile
        }
    }

    func install(
        _ backbone: Manifest.Backbone, from path: String, into folder: String
    ) throws(ModelError) {
        let target = "\(folder)/\(backbone.sha256).onnx"
        if FileManager.default.fileExists(atPath: target), sha256(try read(target)) == backbone.sha256 { return }
        let bytes = try read(path)
        let found = sha256(bytes)
        guard found == backbone.sha256 else { throw .damaged(path: path, expected: backbone.sha256, found: found) }
        try Disk.write(bytes, to: target)
    }

    private func write(_ draft: VersionDraft, version: String, to folder: String) throws(ModelError) {
        var manifest = draft.manifest
        manifest.version = version
        let head = draft.head.safetensors
        manifest.head = Manifest.Head(
            file: Self.headFile, sha256: sha256(head), bytes: head.count, feature: .root)
        try Disk.write(head, to: "\(folder)/\(Self.headFile)")

        var lines = Data()
        for photo in draft.photos { lines += try json(photo, pretty: false) + Data("\n".utf8) }
        manifest.files = [TrainingPhoto.file: sha256(lines)]
        try Disk.write(lines, to: "\(folder)/\(TrainingPhoto.file)")
        if let evaluation = draft.evaluation {
            let bytes = try json(evaluation, pretty: true)
            manifest.files?[Evaluation.file] = sha256(bytes)
            try Disk.write(bytes, to: "\(folder)/\(Evaluation.file)")
        }

        try Disk.makeDirectory("\(folder)/golden")
        manifest.golden = [:]
        for photo in draft.golden {
            manifest.golden[photo.file] = sha256(photo.jpeg)
            try Disk.write(photo.jpeg, to: "\(folder)/golden/\(photo.file)")
        }
        let expected = Golden(
            tolerance: Self.goldenTolerance,
            photos: draft.golden.map { photo in
                Golden.Photo(
                    file: photo.file,
                    labels: photo.expected.map { Golden.Expected(label: $0.label, probability: $0.probability) })
            })
        try Disk.write(try json(expected, pretty: true), to: "\(folder)/golden/expected.json")
        try Disk.bring("\(folder)/golden")
        try Disk.write(try json(manifest, pretty: true), to: "\(folder)/manifest.json")
        try Disk.bring(folder)
    }

    private func json(_ value: some Encodable, pretty: Bool) throws(ModelError) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        do {
            return try encoder.encode(value)
        } catch {
            throw .unwritable(path: "JSON", reason: "\(error)")
        }
    }
}
