import CJPEG
import Vocabulary

/// A small upright copy of a JPEG, as a baseline JPEG without EXIF, GPS or anything else of the original's metadata.
/// - Parameters:
///   - longestSide: pixels, 1 to 4096; a smaller picture is not enlarged.
///   - quality: 1 to 100, libjpeg's scale.
/// - Throws: whatever decoding throws.
/// - Complexity: that of decoding at the smallest scale that is enough.
public func thumbnail(
    of jpeg: UnsafeRawBufferPointer, longestSide: Int, quality: Int, limits: ImagingLimits = .standard
) throws(ImagingError) -> [UInt8] {
    let size = try dimensions(of: jpeg)
    let (longer, shorter) = (max(size.width, size.height), min(size.width, size.height))
    let wanted = min(max(1, longestSide), Picture.longestThumbnail)
    let picture = try JPEGDecoder(limits: limits).decode(
        jpeg, regions: [Region.wholeFrame.box], minimumSide: (wanted * shorter + longer - 1) / longer)
    return try picture.thumbnail(longestSide: longestSide, quality: quality)
}

extension Picture {
    static let longestThumbnail = 4096

    /// A small upright copy of the whole frame as a JPEG; saves decoding it again where the decoded scale is enough.
    /// - Parameters: as in `thumbnail(of:longestSide:quality:limits:)`; never larger than the decoded scale.
    /// - Throws: `unsupported` where only a part of the frame was decoded, `too_large` where memory is short.
    public func thumbnail(longestSide: Int, quality: Int) throws(ImagingError) -> [UInt8] {
        let place = try place(of: Region.wholeFrame.box)
        let wanted = min(max(1, longestSide), Self.longestThumbnail, max(width, height))
        let factor = Double(wanted) / Double(max(fullWidth, fullHeight))
        let thumbWidth = max(1, Int((Double(fullWidth) * factor).rounded()))
        let thumbHeight = max(1, Int((Double(fullHeight) * factor).rounded()))
        let resampling = Resampling(
            area: place.area, bounds: place.window, width: thumbWidth, height: thumbHeight, resample: .bicubic)
        let values = [Float](unsafeUninitializedCapacity: 3 * thumbWidth * thumbHeight) { values, count in
            count = values.count
            guard let base = values.baseAddress else { return }
            values.initialize(repeating: 0)
            resampling.run(on: self, into: .init(base: base, channel: 1, row: 3 * thumbWidth, pixel: 3))
        }
        return try encode(values, width: thumbWidth, height: thumbHeight, quality: quality)
    }

    /// - Parameter values: `height × width × 3`, 0 to 255.
    private func encode(_ values: [Float], width: Int, height: Int, quality: Int) throws(ImagingError) -> [UInt8] {
        let bytes = values.map { UInt8($0.rounded()) }
        var jpeg: UnsafeMutablePointer<UInt8>?
        var size = 0
        let status = rj_encode(bytes, UInt32(width), UInt32(height), Int32(min(max(1, quality), 100)), &jpeg, &size)
        guard status == rj_ok, let jpeg else {
            throw ImagingError(.tooLarge, "leaves no memory for a thumbnail of \(width)x\(height)")
        }
        defer { rj_free(jpeg) }
        return [UInt8](UnsafeBufferPointer(start: jpeg, count: size))
    }
}
