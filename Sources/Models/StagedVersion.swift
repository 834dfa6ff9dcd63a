import Foundation
import Inference
import Vocabulary

/// A model version in the making: written into a registry of its own inside the registry, loaded and tried there, and
/// copied to its place when it is found good.
final class StagedVersion {
    /// The version to be.
    let id: ModelID
    private let registry: String
    /// A registry of its own.
    private let staging: String

    /// - Parameter registry: made where it isn't there.
    init(_ id: ModelID, registry: String) throws(ModelError) {
        (self.id, self.registry) = (id, registry)
        staging = Disk.beside(registry)
        try Disk.makeDirectory(registry)
        try Disk.sweep(registry)
        try Disk.makeDirectory(staging)
    }

    deinit { Disk.remove(staging) }

    /// Writes the network.
    /// - Returns: its SHA-256.
    func addBackbone(_ bytes: some DataProtocol & ContiguousBytes) throws(ModelError) -> String {
        let digest = sha256(bytes)
        try write(Data(bytes), to: "backbones/\(digest).onnx")
        return digest
    }

    /// Writes a file of the version.
    func add(_ bytes: Data, as name: String) throws(ModelError) { try write(bytes, to: "\(id)/\(name)") }

    /// Writes a JSON file of the version.
    func add(_ value: some Encodable, as name: String) throws(ModelError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try add(try encoder.encode(value), as: name)
        } catch let error as ModelError {
            throw error
        } catch {
            throw .malformed(path: name, what: "\(error)")
        }
    }

    /// Takes over the golden photos of another version, as the manifest says, with what this one's network says of them.
    ///
    /// What is promised is what the plainest kernels say: every processor is held to it.
    func addGoldenPhotos(of other: ModelVersion, tolerance: Double, threads: Int) throws(ModelError) {
        guard !other.manifest.golden.isEmpty else { return }
        for name in other.manifest.golden.keys.sorted() {
            try add(try read("\(other.directory)/golden/\(name)"), as: "golden/\(name)")
        }
        let reference = try Classifier(try version(), threads: threads, clock: { .zero }, kernels: .plain)
        try add(try reference.golden(tolerance: tolerance), as: "golden/expected.json")
    }

    /// The version as it is so far.
    func version() throws(ModelError) -> ModelVersion { try ModelVersion(id, registry: staging) }

    /// Copies it to its place: there as a whole or not at all, whatever dies.
    func install() throws(ModelError) { try Registry(directories: [registry]).copy(try version()) }

    private func write(_ data: Data, to name: String) throws(ModelError) {
        let path = "\(staging)/\(name)"
        try Disk.makeDirectory(URL(filePath: path).deletingLastPathComponent().path)
        try Disk.write(data, to: path)
    }
}
