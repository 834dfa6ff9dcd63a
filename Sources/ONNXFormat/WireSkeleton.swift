/// A model's bytes without those of its large constants: what has to be decoded, and where the rest lies.
///
/// Of bytes that ``WireScan`` has passed. A decoder copies what it decodes; the constants are nearly all of a file.
struct WireSkeleton {
    /// The same messages, without the raw bytes of initialisers that have at least ``large`` of them.
    private(set) var bytes: [UInt8] = []
    /// By initialiser, in the order of the file: where the raw bytes lie that were left out.
    private(set) var pieces: [Range<Int>?] = []

    /// Smaller ones are copied: they share their pages with others.
    static let large = 4_096

    init(_ file: UnsafeRawBufferPointer) {
        forEachField(file, 0..<file.count) { number, field, content in
            if number == 7, let content {
                bytes.append(message: graph(file, content), tag: 7)
            } else {
                bytes += file[field]
            }
        }
    }

    private mutating func graph(_ file: UnsafeRawBufferPointer, _ content: Range<Int>) -> [UInt8] {
        var graph: [UInt8] = []
        forEachField(file, content) { number, field, content in
            if number == 5, let content {
                graph.append(message: initializer(file, content), tag: 5)
            } else {
                graph += file[field]
            }
        }
        return graph
    }

    private mutating func initializer(_ file: UnsafeRawBufferPointer, _ content: Range<Int>) -> [UInt8] {
        var tensor: [UInt8] = []
        var piece: Range<Int>?
        forEachField(file, content) { number, field, content in
            if number == 9, let content {  // raw bytes; of two such fields the last one counts
                piece = content.count >= Self.large ? content : nil
                if piece != nil { return }
            }
            tensor += file[field]
        }
        pieces.append(piece)
        return tensor
    }
}

extension [UInt8] {
    /// A field that holds a message.
    fileprivate mutating func append(message: [UInt8], tag: UInt8) {
        append(tag << 3 | 2)
        var length = message.count
        while length >= 0x80 {
            append(UInt8(truncatingIfNeeded: length) | 0x80)
            length >>= 7
        }
        append(UInt8(length))
        self += message
    }
}

/// Calls `body` with the number and place of each field of a message, and the place of its content where it has a length.
private func forEachField(
    _ file: UnsafeRawBufferPointer, _ message: Range<Int>, _ body: (UInt64, Range<Int>, Range<Int>?) -> Void
) {
    var position = message.lowerBound
    func varint() -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < message.upperBound, shift < 70 {
            let byte = file[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { break }
            shift += 7
        }
        return value
    }
    while position < message.upperBound {
        let start = position
        let tag = varint()
        var content: Range<Int>?
        switch tag & 7 {
        case 0: _ = varint()
        case 1: position += 8
        case 5: position += 4
        default:
            let length = Int(clamping: varint())
            content = position..<position + min(length, message.upperBound - position)
            position = content?.upperBound ?? position
        }
        position = min(position, message.upperBound)
        body(tag >> 3, start..<position, content)
    }
}
