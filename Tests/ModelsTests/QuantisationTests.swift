import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Inference
@testable import Models

/// A small network for pictures of 29 x 33 pixels.
private let network = SharedData.repository.appending(path: "Tests/InferenceTests/Fixtures/mobilenet-v2.onnx").path
private let photos = SharedData.repository.appending(path: "scripts/demo-photos").path

extension ModelWorkshop {
    fileprivate var quantisation: ModelQuantisation {
        ModelQuantisation(
            registry: home.path("models"), threads: 1, tool: "test", now: Instant(milliseconds: 0), clock: { .zero })
    }

    /// The small network as a version.
    fileprivate func imported() throws -> ModelVersion {
        let result = try importer.run(.init(network: network, labels: try labels(37), name: "small")) { _ in }
        return try registry.version(result.model)
    }
}

struct QuantisationTests {
    @Test func aVersionInInt8AnswersAsItsParentAndItsGoldenPhotos() throws {
        let shop = try ModelWorkshop()
        let parent = try shop.imported()
        var shares: [Double] = []
        let id = shop.registry.nextVersion(of: "small")
        let result = try shop.quantisation.run(parent, as: id, folders: [photos]) { shares.append($0) }
        #expect(result.model == ModelID(name: "small", version: "2"))
        #expect(result.photos == 22 && result.layers == 11 && result.left.isEmpty)
        #expect(result.goldenPhotos == 4)
        #expect(shares == shares.sorted() && shares.last == 1)
        let version = try shop.registry.version(id)
        try version.verify()
        #expect(version.manifest.parent == parent.id)
        #expect(version.manifest.labels == parent.manifest.labels)
        let (original, other) = (
            try Classifier(parent, threads: 1, clock: { .zero }), try Classifier(version, threads: 1, clock: { .zero })
        )
        #expect(other.network.precision == .int8)
        let fidelity = try Fidelity(of: other, to: original, folder: photos) { _ in }
        #expect(fidelity.photos == 22 && fidelity.labelled == 0)
        #expect((fidelity.logitCosines.min() ?? 0) > 0.98, "\(fidelity.logitCosines)")
        #expect((0.97...1.03).contains(fidelity.slope), "\(fidelity.slope)")
        #expect(shop.contents.filter { $0.hasPrefix(".") } == [".lock"])
    }

    @Test func tooFewPhotosOrAVersionInInt8AreRefusedAndNothingIsLeftBehind() throws {
        let shop = try ModelWorkshop()
        let parent = try shop.imported()
        let before = shop.contents
        let id = shop.registry.nextVersion(of: "small")
        let few = #expect(throws: ModelError.self) {
            try shop.quantisation.run(parent, as: id, folders: [shop.home.path("nowhere")]) { _ in }
        }
        #expect("\(try #require(few))".contains("at least 16"))
        let again = #expect(throws: ModelError.self) {
            try shop.quantisation.run(shop.stock, as: id, folders: [photos]) { _ in }
        }
        #expect("\(try #require(again))".contains("already"))
        #expect(shop.contents == before)
    }

    @Test func aTaughtHeadIsRefusedWithTheWayToOneInInt8() throws {
        let shop = try ModelWorkshop()
        let registry = Registry(directories: [
            shop.home.path("models"), SharedData.repository.appending(path: "models").path,
        ])
        let taught = try registry.add(try Heads.draft(registry, seed: 5))
        let before = shop.contents
        let refused = #expect(throws: ModelError.self) {
            try shop.quantisation.run(taught, as: registry.nextVersion(of: "hens"), folders: [photos]) { _ in }
        }
        let words = "\(try #require(refused))"
        #expect(words.contains("hens/1") && words.contains("\(Registry.stock)") && words.contains("rooster train"))
        #expect(shop.contents == before)
    }

    @Test func whatAStoppedProgramLeftIsSweptAndWhatOneThatRunsIsMakingStays() throws {
        let shop = try ModelWorkshop()
        for name in [".new-999999999-x", ".new-1-x"] {
            try FileManager.default.createDirectory(
                atPath: shop.home.path("models/\(name)"), withIntermediateDirectories: true)
        }
        _ = try StagedVersion(ModelID(name: "a", version: "1"), registry: shop.home.path("models"))
        #expect(shop.contents == [".new-1-x"])
    }

    /// What the shipped version promises of accuracy, on photos that nobody calibrated on.
    @Test(.enabled(if: SharedData.has("data/imagenet_val/labels.csv")))
    func theShippedVersionSaysWhatItsOriginalSays() throws {
        let folder = try #require(SharedData.url("data/imagenet_val")).path
        let shipped = Registry(directories: [SharedData.repository.appending(path: "models").path])
        func classifier(_ id: ModelID) throws -> Classifier {
            try Classifier(shipped.version(id), threads: 2, clock: { .zero })
        }
        let found = try Fidelity(
            of: classifier(Registry.stock), to: classifier(Registry.stockOriginal), folder: folder
        ) { _ in }
        #expect(found.photos == 202 && found.labelled == 202)
        #expect(found.right.other >= found.right.original - 2)
        #expect(Double(found.same) >= 0.98 * 202)
        #expect((0.99...1.01).contains(found.slope))
        for cosines in [found.logitCosines, found.embeddingCosines] {
            #expect(cosines.reduce(0, +) / 202 >= 0.998)
            #expect((cosines.min() ?? 0) >= 0.99)
        }
    }
}
