/// The last of what a program printed.
struct OutputTail {
    /// How much is kept (DESIGN section 6).
    static let kept = 4 * 1_024

    private var bytes: [UInt8] = []

    /// Takes in more output. Amortised O(count), bounded memory.
    mutating func append(_ more: UnsafeRawBufferPointer) {
        if more.count >= Self.kept {
            bytes = Array(more.suffix(Self.kept))
            return
        }
        bytes.append(contentsOf: more)
        if bytes.count > 4 * Self.kept { bytes.removeFirst(bytes.count - Self.kept) }
    }

    /// As text that a page and a database can hold: whole letters of UTF-8, control characters as `U+FFFD`. Nil where
    /// nothing was printed.
    var text: String? {
        if bytes.isEmpty { return nil }
        var tail = bytes.suffix(Self.kept)
        if bytes.count > tail.count {
            // at most three bytes of a letter whose beginning was cut off
            tail = tail.dropFirst(tail.prefix(3).prefix { $0 & 0xC0 == 0x80 }.count)
        }
        var text = String.UnicodeScalarView()
        for scalar in String(decoding: tail, as: UTF8.self).unicodeScalars {
            let isControl = scalar.value < 0x20 && scalar != "\n" && scalar != "\t" || (0x7F..<0xA0) ~= scalar.value
            text.append(isControl ? "\u{FFFD}" : scalar)
        }
        return String(text)
    }
}
