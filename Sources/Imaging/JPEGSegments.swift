/// Walks the marker segments of a JPEG up to the first scan.
struct JPEGSegments {
    /// One segment.
    struct Segment {
        /// The second byte of the marker.
        let marker: UInt8
        /// The contents behind the length, cut where the bytes end.
        let contents: UnsafeRawBufferPointer
    }

    private let bytes: UnsafeRawBufferPointer
    private var position = 2  // behind SOI

    /// - Parameter bytes: begin with an SOI marker.
    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The next segment; nil at the end of the bytes.
    mutating func next() -> Segment? {
        while position < bytes.count - 1 {
            guard bytes[position] == 0xFF, bytes[position + 1] != 0, bytes[position + 1] != 0xFF else {
                position += 1  // garbage or a fill byte
                continue
            }
            let marker = bytes[position + 1]
            position += 2
            if (0xD0...0xD8).contains(marker) || marker == 0x01 { continue }  // these stand alone
            if marker == 0xD9 {
                return Segment(marker: marker, contents: UnsafeRawBufferPointer(rebasing: bytes[..<0]))
            }
            guard position <= bytes.count - 2 else { return nil }
            let length = max(2, Int(bytes[position]) << 8 | Int(bytes[position + 1]))
            let end = min(bytes.count, position + length)
            let contents = UnsafeRawBufferPointer(rebasing: bytes[(position + 2)..<end])
            position += length
            return Segment(marker: marker, contents: contents)
        }
        return nil
    }
}

/// What a file that is no JPEG is instead, by its first bytes.
enum Signature {
    private static let known: [(name: String, offset: Int, bytes: [UInt8])] = [
        ("a PNG", 0, [0x89, 0x50, 0x4E, 0x47]),
        ("a GIF", 0, Array("GIF8".utf8)),
        ("a BMP", 0, Array("BM".utf8)),
        ("a TIFF", 0, [0x49, 0x49, 0x2A, 0]),
        ("a TIFF", 0, [0x4D, 0x4D, 0, 0x2A]),
        ("a WebP", 8, Array("WEBP".utf8)),
        ("a HEIC or AVIF", 4, Array("ftyp".utf8)),
        ("an HTML page", 0, Array("<!".utf8)),
        ("an HTML page", 0, Array("<html".utf8)),
    ]

    /// "0x89 0x50 (a PNG)".
    static func describe(_ bytes: UnsafeRawBufferPointer) -> String {
        let start = bytes.prefix(2).map { byte in
            let digits = String(byte, radix: 16)
            return "0x" + (digits.count < 2 ? "0" : "") + digits
        }
        let format = known.first { bytes.dropFirst($0.offset).prefix($0.bytes.count).elementsEqual($0.bytes) }
        return start.joined(separator: " ") + (format.map { " (\($0.name))" } ?? "")
    }
}
