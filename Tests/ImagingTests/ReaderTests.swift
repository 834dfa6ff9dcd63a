import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Imaging

// The own reader of plain baseline files against libjpeg (docs/decisions/jpeg-reader.md): what comes out is the same, to
// the bit, whatever goes in.

/// What a decoder makes of a file: pixels, or words.
private struct Outcome: Equatable, CustomStringConvertible {
    var description: String
    var pixels = Data()

    init(_ decoder: JPEGDecoder, _ jpeg: [UInt8], region: Box, minimumSide: Int) {
        do {
            let picture = try decoder.decode(jpeg, regions: [region], minimumSide: minimumSide)
            description =
                "\(picture.eighths)/8 \(picture.window) \(picture.isTruncated) \(picture.warnings) \(picture.taken?.description ?? "")"
            let bytes = picture.stride * picture.window.height
            pixels = Data(picture.pixels.bytes.prefix(bytes))
            // The fourth byte of a pixel is anything.
            pixels.withUnsafeMutableBytes { bytes in
                let words = bytes.bindMemory(to: UInt32.self)
                for index in words.indices { words[index] &= UInt32(bigEndian: 0xFFFF_FF00) }
            }
        } catch {
            description = "\(error)"
        }
    }
}

/// Both readers, used for file after file as a daemon's are.
private struct Readers {
    let own = JPEGDecoder(limits: .standard, byLibjpegOnly: false)
    let libjpeg = JPEGDecoder(limits: .standard, byLibjpegOnly: true)

    /// Decodes at 1/8, 1/4 and 1/2, whole and a part.
    /// - Returns: how often the own reader did it, of how many times it could have.
    func compare(_ jpeg: [UInt8], _ name: String) throws -> (own: Int, all: Int) {
        let size: Dimensions
        do { size = try withBytes(jpeg) { (bytes) throws(ImagingError) in try dimensions(of: bytes) } } catch {
            #expect(Outcome(own, jpeg, region: whole, minimumSide: 1).pixels.isEmpty)
            return (0, 0)
        }
        var count = (own: 0, all: 0)
        for eighths in [1, 2, 4] {
            for region in [whole, Box(x: 0.37, y: 0.21, width: 0.31, height: 0.43)] {
                let shorter = min(Double(size.width) * region.width, Double(size.height) * region.height)
                let side = max(1, Int(shorter * Double(eighths) / 8))
                let outcome = Outcome(own, jpeg, region: region, minimumSide: side)
                count.all += 1
                count.own += own.usedOwnReader ? 1 : 0
                let expected = Outcome(libjpeg, jpeg, region: region, minimumSide: side)
                #expect(!libjpeg.usedOwnReader)
                #expect(outcome.description == expected.description, "\(name) at \(eighths)/8")
                if overflowsOtherwise(name) { continue }
                #expect(outcome.pixels == expected.pixels, "\(name) at \(eighths)/8: other pixels")
            }
        }
        return count
    }
}

/// Values that overflow come out as libjpeg's x86 code has them; its code for ARM has others. Of the damaged files of the collection
/// that shows in one.
private func overflowsOtherwise(_ name: String) -> Bool {
    #if arch(arm64)
        return name.hasSuffix("bitflip_3_x200.jpg")
    #else
        return false
    #endif
}

@Test(arguments: [
    "baseline", "restarts", "grey", "odd", "daisy", "plain_420", "plain_422", "plain_440", "plain_444", "hopper_6",
])
func aPlainFileIsReadWithoutLibjpegToTheSamePixels(name: String) throws {
    let count = try Readers().compare(try fixture("\(name).jpg"), name)
    #expect(count == (6, 6))
}

@Test(arguments: ["progressive", "arithmetic", "cmyk", "ycck"])
func whatIsNotPlainIsLeftToLibjpeg(name: String) throws {
    #expect(try Readers().compare(try fixture("\(name).jpg"), name).own == 0)
}

@Test func theFullSizeIsLibjpegs() throws {
    let decoder = JPEGDecoder()
    _ = try decoder.decode(try fixture("daisy.jpg"), minimumSide: fullScale)
    #expect(!decoder.usedOwnReader)
}

/// A marker where there should be data, a cut, a changed byte: anywhere, and often in the headers.
@Test(arguments: ["restarts", "plain_420", "plain_422", "plain_440", "grey"])
func aBrokenFileGivesWhatLibjpegMakesOfIt(name: String) throws {
    let (readers, sound) = (Readers(), try fixture("\(name).jpg"))
    var count = (own: 0, all: 0)
    for seed in UInt64(0)..<60 {
        var random = SplitMix64(seed: seed)
        var jpeg = sound
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let place = Int.random(in: 2..<jpeg.count - 1, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: jpeg.removeSubrange((place + 1)...)
            case 1:
                jpeg.replaceSubrange(place...place + 1, with: [0xFF, UInt8.random(in: 0xD0...0xDA, using: &random)])
            case 2: jpeg.insert(0xFF, at: place)
            default: jpeg[place] = UInt8.random(in: 0...255, using: &random)
            }
            guard jpeg.count > 4 else { break }
        }
        let tried = try readers.compare(jpeg, "\(name), seed \(seed)")
        count = (count.own + tried.own, count.all + tried.all)
    }
    #expect(count.own > 0 && count.own < count.all, "the changes break some files and not all")
}

/// A fill byte before a marker is allowed, and a camera trap of the collection writes one.
@Test func fillBytesBeforeMarkersAreNoOddity() throws {
    let jpeg = try fixture("plain_420.jpg")
    let filled = Array(jpeg.dropLast(2)) + [0xFF, 0xFF, 0xFF, 0xD9]
    #expect(try Readers().compare(filled, "filled") == (6, 6))
}

/// Garbage behind the last row is libjpeg's to judge, and it warns.
@Test func whatStandsBeforeTheEndMarkerIsNotOverlooked() throws {
    let jpeg = try fixture("plain_444.jpg")
    let odd = Array(jpeg.dropLast(2)) + [0x12, 0x34, 0x56, 0xFF, 0xD9]
    let count = try Readers().compare(odd, "garbage before the end")
    #expect(count == (3, 6), "the parts end before it, the whole pictures do not")
}

@Test func tablesOfOneFileDoNotServeTheNext() throws {
    let readers = Readers()
    for name in ["plain_420", "baseline", "plain_422", "grey", "plain_420"] {
        #expect(try readers.compare(try fixture("\(name).jpg"), name) == (6, 6))
    }
    #expect(try readers.compare(try Patched("baseline.jpg").without(0xC4), "no tables").own == 0)
}

@Test(
    .enabled(if: SharedData.has("data/photos")),
    arguments: ["photos", "nasty", "exif_orientation", "unknowns", "imagenet_like", "imagenet_val", "henhouse"])
func everyPhotoHasTheSamePixelsByBothReaders(folder: String) throws {
    let url = try #require(SharedData.url("data/\(folder)"))
    let found = try FileManager.default.subpathsOfDirectory(atPath: url.path).filter { $0.lowercased().hasSuffix("g") }
    #expect(!found.isEmpty)
    let readers = Readers()
    var count = (own: 0, all: 0)
    // Of the large folders a part: each file takes a few hundredths of a second.
    for name in found.sorted().enumerated().filter({ $0.offset % (found.count / 100 + 1) == 0 }).map(\.element) {
        let jpeg = [UInt8](try Data(contentsOf: url.appending(path: name)))
        let tried = try readers.compare(jpeg, name)
        count = (count.own + tried.own, count.all + tried.all)
    }
    #expect(count.own > 0)
    print("\(folder): the own reader did \(count.own) of \(count.all)")
}
