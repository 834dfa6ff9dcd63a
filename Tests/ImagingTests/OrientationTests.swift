import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Imaging

/// The eight hoppers are the same picture stored in eight ways, each compressed by itself.
@Test(arguments: 2...8)
func everyOrientationComesOutUpright(exif: Int) throws {
    let decoder = JPEGDecoder()
    let upright = try decoder.decode(try fixture("hopper_none.jpg")).input(look(width: 64, height: 64))
    let picture = try decoder.decode(try fixture("hopper_\(exif).jpg"))
    #expect(picture.orientation.exif == exif)
    let turned = difference(try picture.input(look(width: 64, height: 64)), upright)
    #expect(turned.mean < 4, "mean difference \(turned.mean)")
    // The same pixels, not turned, are another picture.
    var wrong = try Patched("hopper_\(exif).jpg")
    let block = try #require(wrong.marker(0xE1...0xE1))
    wrong.bytes[block + 4] = 0x58
    #expect(difference(try decoder.decode(wrong.bytes).input(look(width: 64, height: 64)), upright).mean > 20)
}

/// All are upright the same scene; the first is a little brighter than the other seven.
@Test(.enabled(if: SharedData.has("data/exif_orientation")), arguments: 2...8)
func theLandscapesComeOutAsTheUprightOne(exif: Int) throws {
    let folder = try #require(SharedData.url("data/exif_orientation"))
    let decoder = JPEGDecoder()
    // A part that is no square and not in the middle, so that nothing fits by chance.
    let (part, shape) = (Box(x: 0.1, y: 0.05, width: 0.4, height: 0.7), look(width: 60, height: 80))
    func values(_ exif: Int) throws -> [Float] {
        let bytes = [UInt8](try Data(contentsOf: folder.appending(path: "landscape_\(exif).jpg")))
        let picture = try decoder.decode(bytes)
        #expect((picture.fullWidth, picture.fullHeight, picture.orientation.exif) == (600, 450, exif))
        return try picture.input(shape, region: part)
    }
    let turned = try values(exif)
    #expect(difference(turned, try values(2)).mean < 3)
    let (first, mean) = (try values(1), turned.reduce(0, +) / Float(turned.count))
    let brighter = first.reduce(0, +) / Float(first.count) - mean
    #expect(difference(turned.map { $0 + brighter }, first).mean < 8)
}

@Test(arguments: 1...8)
func aRegionIsFoundWhereItLiesUpright(exif: Int) throws {
    let jpeg = try Patched("pixel.jpg").opening(with: EXIFBlock(orientation: exif).segment)
    #expect(try JPEGDecoder().decode(jpeg).orientation.exif == exif)
    let orientation = Orientation(exif: exif)
    let box = Box(x: 0.1, y: 0.2, width: 0.3, height: 0.4)
    let stored = orientation.stored(box)
    let sides = orientation.isTransposed ? (0.4, 0.3) : (0.3, 0.4)
    #expect(abs(stored.width - sides.0) < 1e-12 && abs(stored.height - sides.1) < 1e-12)
    #expect((0...1).contains(stored.x) && (0...1).contains(stored.y))
}
