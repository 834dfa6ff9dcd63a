import Vocabulary

/// The orientation and the time in an EXIF block: a TIFF file without pictures.
///
///     "Exif" 0 0 | "II" or "MM", 42, offset of the first directory | ... | count, then 12 bytes an entry: tag, type, count, value
///
/// Offsets count from the "II" or "MM". Everything comes from outside and is often wrong; a block that makes no sense has
/// no orientation and no time, which is never an error. Only the first directory and the one it names as the camera's are
/// read, so that loops of directories do no harm.
enum EXIF {
    /// The bytes before the TIFF header.
    static let signature: [UInt8] = [0x45, 0x78, 0x69, 0x66, 0, 0]
    private static let orientationTag = 0x0112
    /// When the file was changed: all that some cameras write.
    private static let changedTag = 0x0132
    /// Where the camera's own directory is.
    private static let cameraTag = 0x8769
    /// When the picture was taken, in the camera's own directory.
    private static let takenTag = 0x9003
    private static let entrySize = 12

    /// - Parameter block: the contents of an APP1 segment behind its length.
    /// - Returns: 1 to 8; nil where the block is not EXIF, is broken, or has no valid orientation.
    static func orientation(_ block: UnsafeRawBufferPointer) -> Int? {
        guard let (tiff, isBigEndian, directory) = first(block),
            let entry = entry(orientationTag, in: directory, of: tiff, isBigEndian)
        else { return nil }
        return value(at: entry, of: tiff, isBigEndian).flatMap { (1...8).contains($0) ? $0 : nil }
    }

    /// - Parameter block: the contents of an APP1 segment behind its length.
    /// - Returns: local time of an unknown zone, as if it were UTC; nil where there is none, or the camera's clock was
    ///   never set ("0000:00:00 00:00:00").
    static func taken(_ block: UnsafeRawBufferPointer) -> Instant? {
        guard let (tiff, isBigEndian, directory) = first(block) else { return nil }
        if let camera = entry(cameraTag, in: directory, of: tiff, isBigEndian),
            let start = value(at: camera, of: tiff, isBigEndian), start >= 8,
            let entry = entry(takenTag, in: start, of: tiff, isBigEndian),
            let time = time(at: entry, of: tiff, isBigEndian)
        {
            return time
        }
        return entry(changedTag, in: directory, of: tiff, isBigEndian)
            .flatMap { time(at: $0, of: tiff, isBigEndian) }
    }

    /// The TIFF file in the block, and where its first directory is.
    private static func first(
        _ block: UnsafeRawBufferPointer
    ) -> (tiff: UnsafeRawBufferPointer, isBigEndian: Bool, directory: Int)? {
        guard block.count >= signature.count, block.prefix(signature.count).elementsEqual(signature) else { return nil }
        let tiff = UnsafeRawBufferPointer(rebasing: block.dropFirst(signature.count))
        let isBigEndian: Bool
        switch (byte(0, of: tiff), byte(1, of: tiff)) {
        case (0x49, 0x49): isBigEndian = false
        case (0x4D, 0x4D): isBigEndian = true
        default: return nil
        }
        guard number(2, size: 2, of: tiff, isBigEndian) == 42,
            let directory = number(4, size: 4, of: tiff, isBigEndian), directory >= 8
        else { return nil }
        return (tiff, isBigEndian, directory)
    }

    /// Where the entry of a tag is; nil where a directory has none.
    private static func entry(
        _ wanted: Int, in directory: Int, of tiff: UnsafeRawBufferPointer, _ isBigEndian: Bool
    ) -> Int? {
        guard directory < tiff.count, let count = number(directory, size: 2, of: tiff, isBigEndian) else { return nil }
        // A directory may claim more entries than the block holds: those that are there count.
        for entry in 0..<min(count, tiff.count / entrySize) {
            let start = directory + 2 + entry * entrySize
            guard let tag = number(start, size: 2, of: tiff, isBigEndian) else { return nil }
            if tag == wanted { return start }
        }
        return nil
    }

    /// The single number of an entry. The standard says SHORT for most; some cameras write BYTE or LONG.
    private static func value(at entry: Int, of tiff: UnsafeRawBufferPointer, _ isBigEndian: Bool) -> Int? {
        guard number(entry + 4, size: 4, of: tiff, isBigEndian) == 1 else { return nil }
        switch number(entry + 2, size: 2, of: tiff, isBigEndian) {
        case 1: return number(entry + 8, size: 1, of: tiff, isBigEndian)
        case 3: return number(entry + 8, size: 2, of: tiff, isBigEndian)
        case 4: return number(entry + 8, size: 4, of: tiff, isBigEndian)
        default: return nil
        }
    }

    /// The time of an entry: "2026:05:12 07:42:00" and a NUL, as ASCII.
    private static func time(at entry: Int, of tiff: UnsafeRawBufferPointer, _ isBigEndian: Bool) -> Instant? {
        let length = 19
        guard number(entry + 2, size: 2, of: tiff, isBigEndian) == 2,
            let count = number(entry + 4, size: 4, of: tiff, isBigEndian), count >= length,
            let start = number(entry + 8, size: 4, of: tiff, isBigEndian), start <= tiff.count - length
        else { return nil }
        var text = [UInt8](tiff[start..<(start + length)])
        guard text[4] == UInt8(ascii: ":"), text[7] == UInt8(ascii: ":") else { return nil }
        (text[4], text[7], text[10]) = (UInt8(ascii: "-"), UInt8(ascii: "-"), UInt8(ascii: "T"))
        return Instant(String(decoding: text, as: UTF8.self) + "Z")
    }

    private static func byte(_ index: Int, of bytes: UnsafeRawBufferPointer) -> UInt8? {
        bytes.indices.contains(index) ? bytes[index] : nil
    }

    /// An unsigned number of `size` bytes (1 to 4) at `start`; nil where it does not lie in `bytes` or in an Int.
    private static func number(
        _ start: Int, size: Int, of bytes: UnsafeRawBufferPointer, _ isBigEndian: Bool
    ) -> Int? {
        guard start >= 0, start <= bytes.count - size else { return nil }
        var number: UInt32 = 0
        for index in 0..<size {
            number = number << 8 | UInt32(bytes[isBigEndian ? start + index : start + size - 1 - index])
        }
        return Int(exactly: number)
    }
}
