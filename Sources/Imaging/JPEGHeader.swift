import Vocabulary

/// What the segments before the first scan say, read without libjpeg: size, kind of coding, orientation.
///
///     FF D8 (SOI) | FF marker, length (2 bytes, itself included), contents | ... | FF DA (SOS), coded data
///
/// As lenient as libjpeg: garbage between segments and fill bytes are skipped.
struct JPEGHeader {
    /// A frame header (SOF).
    struct Frame {
        /// The process: the low nibble of the marker.
        let process: Int
        let precision: Int
        let width: Int
        let height: Int
        let components: Int

        /// Baseline, extended, progressive; the same with arithmetic coding.
        var isSupported: Bool { [0, 1, 2, 9, 10].contains(process) && precision == 8 }

        /// What it is, where that is not supported.
        var description: String {
            if precision != 8 { return "\(precision) bits a sample" }
            switch process {
            case 3, 11: return "lossless coding"
            case 5, 6, 7, 13, 14, 15: return "hierarchical coding"
            default: return "coding process \(process)"
            }
        }
    }

    /// The first frame header; nil where there is none before the first scan, or where the bytes end before it.
    private(set) var frame: Frame?
    /// That of the first EXIF block that has one.
    private(set) var orientation = Orientation.upright
    /// When the camera took it, by its own clock.
    private(set) var taken: Instant?
    /// The bytes ended before the first scan began.
    private(set) var endsEarly = true

    /// - Throws: `empty`, `not_jpeg`, or `truncated` for a lone first byte. Everything else is left to the reader.
    init(_ jpeg: UnsafeRawBufferPointer) throws(ImagingError) {
        guard let first = jpeg.first else { throw ImagingError(.empty, "is empty") }
        guard first == 0xFF, jpeg.count == 1 || jpeg[1] == 0xD8 else {
            throw ImagingError(.notJPEG, "is not a JPEG: it begins with \(Signature.describe(jpeg))")
        }
        var hasOrientation = false
        var segments = JPEGSegments(jpeg)
        while let segment = segments.next() {
            switch segment.marker {
            case 0xC0...0xCF where ![0xC4, 0xC8, 0xCC].contains(segment.marker):
                if frame == nil { frame = Self.frame(segment) }
            case 0xE1 where !hasOrientation:
                taken = taken ?? EXIF.taken(segment.contents)
                guard let exif = EXIF.orientation(segment.contents) else { break }
                orientation = Orientation(exif: exif)
                hasOrientation = true
            case 0xDA:
                endsEarly = false
                return
            case 0xD9:
                endsEarly = false  // an end marker instead of a picture
                return
            default: break
            }
        }
    }

    private static func frame(_ segment: JPEGSegments.Segment) -> Frame? {
        let contents = segment.contents
        guard contents.count >= 6 else { return nil }
        func pair(_ index: Int) -> Int { Int(contents[index]) << 8 | Int(contents[index + 1]) }
        return Frame(
            process: Int(segment.marker & 0x0F), precision: Int(contents[0]), width: pair(3), height: pair(1),
            components: Int(contents[5]))
    }
}

/// Size and orientation of a JPEG.
public struct Dimensions: Hashable, Sendable {
    /// Pixels, upright.
    public let width: Int
    /// Pixels, upright.
    public let height: Int
    /// How the stored picture has to be turned.
    public let orientation: Orientation
}

/// Reads the size from the headers, without decoding.
/// - Throws: `empty`, `not_jpeg`, `truncated` or `corrupt` where the headers do not say. A size beyond the limits or a kind
///   that cannot be decoded is no error here.
/// - Complexity: O(bytes before the first scan); allocates nothing.
public func dimensions(of jpeg: UnsafeRawBufferPointer) throws(ImagingError) -> Dimensions {
    let header = try JPEGHeader(jpeg)
    guard let frame = header.frame else {
        throw header.endsEarly
            ? ImagingError(.truncated, "ends inside the headers at byte \(jpeg.count)")
            : ImagingError(.corrupt, "has no frame header before its image data")
    }
    guard frame.width > 0, frame.height > 0 else {
        throw ImagingError(.corrupt, "says that it is \(frame.width)x\(frame.height) pixels")
    }
    let size = header.orientation.turned(width: frame.width, height: frame.height)
    return Dimensions(width: size.width, height: size.height, orientation: header.orientation)
}
