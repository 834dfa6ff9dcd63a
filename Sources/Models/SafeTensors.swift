import Foundation

/// Named arrays in one file, as the safetensors format lays them down.
///
///     header length (8 bytes, little-endian) | header, JSON padded with blanks | the arrays' bytes
///     {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [from, to]}, "__metadata__": {...}}
///
/// Offsets count from the end of the header. Everything comes from outside: sizes are checked against each other and
/// against the file before anything is read.
struct SafeTensors {
    /// The kinds of numbers Rooster uses, by their name in the header.
    enum Kind: String {
        case float32 = "F32"
        case float16 = "F16"
        case int32 = "I32"

        var bytes: Int { self == .float16 ? 2 : 4 }
    }

    private struct Entry: Decodable {
        var dtype: String
        var shape: [Int]
        var offsets: [Int]

        private enum CodingKeys: String, CodingKey {
            case dtype, shape
            case offsets = "data_offsets"
        }
    }

    /// The header: entries by name, the free-form metadata left out.
    private struct Header: Decodable {
        var entries: [String: Entry] = [:]

        private struct Name: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init?(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Name.self)
            for key in container.allKeys where key.stringValue != "__metadata__" {
                entries[key.stringValue] = try container.decode(Entry.self, forKey: key)
            }
        }
    }

    /// No header of a head is longer.
    private static let longestHeader = 65_536
    private let entries: [String: Entry]
    private let body: Data

    /// Why a file is refused, in a sentence.
    struct Fault: Error {
        var words: String
    }

    init(_ bytes: Data) throws(Fault) {
        guard bytes.count >= 8 else { throw Fault(words: "it has \(bytes.count) bytes: too few for a header") }
        let length = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(min(Self.longestHeader, bytes.count - 8)) else {
            throw Fault(words: "its header claims \(length) bytes")
        }
        let end = bytes.startIndex + 8 + Int(length)
        do {
            entries = try JSONDecoder().decode(Header.self, from: bytes[(bytes.startIndex + 8)..<end]).entries
        } catch {
            throw Fault(words: "its header is not one of safetensors: \(Models.words(error))")
        }
        body = bytes[end...]
    }

    /// The bytes of an array.
    /// - Parameter dimensions: how many numbers its shape has to have.
    /// - Returns: shape and bytes, as many as the shape needs.
    func array(_ name: String, _ kind: Kind, dimensions: Int) throws(Fault) -> (shape: [Int], bytes: Data) {
        guard let entry = entries[name] else { throw Fault(words: "it has no '\(name)'") }
        guard entry.dtype == kind.rawValue, entry.shape.count == dimensions, entry.offsets.count == 2 else {
            throw Fault(words: "'\(name)' is not \(kind.rawValue) with \(dimensions) dimensions")
        }
        var size = kind.bytes
        for side in entry.shape {
            let (product, overflows) = size.multipliedReportingOverflow(by: side)
            guard side >= 0, !overflows else { throw Fault(words: "'\(name)' has the shape \(entry.shape)") }
            size = product
        }
        let (start, end) = (entry.offsets[0], entry.offsets[1])
        guard start >= 0, start <= end, end <= body.count, end - start == size else {
            throw Fault(words: "'\(name)' with the shape \(entry.shape) is not at \(start) to \(end)")
        }
        return (entry.shape, body[(body.startIndex + start)..<(body.startIndex + end)])
    }

    /// Numbers of a little-endian machine, whatever their place in the file.
    static func values<Number: BitwiseCopyable>(_ bytes: Data, as type: Number.Type) -> [Number] {
        let count = bytes.count / MemoryLayout<Number>.stride
        return [Number](unsafeUninitializedCapacity: count) { target, written in
            written = bytes.copyBytes(to: target) / MemoryLayout<Number>.stride
        }
    }

    /// A file with these arrays in this order; the same bytes for the same values.
    static func file(_ arrays: [(name: String, kind: Kind, shape: [Int], bytes: Data)]) -> Data {
        var (header, start) = ([String](), 0)
        for array in arrays {
            let shape = array.shape.map(String.init).joined(separator: ",")
            let end = start + array.bytes.count
            header.append(
                "\"\(array.name)\":{\"dtype\":\"\(array.kind.rawValue)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(start),\(end)]}")
            start = end
        }
        var text = "{" + header.joined(separator: ",") + "}"
        text += String(repeating: " ", count: (8 - text.utf8.count % 8) % 8)
        var file = withUnsafeBytes(of: UInt64(text.utf8.count).littleEndian) { Data($0) }
        file.append(Data(text.utf8))
        for array in arrays { file.append(array.bytes) }
        return file
    }
}
