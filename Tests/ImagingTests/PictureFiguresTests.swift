import TestSupport
import Testing
import Vocabulary

@testable import Imaging

/// A picture made of luma values.
private func picture(_ width: Int, _ height: Int, _ value: (_ x: Int, _ y: Int) -> Int) throws -> Picture {
    let pixels = try #require(PixelPool().take(width * height * 4))
    for y in 0..<height {
        for x in 0..<width {
            let byte = UInt8(clamping: value(x, y))
            let place = (y * width + x) * 4
            for channel in 0..<4 { pixels.bytes[place + channel] = byte }
        }
    }
    let size = StoredSize(width: width, height: height, orientation: .upright)
    let window = StoredWindow(
        StoredArea(x: 0, y: 0, width: Double(width), height: Double(height)), width: width, height: height)
    return Picture(
        isTruncated: false, warnings: [], taken: nil, size: size, eighths: 8, window: window, pixels: pixels)
}

/// A scene with detail of all sizes, the same for the same seed, blurred by a box of `blur` pixels each way.
private func scene(blur: Int = 0, contrast: Int = 100, noise: Int = 0, seed: UInt64 = 1) throws -> PictureFigures {
    let (width, height) = (320, 256)
    var random = SplitMix64(seed: seed)
    var values = [Int](repeating: 0, count: width * height)
    for size in [1, 2, 4, 8, 16] {
        let columns = width / size + 1
        let coarse = (0..<(columns * (height / size + 1))).map { _ in Int.random(in: -30...30, using: &random) }
        for place in values.indices { values[place] += coarse[place / width / size * columns + place % width / size] }
    }
    var sensor = SplitMix64(seed: seed &+ UInt64(noise))
    return try PictureFigures(
        picture(width, height) { x, y in
            var (sum, count) = (0, 0)
            for row in max(0, y - blur)...min(height - 1, y + blur) {
                for column in max(0, x - blur)...min(width - 1, x + blur) {
                    sum += values[row * width + column]
                    count += 1
                }
            }
            return 128 + sum / count * contrast / 100 + (noise > 0 ? Int.random(in: -2...2, using: &sensor) : 0)
        })
}

@Suite struct PictureFiguresTests {
    @Test func lightIsToldByItsPercentiles() throws {
        let black = PictureFigures(try picture(64, 48) { _, _ in 3 })
        #expect((black.darkest, black.brightest, Int(black.mean)) == (3, 3, 3))
        // A date in white letters does not make the night light.
        let dated = PictureFigures(try picture(640, 480) { x, y in y > 470 && x < 300 ? 255 : 3 })
        #expect(dated.brightest == 3)
        let half = PictureFigures(try picture(64, 48) { x, _ in x < 32 ? 10 : 240 })
        #expect((half.darkest, half.brightest) == (10, 240))
    }

    @Test func blurTakesSharpnessAndContrastDoesNot() throws {
        let sharp = try scene()
        let softer = try scene(blur: 1)
        let soft = try scene(blur: 3)
        #expect(sharp.sharpness - softer.sharpness > 2)
        #expect(softer.sharpness > soft.sharpness)
        #expect(abs(try scene(contrast: 40).sharpness - sharp.sharpness) < 0.3)
        #expect(abs(try scene(seed: 2).sharpness - sharp.sharpness) < 0.3)
    }

    @Test func aPlainWallHasNoDetailToBeSharp() throws {
        #expect(PictureFigures(try picture(320, 256) { _, _ in 128 }).sharpness < -5)
    }

    @Test func theSameSceneWithNoiseIsAnotherPicture() throws {
        #expect(try scene(noise: 1).isSame(as: scene(noise: 1)) == true)
        #expect(try scene(noise: 1).isSame(as: scene(noise: 2)) == false)
        #expect(try scene().isSame(as: scene(seed: 2)) == false)
    }

    @Test func whereNothingIsToBeSeenNobodyCanTell() throws {
        let black = PictureFigures(try picture(320, 256) { _, _ in 2 })
        #expect(black.isSame(as: black) == nil)
    }

    @Test(arguments: [(1, 1), (2, 3), (3, 2), (7, 1), (8, 8), (5, 200), (1_500, 9)])
    func anySizeHasFigures(width: Int, height: Int) throws {
        let figures = PictureFigures(try picture(width, height) { x, y in (x * 31 + y * 17) % 256 })
        #expect(figures.sharpness.isFinite)
        #expect(figures.cells.count == 64)
        #expect((figures.width, figures.height) == (min(width, 1_024), min(height, 1_024)))
    }

    @Test func aPhotoDecodedTwiceIsTheSamePictureAndItsThumbnailIsNot() throws {
        let bytes = try fixture("daisy.jpg")
        let first = PictureFigures(try JPEGDecoder().decode(bytes))
        #expect(first.isSame(as: PictureFigures(try JPEGDecoder().decode(bytes))) == true)
        let copy = try JPEGDecoder().decode(bytes).thumbnail(longestSide: 200, quality: 80)
        #expect(first.isSame(as: PictureFigures(try JPEGDecoder().decode(copy))) == false)
    }
}
