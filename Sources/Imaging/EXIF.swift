/// The orientation in an EXIF block: a TIFF file without pictures.
///
///     "Exif" 0 0 | "II" or "MM", 42, offset of the first directory | ... | count, then 12 bytes an entry: tag, type, count, value
///
/// Offsets count from the "II" or "MM". Everything comes from outside and is often wrong; a block that makes no sense has
/// no orientation, which is never an error. Only the first directory is read, so that loops of directories do no harm.
enum EXIF {
    /// The bytes before the TIFF header.
    static let signature: [UInt8] = [0x45, 0x78, 0x69, 0x66, 0, 0]
    private static let orientationTag = 0x0112
    private static let entrySize = 12

    /// - Parameter block: the contents of an APP1 segment behind its length.
    /// - Returns: 1 to 8; nil where the block is not EXIF, is broken, or has no valid orientation.
    static func orientation(_ block: UnsafeRawBufferPointer) -> Int? {
        guard block.count >= signature.count, block.prefix(signature.count).elementsEqual(signature) else { return nil }
        let tiff = UnsafeRawBufferPointer(rebasing: block.dropFirst(signature.count))
        let isBigEndian: Bool
        switch (byte(0, of: tiff), byte(1, of: tiff)) {
        case (0x49, 0x49): isBigEndian = false
        case (0x4D, 0x4D): isBigEndian = true
        default: return nil
        }
        guard number(2, size: 2, of: tiff, isBigEndian) == 42,
            let directory = number(4, size: 4, of: tiff, isBigEndian),
            directory >= 8, directory < tiff.count,
            let count = number(directory, size: 2, of: tiff, isBigEndian)
        else { return nil }
        // A directory may claim more entries than the block holds: those that are there count.
        for entry in 0..<min(count, tiff.count / entrySize) {
            let start = directory + 2 + entry * entrySize
            guard let tag = number(start, size: 2, of: tiff, isBigEndian) else { return nil }
            guard tag == orientationTag else { continue }
            return value(at: start, of: tiff, isBigEndian).flatMap { (1...8).contains($0) ? $0 : nil }
        }
        return nil
    }

    /// The single number of an entry. The standard says SHORT; some cameras write BYTE or LONG.
    private static func value(at entry: Int, of tiff: UnsafeRawBufferPointer, _ isBigEndian: Bool) -> Int? {
        guard number(entry + 4, size: 4, of: tiff, isBigEndian) == 1 else { return nil }
        switch number(entry + 2, size: 2, of: tiff, isBigEndian) {
        case 1: return number(entry + 8, size: 1, of: tiff, isBigEndian)
        case 3: return number(entry + 8, size: 2, of: tiff, isBigEndian)
        case 4: return number(entry + 8, size: 4, of: tiff, isBigEndian)
        default: return nil
        }
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
