import CoefficientChecks
import Foundation
import TestSupport
import Testing

// What the own reader takes out of a file against libjpeg-turbo's coefficients, block by block, at 1/8, 1/4 and 1/2.

/// - Returns: how many blocks of a plain baseline file were compared; 0 for another file.
private func blocksCompared(_ jpeg: [UInt8], _ name: String) -> UInt64 {
    let count = jpeg.withUnsafeBufferPointer { bytes in
        bytes.baseAddress.map { cc_compare($0, bytes.count) } ?? cc_count()
    }
    #expect(count.different == 0, "\(name): \(count.different) of \(count.blocks) blocks")
    return count.blocks
}

@Test(arguments: [
    "baseline", "restarts", "grey", "odd", "daisy", "plain_420", "plain_422", "plain_440", "plain_444", "hopper_6",
])
func theOwnReaderTakesTheSameCoefficientsAsLibjpeg(name: String) throws {
    #expect(blocksCompared(try fixture("\(name).jpg"), name) > 0)
}

@Test(.enabled(if: SharedData.has("data/photos")))
func everyBaselineFileHasTheSameCoefficientsByBothReaders() throws {
    let data = try #require(SharedData.url("data"))
    let files = try FileManager.default.subpathsOfDirectory(atPath: data.path)
        .filter { ["jpg", "jpeg"].contains(($0 as NSString).pathExtension.lowercased()) }
    var (plain, blocks) = (0, UInt64(0))
    for name in files {
        let compared = blocksCompared([UInt8](try Data(contentsOf: data.appending(path: name))), name)
        (plain, blocks) = (plain + (compared > 0 ? 1 : 0), blocks + compared)
    }
    #expect(plain > 1_000)
    print("\(files.count) files, \(plain) of them plain baseline: \(blocks) blocks compared")
}
