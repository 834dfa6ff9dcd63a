import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Models

struct AddingTests {
    /// A registry of the owner's before the shipped one, and a draft on the shipped network.
    private struct Yard {
        let home = try? TemporaryDirectory()
        let registry: Registry
        var draft: VersionDraft

        init() throws {
            let shipped = SharedData.repository.appending(path: "models").path
            let own = try #require(home).path("models")
            registry = Registry(directories: [own, shipped])
            let stock = try registry.version(Registry.stock)
            var manifest = stock.manifest
            manifest.name = "hens"
            manifest.labels = ["hen", "jay"]
            manifest.groups = ["animals": [0, 1]]
            manifest.parent = stock.id
            manifest.photos = .init(sha256: String(repeating: "a", count: 64), count: 3, labels: ["hen": 2, "jay": 1])
            let photo = TrainingPhoto(
                digest: String(repeating: "b", count: 64), path: "hen/1.jpg", label: "hen", region: nil, group: 0,
                predicted: "jay", probability: 0.25, unknown: nil)
            let head = try Heads.random(labels: 2, width: 1280, photos: 3, seed: 1)
            draft = VersionDraft(
                manifest: manifest, head: head, golden: [], photos: [photo, photo], evaluation: nil,
                backbonePath: stock.backbonePath)
        }

        /// Gives the draft a golden photo with the answer that it has.
        mutating func promise() throws {
            let name = "hare.jpg"
            let jpeg = try Data(
                contentsOf: SharedData.repository.appending(path: "models/efficientnet-lite0/1/golden/\(name)"))
            draft.golden = [VersionDraft.GoldenPhoto(file: name, jpeg: jpeg, expected: [])]
            let classifier = try Classifier(registry.add(draft), threads: 1, clock: { .zero })
            draft.golden[0].expected = try classifier.answer(jpeg, named: name, decoder: .init()).best(2)
        }
    }

    @Test func aVersionIsAddedUnderTheNextNumberSharesItsNetworkAndAnswersItsGoldenPhotos() throws {
        var yard = try Yard()
        try yard.promise()
        let second = try yard.registry.add(yard.draft)
        #expect(second.id == ModelID(name: "hens", version: "2"))
        try second.verify()
        #expect(try Classifier(second, threads: 1, clock: { .zero }).selfTest() == 1)
        #expect(try second.trainingPhotos().count == 2)
        let own = yard.registry.directories[0]
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(own)/backbones").count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(own)/hens").sorted() == ["1", "2"])
    }

    @Test func theSameDraftHasTheSameDigestUnderEveryNumberAndTime() throws {
        var yard = try Yard()
        let first = try yard.registry.add(yard.draft)
        yard.draft.manifest.created = Instant(milliseconds: 1)
        #expect(try yard.registry.add(yard.draft).digest == first.digest)
        yard.draft.photos[0].label = "jay"
        #expect(try yard.registry.add(yard.draft).digest != first.digest)
    }

    @Test func aDamagedHeadIsRefusedByItsDigest() throws {
        let yard = try Yard()
        let version = try yard.registry.add(yard.draft)
        let path = "\(version.directory)/head.safetensors"
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(filePath: path))
        #expect(throws: ModelError.self) { try version.verify() }
        #expect(throws: ModelError.self) { try Classifier(version, threads: 1, clock: { .zero }) }
    }

    @Test func whatAWriterThatDiedLeftIsNoVersionAndGoesWithTheNextOne() throws {
        let yard = try Yard()
        let own = yard.registry.directories[0]
        // No process has the largest number there is.
        let left = "\(own)/hens/.new-4194305-x"
        try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: true)
        try Data("{}".utf8).write(to: URL(filePath: "\(left)/manifest.json"))
        #expect(yard.registry.installed() == [Registry.stockOriginal, Registry.stock])
        #expect(try yard.registry.add(yard.draft).id.version == "1")
        #expect(!FileManager.default.fileExists(atPath: left))
    }

    @Test func aNetworkThatIsNotTheOneNamedIsRefusedAndNothingIsLeft() throws {
        var yard = try Yard()
        let other = try #require(yard.home).path("other.onnx")
        try Data("no network".utf8).write(to: URL(filePath: other))
        yard.draft.backbonePath = other
        #expect(throws: ModelError.self) { try yard.registry.add(yard.draft) }
        #expect(yard.registry.installed() == [Registry.stockOriginal, Registry.stock])
    }
}
