import Foundation
import Settings
import TestSupport
import Testing
import Vocabulary

@testable import Appliance
@testable import Models

/// An installation of a test's own, with versions made of the shipped one.
struct ModelYard {
    let home: TemporaryDirectory
    var configuration: Configuration

    init() throws {
        home = try TemporaryDirectory()
        configuration = Configuration.preset
        configuration.storage.directory = home.path("state")
        configuration.sources[0].name = "yard"
        configuration.sources[0].directory = home.path("yard")
        for folder in ["state/models/backbones", "yard"] {
            try FileManager.default.createDirectory(atPath: home.path(folder), withIntermediateDirectories: true)
        }
        for file in try FileManager.default.contentsOfDirectory(atPath: ModelYard.shipped.path("backbones")) {
            try FileManager.default.createSymbolicLink(
                atPath: home.path("state/models/backbones/\(file)"),
                withDestinationPath: ModelYard.shipped.path("backbones/\(file)"))
        }
    }

    var installation: Installation { Installation(configuration: configuration, settingsPath: nil) }
    var registry: Registry { installation.registry }

    /// Adds `hens/VERSION`: the shipped one with changes of its manifest.
    @discardableResult
    func add(_ version: String, _ change: (inout [String: Any]) throws -> Void = { _ in }) throws -> ModelID {
        let folder = home.path("state/models/hens/\(version)")
        try FileManager.default.createDirectory(
            atPath: home.path("state/models/hens"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: ModelYard.shipped.path("\(Registry.stock)"), toPath: folder)
        let path = URL(filePath: "\(folder)/manifest.json")
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: path))
        var manifest = try #require(object as? [String: Any])
        manifest["name"] = "hens"
        manifest["version"] = version
        try change(&manifest)
        try JSONSerialization.data(withJSONObject: manifest).write(to: path)
        return ModelID(name: "hens", version: version)
    }

    /// Adds a version that computes a little less surely than the shipped one: the same labels come first.
    @discardableResult
    func addCooler(_ version: String) throws -> ModelID { try add(version) { $0["temperature"] = 1.01 } }

    /// Adds a version whose network has no output of the name that its manifest says.
    @discardableResult
    func addBroken(_ version: String) throws -> ModelID {
        try add(version) { try ModelYard.change("backbone", of: &$0) { $0["logits"] = "answers" } }
    }

    /// Adds a version on a network of its own: the shipped one with a remark in its file.
    @discardableResult
    func addElsewhere(_ version: String) throws -> ModelID {
        let shipped = try registry.version(Registry.stock)
        var bytes = try Data(contentsOf: URL(filePath: shipped.backbonePath))
        bytes += Data([0x32, 0x01, 0x78])  // doc_string, field 6 of an ONNX model: "x"
        let digest = sha256(bytes)
        try bytes.write(to: home.url.appending(path: "state/models/backbones/\(digest).onnx"))
        return try add(version) { manifest in
            try ModelYard.change("backbone", of: &manifest) { backbone in
                backbone["sha256"] = digest
                backbone["bytes"] = bytes.count
            }
        }
    }

    /// Changes an object inside a manifest.
    static func change(
        _ key: String, of manifest: inout [String: Any], _ body: (inout [String: Any]) -> Void
    ) throws {
        var part = try #require(manifest[key] as? [String: Any])
        body(&part)
        manifest[key] = part
    }

    /// A photo that comes with Rooster, as a frame of the yard.
    func frame(_ photo: String) throws -> Claimed {
        let from = SharedData.repository.appending(path: "scripts/demo-photos/\(photo)")
        let path = home.path("yard/\(photo)")
        try Data(contentsOf: from).write(to: URL(filePath: path))
        return Claimed(
            path: path,
            identity: try #require(FrameIdentity(ofFile: path, source: "yard", directory: home.path("yard"))))
    }

    struct Claimed {
        var path: String
        var identity: FrameIdentity
    }

    private struct Shipped {
        let url = SharedData.repository.appending(path: "models")
        func path(_ name: String) -> String { url.appending(path: name).path }
    }
    private static let shipped = Shipped()
}

/// Waits until a condition holds, five minutes at most.
func holds(_ condition: () async throws -> Bool) async rethrows -> Bool {
    // Versions are loaded at a low priority: beside other tests on two busy cores that takes minutes.
    let limit = ContinuousClock.now + .seconds(300)
    while ContinuousClock.now < limit {
        if try await condition() { return true }
        try? await Task.sleep(for: .milliseconds(20))
    }
    return false
}
