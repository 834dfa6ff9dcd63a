import TestSupport
import Testing
import Vocabulary

@testable import Imaging

@Test func aFileThatEndsInItsFirstHalfIsTruncatedAndSaysWhere() throws {
    let jpeg = try fixture("baseline.jpg")
    let error = errorOfDecoding(Array(jpeg[..<4000]))
    #expect(error?.kind == .truncated)
    #expect(error?.message.hasPrefix("ends inside the image data at byte 4000: ") == true, "\(error?.message ?? "")")
    #expect(errorOfDecoding(Array(jpeg[..<300])) == ImagingError(.truncated, "ends inside the headers at byte 300"))
}

@Test func aFileThatEndsInItsSecondHalfIsDecodedAsFarAsItGoes() throws {
    let jpeg = try fixture("baseline.jpg")
    let decoder = JPEGDecoder()
    let cut = try decoder.decode(Array(jpeg[..<12000]))
    #expect(cut.isTruncated)
    #expect(cut.warnings.first == "ends inside the image data at byte 12000")
    let upper = Box(x: 0, y: 0, width: 1, height: 0.5)
    #expect(try cut.input(region: upper) == decoder.decode(jpeg).input(region: upper))
}

@Test func whatCountsAreTheRowsOfTheRegionsAskedFor() throws {
    let cut = Array(try fixture("baseline.jpg")[..<8500])  // a bit more than half of the rows
    let decoder = JPEGDecoder()
    #expect(try decoder.decode(cut, regions: [Box(x: 0, y: 0, width: 1, height: 0.3)]).warnings.isEmpty)
    let lower = Box(x: 0, y: 0.6, width: 1, height: 0.4)
    for regions in [[lower], [whole, lower]] {
        let error = #expect(throws: ImagingError.self) { try decoder.decode(cut, regions: regions) }
        #expect(error?.kind == .truncated)
    }
}

@Test func aHeaderThatPromisesMoreRowsThanThereAreIsTruncatedOrSaysSo() throws {
    let patched = try Patched("baseline.jpg")
    let taller = try JPEGDecoder().decode(patched.saying(width: 320, height: 470))
    #expect(taller.isTruncated)
    #expect(taller.warnings.first?.hasPrefix("has a marker inside the image data at byte") == true)
    #expect(errorOfDecoding(patched.saying(width: 320, height: 960))?.kind == .truncated)
}

@Test func aProgressiveFileNeedsItsFirstScanAlone() throws {
    let jpeg = try fixture("progressive.jpg")
    let decoder = JPEGDecoder()
    let sharp = try decoder.decode(jpeg).input(look(width: 40, height: 30))
    let scans = (0..<jpeg.count - 1).filter { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xDA }
    #expect(scans.count > 4)
    for start in scans.dropFirst() {
        for cut in [start, start + 60] {
            let picture = try decoder.decode(Array(jpeg[..<cut]))
            #expect(picture.isTruncated)
            #expect(difference(try picture.input(look(width: 40, height: 30)), sharp).mean < 12, "cut at \(cut)")
        }
    }
    #expect(errorOfDecoding(Array(jpeg[..<(scans[0] + 100)]))?.kind == .truncated)
    #expect(try !decoder.decode(jpeg.dropLast(2)).isTruncated)
}

@Test func anArithmeticFileThatEndsEarlyIsNoticedToo() throws {
    let jpeg = try fixture("arithmetic.jpg")
    #expect(errorOfDecoding(Array(jpeg[..<4000]))?.kind == .truncated)
    #expect(try JPEGDecoder().decode(Array(jpeg[..<12000])).isTruncated)
}

@Test func restartMarkersHealABrokenRow() throws {
    var patched = try Patched("restarts.jpg")
    let first = try #require(patched.marker(0xD1...0xD1))
    for index in first + 10..<first + 30 { patched.bytes[index] = 0x7F }
    let picture = try JPEGDecoder().decode(patched.bytes)
    #expect(!picture.isTruncated)
    let whole = try JPEGDecoder().decode(try fixture("restarts.jpg"))
    let lower = Box(x: 0, y: 0.5, width: 1, height: 0.5)
    #expect(difference(try picture.input(region: lower), try whole.input(region: lower)).mean < 0.01)
}

/// Truncated and flipped files of every coding: a picture or a typed error, in bounded time, and a decoder that still works.
@Test(arguments: ["baseline", "progressive", "arithmetic", "restarts", "grey", "cmyk", "hopper_6"], UInt64(0)..<8)
func randomTruncationsAndFlipsGiveAPictureOrATypedError(name: String, seed: UInt64) throws {
    var random = SplitMix64(seed: seed &* 977 &+ UInt64(name.utf8.count))
    let jpeg = try fixture("\(name).jpg")
    let decoder = JPEGDecoder()
    let sound = try decoder.decode(jpeg).input(look(width: 16, height: 16))
    for round in 0..<40 {
        var broken = jpeg
        if Bool.random(using: &random) { broken.removeLast(Int.random(in: 0...jpeg.count, using: &random)) }
        for _ in 0..<Int.random(in: 0...20, using: &random) where !broken.isEmpty {
            // Half of the flips in the headers, where they do most.
            let end = Bool.random(using: &random) ? min(700, broken.count) : broken.count
            broken[Int.random(in: 0..<end, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        }
        do throws(ImagingError) {
            let values = try decoder.decode(broken).input(look(width: 16, height: 16))
            #expect(values.allSatisfy { (0...255).contains($0) }, "round \(round)")
        } catch {
            #expect(!error.message.isEmpty, "round \(round)")
        }
        _ = try? thumbnail(of: broken, longestSide: 20)
    }
    #expect(try decoder.decode(jpeg).input(look(width: 16, height: 16)) == sound)
}

@Test(arguments: UInt64(0)..<10)
func randomBytesBehindAStartMarkerAreATypedErrorOrAPicture(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<100 {
        let count = Int.random(in: 0...2000, using: &random)
        let bytes = [0xFF, 0xD8] + (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        _ = errorOfDecoding(bytes)
        _ = try? bytes.withUnsafeBytes { try dimensions(of: $0) }
    }
}
