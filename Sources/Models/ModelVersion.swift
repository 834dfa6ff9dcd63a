import Foundation
import Glibc
public import Imaging
import ONNXFormat
public import Vocabulary

/// An installed model version: its manifest read and checked, its files not yet loaded.
public struct ModelVersion: Sendable {
    /// Name and version.
    public let id: ModelID
    /// Its directory.
    public let directory: String
    /// What it is made of.
    public let manifest: Manifest
    /// The labels, shared by all its predictions.
    public let labels: Labels
    /// Identifies what it computes: the SHA-256 of its manifest without name, version and the time it was made.
    public let digest: String
    /// Where its network lies.
    public let backbonePath: String

    /// Reads and checks `manifest.json` of the version in `registry/<name>/<version>`.
    init(_ id: ModelID, registry: String) throws(ModelError) {
        self.id = id
        directory = "\(registry)/\(id.name)/\(id.version)"
        let path = "\(directory)/manifest.json"
        let bytes = try read(path)
        do {
            manifest = try JSONDecoder().decode(Manifest.self, from: bytes)
        } catch {
            throw ModelError.malformed(path: path, what: "not a manifest: \(words(error))")
        }
        if let fault = manifest.fault(directory: id) { throw .malformed(path: path, what: fault) }
        labels = Labels(names: manifest.labels, groups: manifest.groups)
        backbonePath = "\(registry)/backbones/\(manifest.backbone.sha256).onnx"
        digest = Self.digest(of: manifest)
    }

    /// How pixels become the network's input.
    public var inputSpecification: InputSpecification { manifest.preprocessing.inputSpecification }

    /// The shape of the network's input: one picture.
    var inputShape: [Int] { manifest.preprocessing.inputShape }

    /// The final layer that photos taught, compared with its digest; nil where the network's own serves.
    public func head() throws(ModelError) -> Head? {
        guard let named = manifest.head else { return nil }
        let path = "\(directory)/\(named.file)"
        let bytes = try read(path)
        let found = sha256(bytes)
        guard found == named.sha256 else { throw .damaged(path: path, expected: named.sha256, found: found) }
        do {
            let head = try Head(safetensors: bytes)
            guard head.labels == labels.count else {
                throw HeadFault(words: "it has \(head.labels) labels, the manifest \(labels.count)")
            }
            return head
        } catch {
            throw .malformed(path: path, what: "not a head: \(error)")
        }
    }

    /// The photos it was taught with, and what was said of each before it was seen; empty where it was not taught here.
    public func trainingPhotos() throws(ModelError) -> [TrainingPhoto] {
        guard manifest.photos != nil else { return [] }
        let path = "\(directory)/\(TrainingPhoto.file)"
        return try TrainingPhoto.list(try read(path), path: path)
    }

    /// How good it is, as measured when it was taught; nil where it was not taught here.
    public func evaluation() throws(ModelError) -> Evaluation? {
        guard manifest.files?[Evaluation.file] != nil else { return nil }
        let path = "\(directory)/\(Evaluation.file)"
        let bytes = try read(path)
        do {
            return try JSONDecoder().decode(Evaluation.self, from: bytes)
        } catch {
            throw .malformed(path: path, what: "not an evaluation: \(words(error))")
        }
    }

    /// Compares the network, the head, the golden photos and all further files with the digests of the manifest.
    /// - Complexity: reads every byte of the version; a tenth of a second for 18 MB.
    public func verify() throws(ModelError) {
        try check(backbonePath, is: manifest.backbone.sha256)
        if let head = manifest.head { try check("\(directory)/\(head.file)", is: head.sha256) }
        for (name, expected) in (manifest.files ?? [:]).sorted(by: { $0.key < $1.key }) {
            try check("\(directory)/\(name)", is: expected)
        }
        for (name, expected) in manifest.golden.sorted(by: { $0.key < $1.key }) {
            guard !name.contains("/") else {
                throw .malformed(path: "\(directory)/manifest.json", what: "golden photo '\(name)' is not a file name")
            }
            try check("\(directory)/golden/\(name)", is: expected)
        }
    }

    /// The network's bytes, refused unless they are those that the manifest names.
    func backbone() throws(ModelError) -> Data {
        let bytes = try read(backbonePath)
        try requireOwn(sha256(bytes))
        return bytes
    }

    /// The same in memory that is given back while the network is packed.
    func backboneFile() throws(ModelError) -> ONNXFile {
        let file = try readNetwork(backbonePath)
        try requireOwn(file.withUnsafeBytes { sha256($0) })
        return file
    }

    private func requireOwn(_ found: String) throws(ModelError) {
        guard found != manifest.backbone.sha256 else { return }
        throw .damaged(path: backbonePath, expected: manifest.backbone.sha256, found: found)
    }

    private func check(_ path: String, is expected: String) throws(ModelError) {
        let found = sha256(try read(path))
        guard found == expected else { throw .damaged(path: path, expected: expected, found: found) }
    }

    private static func digest(of manifest: Manifest) -> String {
        var timeless = manifest
        timeless.created = Instant(milliseconds: 0)
        (timeless.name, timeless.version) = ("", "")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return sha256((try? encoder.encode(timeless)) ?? Data())
    }
}

extension Manifest.Preprocessing {
    var inputSpecification: InputSpecification {
        InputSpecification(
            width: width, height: height, cropFraction: crop, resample: resample, offset: offset, scale: scale,
            channelOrder: channels, layout: layout ?? .planar)
    }

    /// The shape of the network's input: one picture.
    var inputShape: [Int] { layout == .interleaved ? [1, height, width, 3] : [1, 3, height, width] }
}

/// The bytes of a network's file, in memory that is given back while the network is packed.
private func readNetwork(_ path: String) throws(ModelError) -> ONNXFile {
    func fault() -> ModelError {
        .unreadable(path: path, reason: errno == ENOENT ? "there is no such file" : String(cString: strerror(errno)))
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw fault() }
    defer { close(descriptor) }
    let count = Int(lseek(descriptor, 0, SEEK_END))
    guard count >= 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw fault() }
    return try ONNXFile(count: count) { target throws(ModelError) in
        var done = 0
        while done < count {
            let part = UnsafeMutableRawBufferPointer(rebasing: target[done...])
            let got = Glibc.read(descriptor, part.baseAddress, part.count)
            guard got != 0 else { throw .unreadable(path: path, reason: "it became shorter while it was read") }
            if got < 0, errno != EINTR { throw fault() }
            done += max(got, 0)
        }
    }
}

/// The bytes of a file.
func read(_ path: String) throws(ModelError) -> Data {
    do {
        return try Data(contentsOf: URL(filePath: path))
    } catch {
        let missing = !FileManager.default.fileExists(atPath: path)
        throw .unreadable(path: path, reason: missing ? "there is no such file" : error.localizedDescription)
    }
}

/// What a decoding error says, in a sentence with the place in the file.
func words(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return error.localizedDescription }
    func place(_ context: DecodingError.Context, _ key: (any CodingKey)? = nil) -> String {
        (context.codingPath + (key.map { [$0] } ?? [])).map(\.stringValue).joined(separator: ".")
    }
    return switch error {
    case .keyNotFound(let key, let context): "'\(place(context, key))' is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
        "'\(place(context))': \(context.debugDescription)"
    case .dataCorrupted(let context): context.codingPath.isEmpty ? "not JSON" : "'\(place(context))' cannot be read"
    @unknown default: "it cannot be read"
    }
}
