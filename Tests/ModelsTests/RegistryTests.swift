import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Models

/// A copy of the shipped versions in a directory that a test may spoil.
struct Copy {
    /// The fp32 one, whose manifest and network tests spoil.
    static let original = Registry.stockOriginal
    let home: TemporaryDirectory
    let registry: Registry
    let version: String

    init() throws {
        home = try TemporaryDirectory()
        let shipped = SharedData.repository.appending(path: "models")
        for name in ["backbones", "efficientnet-lite0"] {
            try FileManager.default.copyItem(
                at: shipped.appending(path: name), to: home.url.appending(path: name))
        }
        registry = Registry(directories: [home.url.path])
        version = home.path("efficientnet-lite0/1")
    }

    func load() throws -> ModelVersion { try registry.version(Self.original) }

    /// Changes the manifest as text.
    func edit(_ from: String, _ to: String) throws {
        let path = "\(version)/manifest.json"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try #require(text.contains(from))
        try text.replacingOccurrences(of: from, with: to).write(toFile: path, atomically: true, encoding: .utf8)
    }
}

struct RegistryTests {
    @Test func theShippedVersionIsListedIsProductionAndWhole() throws {
        let copy = try Copy()
        #expect(copy.registry.installed() == [Copy.original, Registry.stock])
        #expect(try copy.registry.roles() == Roles(production: Registry.stock))
        let version = try copy.registry.version(Registry.stock)
        #expect(version.manifest.parent == Copy.original)
        try version.verify()
        #expect(version.labels.count == 1000)
        #expect(version.labels.index(of: "jay") == 17)
        #expect(version.labels.indices(of: "group:hens") == [7, 8])
    }

    @Test func theOwnersRegistryComesBeforeTheShippedOne() throws {
        let copy = try Copy()
        let empty = try TemporaryDirectory()
        let registry = Registry(directories: [empty.url.path, copy.home.url.path])
        #expect(try registry.version(Registry.stock).directory.hasPrefix(copy.home.url.path))
        #expect(
            throws: ModelError.unknownVersion(
                ModelID(name: "a", version: "2"), installed: [Copy.original, Registry.stock])
        ) {
            try registry.version(ModelID(name: "a", version: "2"))
        }
    }

    @Test func aDamagedNetworkOrPhotoIsRefusedByItsDigest() throws {
        let copy = try Copy()
        let version = try copy.load()
        let handle = try FileHandle(forUpdating: URL(filePath: version.backbonePath))
        try handle.seek(toOffset: 9_000_000)
        try handle.write(contentsOf: Data([0xA5]))
        try handle.close()
        let error = #expect(throws: ModelError.self) { try version.verify() }
        #expect("\(try #require(error))".contains("damaged"))
        #expect(throws: ModelError.self) { try Classifier(version, threads: 1, clock: { .zero }) }

        let other = try Copy()
        try Data("no photo".utf8).write(to: URL(filePath: "\(other.version)/golden/hare.jpg"))
        #expect(throws: ModelError.self) { try other.load().verify() }
    }

    @Test(arguments: [
        ("\"schema\": 1", "\"schema\": 9", "newer Rooster"),
        ("\"version\": \"1\"", "\"version\": \"3\"", "lies in"),
        ("\"crop\": 0.875", "\"crop\": 7", "crop"),
        ("\"width\": 224", "\"width\": 100000000", "pixels"),
        ("\"temperature\": 1", "\"temperature\": 0", "temperature"),
        ("[\"tench\", \"goldfish\"", "[\"tench\", \"tench\"", "twice"),
        ("\"hens\": [7, 8]", "\"hens\": [7, 80000]", "group hens"),
        ("\"labels\":", "\"lables\":", "labels"),
        ("{\"sha256\": \"", "{\"sha256\": \"../", "SHA-256"),
    ])
    func aManifestThatMakesNoSenseIsRefusedWithWhatAndWhere(from: String, to: String, says: String) throws {
        let copy = try Copy()
        try copy.edit(from, to)
        let error = #expect(throws: ModelError.self) { try copy.load() }
        let words = "\(try #require(error))"
        #expect(words.contains(says), "\(words)")
        #expect(words.contains("manifest.json"), "\(words)")
    }

    @Test(arguments: UInt64(0)..<40)
    func noManifestEverTraps(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let home = try TemporaryDirectory()
        let folder = home.url.appending(path: "efficientnet-lite0/1")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let shipped = SharedData.repository.appending(path: "models/efficientnet-lite0/1/manifest.json")
        var bytes = [UInt8](try Data(contentsOf: shipped))
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            bytes[Int.random(in: 0..<1_500, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        if Bool.random(using: &random) { bytes = Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &random))) }
        try Data(bytes).write(to: folder.appending(path: "manifest.json"))
        _ = try? Registry(directories: [home.url.path]).version(Copy.original)
    }

    @Test func theDigestOfAVersionLeavesOutWhenItWasMade() throws {
        let copy = try Copy()
        let before = try copy.load().digest
        try copy.edit("\"created\": \"2026-11-21", "\"created\": \"2020-01-01")
        #expect(try copy.load().digest == before)
        try copy.edit("\"crop\": 0.875", "\"crop\": 0.9")
        #expect(try copy.load().digest != before)
    }
}
