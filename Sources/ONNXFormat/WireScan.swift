// A look at the bytes before they are decoded.
//
// Protocol buffers: a message is a row of fields, each a tag (number << 3 | kind, as a varint) and a value; kind 0 is a
// varint, 1 eight bytes, 5 four bytes, 2 a length and that many bytes (text, bytes, a message, packed numbers).
//
// An empty message takes two bytes in the file and some hundred once decoded, so a small file can ask for gigabytes. The
// scan counts what will become a value of its own, and refuses what the reader would refuse anyway, before anything is
// allocated. It also knows where a file that was cut short ends, which a decoder doesn't say.

/// A message of the format whose fields are looked at; what is not listed counts as one field and is not entered.
private enum Message {
    case model, graph, node, attribute, tensor, value, type, tensorType, shape, annotation, device, sharding, shardedDim
    case plain

    /// What field `number` holds, where that is a message.
    func child(_ number: UInt64) -> Message? {
        switch (self, number) {
        case (.model, 7): .graph
        case (.graph, 1): .node
        case (.graph, 5), (.attribute, 5), (.attribute, 10): .tensor
        case (.graph, 11), (.graph, 12), (.graph, 13): .value
        case (.graph, 14): .annotation
        case (.node, 5): .attribute
        case (.node, 10): .device
        case (.value, 2), (.attribute, 14), (.attribute, 15): .type
        case (.type, 1), (.type, 8): .tensorType
        case (.tensorType, 2): .shape
        case (.device, 2): .sharding
        case (.sharding, 4): .shardedDim
        case (.model, 26), (.annotation, 2), (.sharding, 3), (.shardedDim, 2), (.shape, 1): .plain
        default: nil
        }
    }

    /// What Rooster doesn't take, by field.
    func refused(_ number: UInt64) -> String? {
        switch (self, number) {
        case (.model, 20): "holds training information"
        case (.model, 25): "holds functions"
        case (.graph, 15), (.attribute, 22), (.attribute, 23): "holds sparse tensors"
        case (.attribute, 6), (.attribute, 11): "holds a subgraph (If, Loop, Scan)"
        default: nil
        }
    }
}

/// Walks once over the whole file without allocating.
struct WireScan {
    private let bytes: UnsafeRawBufferPointer
    private let limits: ONNXLimits
    private var fields = 0

    /// - Throws: where the bytes are no protocol buffer of this shape, hold more than `limits`, or what isn't supported.
    static func check(_ bytes: UnsafeRawBufferPointer, limits: ONNXLimits) throws(ONNXFormatError) {
        guard bytes.count > 0 else { throw ONNXFormatError(.notONNX, "there are no bytes", at: "") }
        guard bytes.count <= limits.bytes else {
            throw ONNXFormatError(
                .tooLarge, "the file has \(bytes.count) bytes, at most \(limits.bytes) are taken", at: "")
        }
        var scan = WireScan(bytes: bytes, limits: limits, fields: 0)
        try scan.walk(.model, from: 0, to: bytes.count)
    }

    private mutating func walk(_ message: Message, from start: Int, to end: Int) throws(ONNXFormatError) {
        var position = start
        while position < end {
            let begin = position
            let tag = try varint(&position, end: end)
            let number = tag >> 3
            if message == .model, number == 0 || number > 100 {
                throw ONNXFormatError(.notONNX, "these bytes are not an ONNX model", at: "byte \(begin)")
            }
            fields += 1
            guard fields <= limits.fields else {
                throw ONNXFormatError(.tooLarge, "more than \(limits.fields) fields", at: "byte \(begin)")
            }
            if let what = message.refused(number) {
                throw ONNXFormatError(.unsupported, "the model \(what), which Rooster doesn't run", at: "byte \(begin)")
            }
            switch tag & 7 {
            case 0: _ = try varint(&position, end: end)
            case 1: try skip(8, &position, end: end, begin: begin)
            case 5: try skip(4, &position, end: end, begin: begin)
            case 2:
                let length = try varint(&position, end: end)
                let content = position
                try skip(length, &position, end: end, begin: begin)
                if let child = message.child(number), child != .plain {
                    try walk(child, from: content, to: position)
                }
            default:
                throw ONNXFormatError(
                    message == .model ? .notONNX : .malformed, "these bytes are not an ONNX model", at: "byte \(begin)")
            }
        }
    }

    private func skip(
        _ length: UInt64, _ position: inout Int, end: Int, begin: Int
    ) throws(ONNXFormatError) {
        guard length <= UInt64(end - position) else {
            guard end == bytes.count else {
                throw ONNXFormatError(.malformed, "a field is longer than what holds it", at: "byte \(begin)")
            }
            throw ONNXFormatError(
                .truncated, "the file ends after \(end) bytes, inside a field of \(length)", at: "byte \(begin)")
        }
        position += Int(length)
    }

    private func varint(_ position: inout Int, end: Int) throws(ONNXFormatError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < end else {
                throw ONNXFormatError(
                    end == bytes.count ? .truncated : .malformed, "a number is cut off", at: "byte \(end)")
            }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw ONNXFormatError(.malformed, "a number is longer than ten bytes", at: "byte \(position)")
    }
}
