import Foundation
import Imaging
import TestSupport
import Testing
import Vocabulary

@testable import Models

struct ClassifierTests {
    @Test(arguments: [Copy.original, Registry.stock])
    func theShippedVersionsAnswerTheirGoldenPhotosAsPromised(id: ModelID) throws {
        let copy = try Copy()
        let classifier = try Classifier(copy.registry.version(id), threads: 1, clock: { .zero })
        #expect(classifier.network.precision == (id == Registry.stock ? .int8 : .fp32))
        #expect(try classifier.selfTest() == 4)
        #expect(classifier.embedding?.count == 1280)
    }

    @Test func aVersionThatAnswersOtherwiseIsRefused() throws {
        let copy = try Copy()
        let path = "\(copy.version)/golden/expected.json"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try text.replacingOccurrences(
            of: "\"grey fox\", \"probability\": 0.9", with: "\"grey fox\", \"probability\": 0.2"
        )
        .write(toFile: path, atomically: true, encoding: .utf8)
        let classifier = try Classifier(copy.load(), threads: 1, clock: { .zero })
        let error = #expect(throws: ModelError.self) { try classifier.selfTest() }
        #expect("\(try #require(error))".contains("grey_fox.jpg"))
    }

    @Test func aNetworkThatDoesNotFitTheManifestIsRefused() throws {
        let copy = try Copy()
        try copy.edit("\"logits\": \"logits\"", "\"logits\": \"answers\"")
        let error = #expect(throws: ModelError.self) {
            try Classifier(copy.load(), threads: 1, clock: { .zero })
        }
        #expect("\(try #require(error))".contains("'answers'"))
    }

    @Test func digestsAreThoseOfTheStandard() {
        // FIPS 180-2, appendix B.1.
        #expect(sha256(Data("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
}
