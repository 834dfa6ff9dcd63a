import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Models

struct CopyingTests {
    /// The owner's registry with a taught version, and an empty one elsewhere.
    private struct Yard {
        let home: TemporaryDirectory
        let registry: Registry
        let elsewhere: Registry
        let version: ModelVersion

        init(seed: UInt64 = 1) throws {
            home = try TemporaryDirectory()
            let shipped = SharedData.repository.appending(path: "models").path
            registry = Registry(directories: [home.path("models"), shipped])
            elsewhere = Registry(directories: [home.path("elsewhere")])
            version = try registry.add(try Heads.draft(registry, seed: seed))
        }

        var files: [String] {
            (FileManager.default.enumerator(atPath: home.path("elsewhere"))?.allObjects as? [String] ?? [])
                .filter { $0.contains(".") }.sorted()
        }
    }

    @Test func aCopyIsWholeAnswersAlikeAndComesBack() throws {
        let yard = try Yard()
        #expect(try yard.elsewhere.copy(yard.version))
        #expect(try !yard.elsewhere.copy(yard.version), "the very same again")
        let copied = try yard.elsewhere.version(yard.version.id)
        try copied.verify()
        #expect(copied.digest == yard.version.digest)
        #expect(try copied.head() == yard.version.head())
        #expect(try copied.trainingPhotos() == yard.version.trainingPhotos())
        let found = try Registry.versions(at: yard.home.path("elsewhere"))
        #expect(found.ids == [yard.version.id])
        let one = try Registry.versions(at: "\(yard.home.path("elsewhere"))/\(yard.version.id)/")
        #expect(one.ids == [yard.version.id] && one.registry.directories == [yard.home.path("elsewhere")])
        #expect(throws: ModelError.self) { try Registry.versions(at: yard.home.path("models/hens")) }
    }

    @Test(arguments: ["hens/1/head.safetensors", "hens/1/photos.jsonl", "backbones", "hens/1/golden"])
    func aDamagedFileIsNotCopiedAndNothingIsLeft(file: String) throws {
        let yard = try Yard()
        var path = yard.home.path("models/\(file)")
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
            path += "/\(try #require(names.first { $0.hasSuffix(".onnx") || $0.hasSuffix(".jpg") }))"
        }
        let handle = try FileHandle(forUpdating: URL(filePath: path))
        try handle.seek(toOffset: 20)
        try handle.write(contentsOf: Data([0xA5, 0x5A, 0xA5]))
        try handle.close()
        #expect(throws: ModelError.self) { try yard.elsewhere.copy(yard.version) }
        #expect(yard.elsewhere.installed().isEmpty)
        #expect(yard.files.allSatisfy { $0 == ".lock" || $0.hasSuffix(".onnx") }, "\(yard.files)")
    }

    @Test func anotherVersionOfThatNameIsNotOverwritten() throws {
        let yard = try Yard()
        let other = try Yard(seed: 2)
        try yard.elsewhere.copy(yard.version)
        #expect(throws: ModelError.self) { try yard.elsewhere.copy(other.version) }
        #expect(try yard.elsewhere.version(yard.version.id).digest == yard.version.digest)
    }

    @Test func aDamagedCopyIsMendedByCopyingAgain() throws {
        let yard = try Yard()
        try yard.elsewhere.copy(yard.version)
        try Data("no head".utf8).write(to: yard.home.url.appending(path: "elsewhere/hens/1/head.safetensors"))
        #expect(try yard.elsewhere.copy(yard.version))
        try yard.elsewhere.version(yard.version.id).verify()
    }

    @Test func removingFreesTheNetworkWithItsLastVersionAndRefusesWhatServes() throws {
        let yard = try Yard()
        let second = try yard.registry.add(try Heads.draft(yard.registry, seed: 2))
        let network = yard.version.backbonePath
        for role in [ModelRole.production, .previous, .shadow, .baseline] {
            try yard.registry.changeRoles { roles in
                roles = Roles(production: role == .production ? second.id : Registry.stock)
                if role == .previous { roles = Roles(production: Registry.stock, previous: second.id) }
                if role == .shadow { roles.shadow = second.id }
                if role == .baseline { roles.baseline = second.id }
            }
            let error = #expect(throws: ModelError.self) { try yard.registry.remove(second.id) }
            #expect("\(try #require(error))".contains("\(role)"))
        }
        try yard.registry.changeRoles { $0 = Roles(production: Registry.stock) }
        #expect(try !yard.registry.remove(yard.version.id))
        #expect(FileManager.default.fileExists(atPath: network))
        #expect(try yard.registry.remove(second.id))
        #expect(!FileManager.default.fileExists(atPath: network))
        #expect(yard.registry.installed() == [Registry.stockOriginal, Registry.stock])
        let error = #expect(throws: ModelError.self) { try yard.registry.remove(Registry.stock) }
        #expect("\(try #require(error))".contains("production"))
        try yard.registry.changeRoles { $0 = Roles(production: ModelID(name: "a", version: "1")) }
        #expect(throws: ModelError.self, "the shipped one is only read") { try yard.registry.remove(Registry.stock) }
    }

    @Test func aNetworkStaysWhereAManifestCannotBeRead() throws {
        let yard = try Yard()
        let second = try yard.registry.add(try Heads.draft(yard.registry, seed: 2))
        try Data("{".utf8).write(to: URL(filePath: "\(second.directory)/manifest.json"))
        #expect(try !yard.registry.remove(yard.version.id))
        #expect(FileManager.default.fileExists(atPath: yard.version.backbonePath))
    }
}

extension Heads {
    /// A version as it is taught: a made-up head on the shipped network, with a golden photo and photos it was taught with.
    static func draft(_ registry: Registry, seed: UInt64) throws -> VersionDraft {
        let stock = try registry.version(Registry.stock)
        var manifest = stock.manifest
        manifest.name = "hens"
        manifest.labels = ["hen", "jay", "fox"]
        manifest.groups = ["animals": [0, 1, 2]]
        manifest.parent = stock.id
        manifest.photos = .init(sha256: String(repeating: "a", count: 64), count: 1, labels: ["hen": 1])
        let photo = TrainingPhoto(
            digest: String(repeating: "b", count: 64), path: "hen/1.jpg", label: "hen", region: nil, group: 0,
            predicted: "jay", probability: 0.25, unknown: nil)
        let jpeg = try Data(
            contentsOf: SharedData.repository.appending(path: "models/efficientnet-lite0/1/golden/hare.jpg"))
        return VersionDraft(
            manifest: manifest, head: try Heads.random(labels: 3, width: 1280, photos: 6, seed: seed),
            golden: [.init(file: "hare.jpg", jpeg: jpeg, expected: [])], photos: [photo], evaluation: nil,
            backbonePath: stock.backbonePath)
    }
}
