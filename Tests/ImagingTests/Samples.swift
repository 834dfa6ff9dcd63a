import Foundation
import Imaging
import TestSupport
import Vocabulary

/// The bytes of a file in `Fixtures`.
func fixture(_ name: String) throws -> [UInt8] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
    return [UInt8](try Data(contentsOf: folder.appending(path: name)))
}

let whole = Region.wholeFrame.box

/// Larger than any side here: the scale stays 1.
let fullScale = 100_000

/// `Array.withUnsafeBytes` forgets which error is thrown.
func withBytes<Answer>(
    _ jpeg: [UInt8], _ body: (UnsafeRawBufferPointer) throws(ImagingError) -> Answer
) throws(ImagingError) -> Answer {
    try jpeg.withUnsafeBytes { bytes in
        Result<Answer, ImagingError> { () throws(ImagingError) in try body(bytes) }
    }.get()
}

extension JPEGDecoder {
    func decode(
        _ jpeg: [UInt8], regions: [Box] = [whole], minimumSide: Int = 256
    ) throws(ImagingError) -> Picture {
        try withBytes(jpeg) { (bytes) throws(ImagingError) in
            try decode(bytes, regions: regions, minimumSide: minimumSide)
        }
    }
}

extension Picture {
    /// The input of a network for one region.
    func input(_ specification: InputSpecification = .init(), region: Box = whole) throws(ImagingError) -> [Float] {
        let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: specification.count)
        defer { values.deallocate() }
        values.initialize(repeating: .nan)
        try fill(values, region: region, as: specification)
        return Array(values)
    }
}

/// Values from 0 to 255 of the largest centred part: what a picture looks like, in few numbers.
func look(width: Int, height: Int) -> InputSpecification {
    InputSpecification(width: width, height: height, cropFraction: 1, offset: 0, scale: 1)
}

/// The error of decoding; nil where there is a picture.
func errorOfDecoding(_ jpeg: [UInt8], limits: ImagingLimits = .standard) -> ImagingError? {
    do throws(ImagingError) {
        _ = try JPEGDecoder(limits: limits).decode(jpeg).input()
        return nil
    } catch { return error }
}

func difference(_ one: [Float], _ other: [Float]) -> (mean: Float, most: Float) {
    guard one.count == other.count, !one.isEmpty else { return (.infinity, .infinity) }
    let differences = zip(one, other).map { abs($0 - $1) }
    return (differences.reduce(0, +) / Float(differences.count), differences.max() ?? 0)
}

/// Changes in the headers of a JPEG.
struct Patched {
    var bytes: [UInt8]

    init(_ name: String) throws { bytes = try fixture(name) }

    /// Where the marker FF `code` stands; the first of them.
    func marker(_ codes: ClosedRange<UInt8>, from start: Int = 0) -> Int? {
        (start..<bytes.count - 1).first { bytes[$0] == 0xFF && codes.contains(bytes[$0 + 1]) }
    }

    /// With another size in the frame header.
    func saying(width: Int, height: Int) -> [UInt8] {
        var changed = bytes
        guard let start = marker(0xC0...0xC2) ?? marker(0xC9...0xCA) else { return [] }
        changed[start + 5] = UInt8(height >> 8)
        changed[start + 6] = UInt8(height & 0xFF)
        changed[start + 7] = UInt8(width >> 8)
        changed[start + 8] = UInt8(width & 0xFF)
        return changed
    }

    /// With `segment` (marker, length, contents) behind SOI.
    func opening(with segment: [UInt8]) -> [UInt8] { Array(bytes[..<2]) + segment + Array(bytes[2...]) }

    /// Without the segments of a marker.
    func without(_ code: UInt8) -> [UInt8] {
        var changed = self
        while let start = changed.marker(code...code), start + 3 < changed.bytes.count {
            let length = Int(changed.bytes[start + 2]) << 8 | Int(changed.bytes[start + 3])
            changed.bytes.removeSubrange(start..<min(changed.bytes.count, start + 2 + length))
        }
        return changed.bytes
    }

    /// With the last scan so many times more: a few kilobytes that cost a decoder seconds.
    func repeatingLastScan(_ times: Int) -> [UInt8] {
        let last = (0..<bytes.count - 1).last { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA }
        guard let last else { return [] }
        let scan = Array(bytes[last..<bytes.count - 2])
        return Array(bytes[..<(bytes.count - 2)]) + (0..<times).flatMap { _ in scan } + [0xFF, 0xD9]
    }
}
