import Foundation
import TestSupport
import Testing

@testable import Capture

@Suite struct JPEGEndTests {
    private func isComplete(_ bytes: some Collection<UInt8>) -> Bool {
        Array(bytes).withUnsafeBytes { JPEGEnd.isPresent(in: $0) }
    }

    @Test func everyCutOfAPictureIsIncompleteAlsoBehindItsThumbnail() {
        let whole = jpeg(data: 700)
        for count in 0..<whole.count { #expect(!isComplete(whole.prefix(count)), "cut to \(count) bytes") }
        #expect(isComplete(whole))
    }

    @Test func whatComesBehindTheEndDoesNotMatter() {
        #expect(isComplete(jpeg() + [0, 0, 0]))
        #expect(isComplete(jpeg() + Array("trailing notes of a phone".utf8)))
        #expect(isComplete(jpeg() + jpeg().prefix(300)))
    }

    @Test func aProgressivePictureEndsAfterItsLastScan() {
        let firstScan = Array(jpeg().dropLast(2))
        let rest = segment(0xC4, [0, 0xFF, 0xD9, 7]) + segment(0xDA, [1, 1, 0, 1, 5, 0]) + [1, 2, 3, 0xFF, 0x00, 4]
        #expect(!isComplete(firstScan + rest))
        #expect(!isComplete(firstScan + rest.prefix(9)))
        #expect(isComplete(firstScan + rest + [0xFF, 0xD9]))
    }

    @Test func fillBytesAndStrayBytesBeforeMarkersAreAllowed() {
        let body = Array(jpeg().dropFirst(2).dropLast(2))
        #expect(isComplete([0xFF, 0xD8, 0xFF, 0xFF] + body + [0xFF, 0xFF, 0xFF, 0xD9]))
        #expect(isComplete([0xFF, 0xD8, 0x00, 0x13] + body + [0xFF, 0xD9]))
    }

    @Test func whatIsNoJPEGHasNoEnd() {
        #expect(!isComplete([]))
        #expect(!isComplete([0xFF, 0xD8]))
        #expect(!isComplete(Array("GIF89a".utf8) + [0xFF, 0xD9]))
        #expect(!isComplete([UInt8](repeating: 0, count: 4_096)))
        #expect(!isComplete([0xFF, 0xD8, 0xFF, 0xE0, 0, 0, 0xFF, 0xD9]))
    }

    @Test(arguments: UInt64(0)..<200)
    func noBytesMakeItTrap(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var bytes = jpeg(seed, data: 300)
        for _ in 0..<20 {
            let byte = [0xFF, 0xD9, 0xDA, 0, 0xE1][Int.random(in: 0..<5, using: &random)] as UInt8
            bytes[Int.random(in: 2..<bytes.count, using: &random)] = byte
        }
        _ = isComplete(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
    }

    @Test(.enabled(if: SharedData.has("data/photos")))
    func photosOfRealCamerasAreCompleteAndTheirCutsAreNot() throws {
        let folder = try #require(SharedData.url("data/photos"))
        var count = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasSuffix(".jpg") {
            let bytes = [UInt8](try Data(contentsOf: folder.appending(path: name)))
            #expect(isComplete(bytes), "\(name)")
            for part in [0.001, 0.01, 0.1, 0.5, 0.9] {
                #expect(!isComplete(bytes.prefix(Int(Double(bytes.count) * part))), "\(name) cut to \(part)")
            }
            count += 1
        }
        #expect(count > 5)
    }
}
