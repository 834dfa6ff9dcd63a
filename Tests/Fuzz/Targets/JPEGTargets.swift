import Vocabulary

@testable import Capture
@testable import Imaging

extension FuzzTarget {
    /// Segments, frame header and EXIF before the first scan; the same bytes as a bare EXIF block too.
    static let jpegHeader = FuzzTarget("jpeg-header", longest: 4_096) { bytes in
        if let size = try? dimensions(of: bytes) {
            promise(size.width > 0 && size.height > 0, "a size is \(size.width)x\(size.height)")
        }
        let block = EXIF.signature + bytes
        if let orientation = block.withUnsafeBytes({ EXIF.orientation($0) }) {
            promise((1...8).contains(orientation), "an orientation is \(orientation)")
        }
    }

    /// The whole decode, as the daemon does it, at every scale and for a part of the picture; then the network's input and
    /// the thumbnail made from it.
    static let jpegDecode = FuzzTarget("jpeg-decode", longest: 65_536) { bytes in
        // Small limits: a picture of 100 megapixels tells nothing that one of one does not, and takes a hundred times longer.
        let limits = ImagingLimits(pixels: 1_000_000, scans: 24, memory: 16_000_000, cpuTime: .milliseconds(400))
        let decoder = JPEGDecoder(limits: limits)
        let part = Box(x: 0.3, y: 0.25, width: 0.5, height: 0.6)
        guard let whole = try? decoder.decode(bytes, regions: [], minimumSide: .max) else { return }
        let shorter = min(whole.fullWidth, whole.fullHeight)
        check(whole, region: Region.wholeFrame.box)
        for eighths in [1, 2, 4] where shorter * eighths / 8 > 0 {
            if let picture = try? decoder.decode(bytes, regions: [part], minimumSide: 1 + shorter * (eighths / 2) / 8) {
                check(picture, region: part)
            }
        }
        _ = try? whole.thumbnail(longestSide: 64, quality: 70)
    }

    private static func check(_ picture: Picture, region: Box) {
        let specification = InputSpecification(width: 24, height: 16)
        var values = [Float](repeating: .nan, count: specification.count)
        do {
            try values.withUnsafeMutableBufferPointer { try picture.fill($0, region: region, as: specification) }
        } catch {
            fatalError("broken promise: a decoded region can be resized: \(error)")
        }
        let (least, most) = ((Float(0) - 127) / 128, (Float(255) - 127) / 128)
        promise(values.allSatisfy { $0 >= least - 1e-4 && $0 <= most + 1e-4 }, "an input value is outside of 0...255")
    }

    /// The own reader of plain files gives what libjpeg gives, at every scale that it serves, whole and in part: the same
    /// pixels, the same warnings, the same refusals.
    static let jpegReaders = FuzzTarget("jpeg-readers", longest: 16_384) { bytes in
        let limits = ImagingLimits(pixels: 250_000, scans: 24, memory: 16_000_000, cpuTime: .seconds(10))
        let own = JPEGDecoder(limits: limits, byLibjpegOnly: false)
        let libjpeg = JPEGDecoder(limits: limits, byLibjpegOnly: true)
        guard let size = try? dimensions(of: bytes), size.width * size.height <= limits.pixels else { return }
        let shorter = min(size.width, size.height)
        for eighths in [1, 2, 4] {
            for region in [Region.wholeFrame.box, Box(x: 0.35, y: 0.3, width: 0.4, height: 0.35)] {
                let side = max(1, Int(Double(shorter * eighths / 8) * min(region.width, region.height)))
                let outcomes = [own, libjpeg].map { decoder in outcome(of: decoder, bytes, region, side) }
                promise(outcomes[0] == outcomes[1], "both readers give the same: \(outcomes.map(\.words))")
            }
        }
    }

    /// A decoded picture or an error, to compare.
    private struct Outcome: Equatable {
        var words: String
        var window: StoredWindow?
        var pixels: [UInt8] = []
    }

    private static func outcome(
        of decoder: JPEGDecoder, _ bytes: UnsafeRawBufferPointer, _ region: Box, _ side: Int
    ) -> Outcome {
        do {
            let picture = try decoder.decode(bytes, regions: [region], minimumSide: side)
            var pixels = [UInt8](picture.pixels.bytes.prefix(picture.stride * picture.window.height))
            for index in stride(from: 3, to: pixels.count, by: 4) { pixels[index] = 0 }
            let words = "\(picture.eighths)/8, \(picture.isTruncated), \(picture.warnings)"
            return Outcome(words: words, window: picture.window, pixels: pixels)
        } catch {
            return Outcome(words: "\(error)")
        }
    }

    /// The finder of the outer end marker; a file and the same file with more behind its end marker are both whole.
    static let jpegEnd = FuzzTarget("jpeg-end", longest: 16_384) { bytes in
        guard JPEGEnd.isPresent(in: bytes) else { return }
        promise(bytes.count >= 4 && bytes[0] == 0xFF && bytes[1] == 0xD8, "a whole JPEG begins like one")
    }
}
