import Glibc

// Whether a JPEG is all there.
//
//     SOI  segment*  SOS entropy-coded data  (segment* SOS data)*  EOI  anything
//
// A segment is FF, a code, two bytes of length (big-endian, themselves included) and its content. EXIF puts a small JPEG
// with an end marker of its own into the APP1 segment, so the marker counts only outside of segments. In entropy-coded
// data FF is always followed by 00 (a plain FF) or D0-D7 (restart): FF D9 there is the end.

/// Finds the outer end marker.
enum JPEGEnd {
    /// Whether `bytes` begin like a JPEG and reach its outer end marker; what comes after it does not matter.
    /// - Complexity: O(number of segments) where the file ends with the marker, O(bytes) else.
    static func isPresent(in bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count >= 4, bytes[0] == 0xFF, bytes[1] == 0xD8 else { return false }
        var offset = 2
        while offset + 1 < bytes.count {
            guard bytes[offset] == 0xFF else {
                guard let next = nextFF(in: bytes, from: offset) else { return false }
                offset = next
                continue
            }
            switch bytes[offset + 1] {
            case 0xD9: return true
            case 0xFF: offset += 1  // fill bytes may stand before any marker
            case 0x00, 0x01, 0xD0...0xD8: offset += 2
            case let code:
                guard offset + 3 < bytes.count else { return false }
                let length = Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3])
                guard length >= 2 else { return false }
                offset += 2 + length
                if code == 0xDA, offset <= bytes.count - 2, endsWithMarker(bytes) { return true }
            }
        }
        return false
    }

    private static func endsWithMarker(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes[bytes.count - 2] == 0xFF && bytes[bytes.count - 1] == 0xD9
    }

    private static func nextFF(in bytes: UnsafeRawBufferPointer, from offset: Int) -> Int? {
        guard let start = bytes.baseAddress,
            let found = memchr(start + offset, 0xFF, bytes.count - offset)
        else { return nil }
        return UnsafeRawPointer(found) - start
    }
}
