import Foundation

/// The arrays of a `.npz` file: a zip of `.npy` files, stored or deflated.
struct NumPyArchive {
    private var entries: [String: [UInt8]] = [:]

    init(_ url: URL) throws {
        let bytes = [UInt8](try Data(contentsOf: url))
        func number(_ place: Int, _ size: Int) -> Int {
            (0..<size).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
        }
        // The directory at the end has the sizes, which the headers before the entries may lack.
        guard let end = (0...bytes.count - 22).last(where: { number($0, 4) == 0x0605_4B50 }) else { return }
        var place = number(end + 16, 4)
        for _ in 0..<number(end + 10, 2) {
            let (method, packed, size) = (number(place + 10, 2), number(place + 20, 4), number(place + 24, 4))
            let (name, header) = (number(place + 28, 2), number(place + 42, 4))
            let start = header + 30 + number(header + 26, 2) + number(header + 28, 2)
            let content = bytes[start..<start + packed]
            let title = String(decoding: bytes[place + 46..<place + 46 + name], as: UTF8.self)
            entries[title] = method == 0 ? Array(content) : try Inflate.decode(content, size: size)
            place += 46 + name + number(place + 30, 2) + number(place + 32, 2)
        }
    }

    /// The elements of an array behind its header.
    private func content(_ name: String) -> ArraySlice<UInt8> {
        guard let bytes = entries[name + ".npy"] else { return [] }
        return bytes[(10 + Int(bytes[8]) + Int(bytes[9]) << 8)...]
    }

    func bytes(_ name: String) -> [UInt8] { Array(content(name)) }

    func floats(_ name: String) -> [Float] {
        let content = Array(content(name))
        return content.withUnsafeBytes { raw in
            (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
        }
    }
}
