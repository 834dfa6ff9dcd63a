import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Imaging
@testable import Models

/// A small network with 37 logits, an embedding, and the softmax of the logits, for pictures of 29 x 33 pixels.
private let network = SharedData.repository.appending(path: "Tests/InferenceTests/Fixtures/mobilenet-v2.onnx").path

/// A registry of a test's own, beside the shipped one.
struct ModelWorkshop {
    let home: TemporaryDirectory
    let stock: ModelVersion

    init() throws {
        home = try TemporaryDirectory()
        let shipped = Registry(directories: [SharedData.repository.appending(path: "models").path])
        stock = try shipped.version(Registry.stock)
    }

    var registry: Registry { Registry(directories: [home.path("models")]) }

    var importer: ModelImport {
        ModelImport(
            registry: home.path("models"), stock: stock, threads: 1, tool: "test", now: Instant(milliseconds: 0),
            clock: { .zero })
    }

    func labels(_ count: Int) throws -> String {
        let path = home.path("labels.txt")
        try (0..<count).map { "label \($0)" }.joined(separator: "\n").write(
            toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// What lies in the registry.
    var contents: [String] {
        (FileManager.default.enumerator(atPath: home.path("models"))?.compactMap { "\($0)" } ?? []).sorted()
    }
}

struct ImportTests {
    @Test func aNetworkAndItsLabelsBecomeAVersionThatAnswersItsGoldenPhotos() throws {
        let shop = try ModelWorkshop()
        let result = try shop.importer.run(.init(network: network, labels: try shop.labels(37))) { _ in }
        #expect(result.model == ModelID(name: "mobilenet-v2", version: "1"))
        #expect(result.goldenPhotos == 4)
        #expect(result.memory > 10_000)
        #expect(result.warnings.contains { $0.contains("normalised") && $0.contains("'torchvision'") })
        #expect(shop.registry.installed() == [result.model])
        let version = try shop.registry.version(result.model)
        try version.verify()
        let how = version.manifest.preprocessing
        #expect((how.width, how.height) == (29, 33))
        #expect(how.offset == ChannelValues(red: 123.675, green: 116.28, blue: 103.53))
        let classifier = try Classifier(version, threads: 1, clock: { .zero })
        #expect(try classifier.selfTest() == 4)
        #expect(shop.contents.filter { $0.hasPrefix(".") } == [".lock"])
    }

    @Test func aSecondImportIsTheNextVersionAndSharesTheNetwork() throws {
        let shop = try ModelWorkshop()
        let request = ModelImport.Request(
            network: network, labels: try shop.labels(37), preprocessing: try .init("lite,crop=1"), name: "hens")
        #expect(try shop.importer.run(request) { _ in }.model == ModelID(name: "hens", version: "1"))
        #expect(try shop.importer.run(request) { _ in }.model == ModelID(name: "hens", version: "2"))
        #expect(shop.contents.filter { $0.hasSuffix(".onnx") }.count == 1)
        let how = try shop.registry.version(ModelID(name: "hens", version: "2")).manifest.preprocessing
        #expect((how.offset, how.scale, how.crop) == (127, 128, 1))
    }

    @Test func aNetworkThatEndsWithASoftmaxIsTakenAtItsWord() throws {
        let shop = try ModelWorkshop()
        let first = try shop.importer.run(.init(network: network, labels: try shop.labels(37), name: "a")) { _ in }
        let logits = try shop.registry.version(first.model)
        let softmax = try #require(
            try Classifier(logits, threads: 1, clock: { .zero }).network.outputs.map(\.name).last)
        let second = try shop.importer.run(
            .init(network: network, labels: try shop.labels(37), name: "b", output: softmax)
        ) { _ in }
        let shares = try shop.registry.version(second.model)
        #expect(logits.manifest.backbone.gives == nil)
        #expect(shares.manifest.backbone.gives == .probabilities)
        #expect(second.warnings.contains { $0.contains("softmax") })
        // Both say the same of a picture.
        let answers = try [logits, shares].map { version in
            try Classifier(version, threads: 1, clock: { .zero }).golden(tolerance: 0)
                .photos.first { $0.file == "hare.jpg" }?.labels[0]
        }.compactMap(\.self)
        try #require(answers.count == 2)
        #expect(answers[0].label == answers[1].label)
        #expect(abs(answers[0].probability - answers[1].probability) < 1e-3)
    }

    @Test func whatIsRefusedLeavesNothingBehind() throws {
        struct Refusal: Error {}
        let shop = try ModelWorkshop()
        let labels = try shop.labels(37)
        let wrong = #expect(throws: ImportError.self) {
            try shop.importer.run(.init(network: network, labels: try shop.labels(36))) { _ in }
        }
        let words = "\(try #require(wrong))"
        #expect(words.contains("36") && words.contains("37"))
        _ = try shop.labels(37)
        #expect(throws: Refusal.self) {
            try shop.importer.run(.init(network: network, labels: labels)) { _ in throw Refusal() }
        }
        #expect(throws: ImportError.self) { try shop.importer.run(.init(network: labels, labels: labels)) { _ in } }
        #expect(throws: ImportError.self) {
            try shop.importer.run(.init(network: network, labels: labels, name: "../up")) { _ in }
        }
        #expect(throws: ImportError.self) {
            try shop.importer.run(.init(network: network, labels: labels, output: "nowhere")) { _ in }
        }
        #expect(throws: ImportError.self) {
            try shop.importer.run(.init(network: network, labels: labels, preprocessing: try .init("size=64"))) { _ in }
        }
        #expect(shop.contents.isEmpty)
    }

    @Test func labelsAreLinesOrAJSONListAndThoseThatOccurAgainAreNumbered() throws {
        func names(_ text: String) throws -> [String] { try LabelFile(Data(text.utf8), path: "l").unique().names }
        #expect(try names("hen\r\njay \n\n") == ["hen", "jay"])
        #expect(try names("[\"hen\", \"jay\"]") == ["hen", "jay"])
        #expect(try names("crane\njay\ncrane\ncrane") == ["crane", "jay", "crane (2)", "crane (3)"])
        for wrong in ["", "hen\n\njay", "[1, 2]", "[\"a\""] {
            #expect(throws: ImportError.self, "\(wrong)") { try names(wrong) }
        }
        #expect(throws: ImportError.self) { try LabelFile(Data([0xFF, 0xFE, 0]), path: "l") }
    }

    @Test func preprocessingIsReadAndWhatCannotBeMeantIsRefused() throws {
        let wishes = try PreprocessingWishes("caffe, size=299x256,offset=1/2/3,scale=2,resample=box,channels=rgb")
        #expect(wishes.way == .caffe)
        #expect((wishes.width, wishes.height) == (299, 256))
        #expect(wishes.offset == ChannelValues(red: 1, green: 2, blue: 3))
        #expect(wishes.scale == 2)
        for wrong in [
            "torch", "size=8", "size=axb", "crop=0", "crop=2", "scale=0", "scale=1/0/1", "offset=nan", "offset=1/2",
            "channels=grb", "resample=soft", "colour=1", "size=",
        ] {
            #expect(throws: ImportError.self, "\(wrong)") { try PreprocessingWishes(wrong) }
        }
    }

    @Test func aNumberForEachColourIsOneNumberInJSONWhereTheyAreTheSame() throws {
        func json(_ values: ChannelValues) throws -> String {
            String(decoding: try JSONEncoder().encode([values]), as: UTF8.self)
        }
        #expect(try json(127) == "[127]")
        let three = ChannelValues(red: 1, green: 2, blue: 3.5)
        #expect(try json(three) == "[[1,2,3.5]]")
        #expect(try JSONDecoder().decode([ChannelValues].self, from: Data("[[1,2,3.5],4]".utf8)) == [three, 4])
        #expect(throws: (any Error).self) { try JSONDecoder().decode([ChannelValues].self, from: Data("[[1,2]]".utf8)) }
    }
}
