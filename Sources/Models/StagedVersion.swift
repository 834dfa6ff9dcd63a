import Foundation
import Glibc
import Inference
import Vocabulary

/// A model version in the making: written into a folder of its own inside the registry, loaded from there, and renamed to
/// its place when it is whole. A version is there as a whole or not at all.
final class StagedVersion {
    /// The version to be.
    let id: ModelID
    private let registry: String
    /// A registry of its own.
    private let staging: String
    private var backbone = ""

    private static let prefix = ".draft-"

    /// - Parameter registry: made where it isn't there.
    init(_ id: ModelID, registry: String) throws(ModelError) {
        (self.id, self.registry) = (id, registry)
        staging = "\(registry)/\(Self.prefix)\(getpid())"
        Self.sweep(registry)
        try makeDirectory(staging)
    }

    deinit { try? FileManager.default.removeItem(atPath: staging) }

    /// Takes away what programs that were stopped left behind.
    private static func sweep(_ registry: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: registry)) ?? [] {
            guard name.hasPrefix(prefix), let program = Int32(name.dropFirst(prefix.count)) else { continue }
            if program == getpid() || (kill(program, 0) != 0 && errno == ESRCH) {
                try? FileManager.default.removeItem(atPath: "\(registry)/\(name)")
            }
        }
    }

    /// Writes the network.
    /// - Returns: its SHA-256.
    func addBackbone(_ bytes: some DataProtocol & ContiguousBytes) throws(ModelError) -> String {
        backbone = sha256(bytes)
        try write(Data(bytes), to: "backbones/\(backbone).onnx")
        return backbone
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

    /// Puts it in its place.
    func install() throws(ModelError) {
        let target = "\(registry)/backbones/\(backbone).onnx"
        if !FileManager.default.fileExists(atPath: target) {
            try makeDirectory("\(registry)/backbones")
            try move("\(staging)/backbones/\(backbone).onnx", to: target)
        }
        try makeDirectory("\(registry)/\(id.name)")
        try move("\(staging)/\(id)", to: "\(registry)/\(id)")
    }

    private func move(_ from: String, to path: String) throws(ModelError) {
        guard rename(from, path) == 0 else { throw .unwritable(path: path, reason: String(cString: strerror(errno))) }
    }

    private func makeDirectory(_ path: String) throws(ModelError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .unwritable(path: path, reason: error.localizedDescription)
        }
    }

    /// Writes a file that is on the disk before anything is renamed.
    private func write(_ data: Data, to name: String) throws(ModelError) {
        let url = URL(filePath: "\(staging)/\(name)")
        try makeDirectory(url.deletingLastPathComponent().path)
        do {
            try data.write(to: url)
            let file = try FileHandle(forUpdating: url)
            try file.synchronize()
            try file.close()
        } catch {
            throw .unwritable(path: url.path, reason: error.localizedDescription)
        }
    }
}
