public import Vocabulary

/// A decoded picture: the part of a frame that holds the regions asked for, or what a network sees of them, at a scale that is enough for them.
///
/// Immutable, so that it can go from the thread that decodes to the one that infers. Its memory returns to the decoder's
/// pool when the last copy goes. The pixels lie as they are stored in the file; whatever reads them turns them upright.
public struct Picture: Sendable {
    /// Pixels of the whole frame at the decoded scale, upright.
    public var width: Int { size.orientation.turned(width: scaledWidth, height: scaledHeight).width }
    /// Pixels of the whole frame at the decoded scale, upright.
    public var height: Int { size.orientation.turned(width: scaledWidth, height: scaledHeight).height }
    /// Pixels of the frame as the camera took it, upright.
    public var fullWidth: Int { size.orientation.turned(width: size.width, height: size.height).width }
    /// Pixels of the frame as the camera took it, upright.
    public var fullHeight: Int { size.orientation.turned(width: size.width, height: size.height).height }
    /// How the file says it has to be turned; everything here is upright already.
    public var orientation: Orientation { size.orientation }
    /// The file ends before the picture does; what is missing is grey, or lacks detail.
    public let isTruncated: Bool
    /// What was wrong with the file without costing the picture; sentences that begin with the file's name, like errors.
    public let warnings: [String]
    /// When the camera took it by its own clock: local time of an unknown zone, as if it were UTC; nil where the file does
    /// not say.
    public let taken: Instant?

    /// The stored, full-size picture.
    let size: StoredSize
    /// The scale: `eighths / 8`.
    let eighths: Int
    /// The part that is there, in pixels of the scaled stored picture.
    let window: StoredWindow
    /// `window.height` rows of `window.width` pixels of 4 bytes: red, green, blue, undefined.
    let pixels: PixelBuffer

    /// Bytes from one row to the next.
    var stride: Int { window.width * 4 }
    private var scaledWidth: Int { size.scaled(eighths: eighths).width }
    private var scaledHeight: Int { size.scaled(eighths: eighths).height }

    /// What of a region a network looks at, at the decoded scale.
    /// - Throws: `unsupported` where that was not decoded.
    func crop(of region: Box, as specification: InputSpecification) throws(ImagingError) -> NetworkCrop {
        let crop = NetworkCrop(
            of: try size.area(of: region).scaled(by: Double(eighths) / 8), width: scaledWidth, height: scaledHeight,
            orientation: orientation, as: specification)
        guard window.contains(crop.window) else { throw missing(region) }
        return crop
    }

    private func missing(_ region: Box) -> ImagingError {
        ImagingError(.unsupported, "was decoded without the region x \(region.x), y \(region.y)")
    }

    /// The pixels a region touches, and the region itself, at the decoded scale.
    /// - Throws: `unsupported` where the region was not among those decoded.
    func place(of region: Box) throws(ImagingError) -> (area: StoredArea, window: StoredWindow) {
        let area = try size.area(of: region).scaled(by: Double(eighths) / 8)
        let touched = StoredWindow(area, width: scaledWidth, height: scaledHeight)
        guard window.contains(touched) else { throw missing(region) }
        return (area, touched)
    }
}
