/// Decompresses deflated data (RFC 1951), as `.npz` files hold it. Plain and slow: for tests.
struct Inflate {
    struct Broken: Error {}

    private let input: ArraySlice<UInt8>
    private var position: Int
    private var bits: UInt32 = 0
    private var bitCount = 0
    private var output: [UInt8] = []

    static func decode(_ input: ArraySlice<UInt8>, size: Int) throws -> [UInt8] {
        var inflate = Inflate(input: input, position: input.startIndex)
        inflate.output.reserveCapacity(size)
        while try !inflate.block() {}
        guard inflate.output.count == size else { throw Broken() }
        return inflate.output
    }

    private init(input: ArraySlice<UInt8>, position: Int) {
        self.input = input
        self.position = position
    }

    private mutating func take(_ count: Int) throws -> Int {
        while bitCount < count {
            guard position < input.endIndex else { throw Broken() }
            bits |= UInt32(input[position]) << bitCount
            position += 1
            bitCount += 8
        }
        defer {
            bits >>= count
            bitCount -= count
        }
        return Int(bits & ((1 << count) - 1))
    }

    /// Codes by length and value, counted upwards as the format does.
    private struct Codes {
        var counts = [Int](repeating: 0, count: 16)
        var symbols: [Int] = []

        init(_ lengths: [Int]) {
            for length in lengths where length > 0 { counts[length] += 1 }
            for length in 1...15 { symbols += lengths.indices.filter { lengths[$0] == length } }
        }
    }

    private mutating func symbol(_ codes: Codes) throws -> Int {
        var (code, first, index) = (0, 0, 0)
        for length in 1...15 {
            code |= try take(1)
            let count = codes.counts[length]
            if code - count < first { return codes.symbols[index + code - first] }
            index += count
            first = (first + count) << 1
            code <<= 1
        }
        throw Broken()
    }

    /// One block; true after the last.
    private mutating func block() throws -> Bool {
        let isLast = try take(1) == 1
        switch try take(2) {
        case 0:
            (bits, bitCount) = (0, 0)
            let length = try take(8) | take(8) << 8
            _ = try (take(8), take(8))
            guard position + length <= input.endIndex else { throw Broken() }
            output += input[position..<position + length]
            position += length
        case 1:
            let lengths = (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
            try copy(Codes(lengths), Codes([Int](repeating: 5, count: 30)))
        case 2:
            let (literals, distances, codes) = (try take(5) + 257, try take(5) + 1, try take(4) + 4)
            var lengths = [Int](repeating: 0, count: 19)
            let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
            for index in 0..<codes { lengths[order[index]] = try take(3) }
            let table = Codes(lengths)
            var all: [Int] = []
            while all.count < literals + distances {
                switch try symbol(table) {
                case 16: all += [Int](repeating: all.last ?? 0, count: try take(2) + 3)
                case 17: all += [Int](repeating: 0, count: try take(3) + 3)
                case 18: all += [Int](repeating: 0, count: try take(7) + 11)
                case let length: all.append(length)
                }
            }
            try copy(Codes(Array(all[..<literals])), Codes(Array(all[literals...])))
        default: throw Broken()
        }
        return isLast
    }

    private mutating func copy(_ literals: Codes, _ distances: Codes) throws {
        while true {
            let code = try symbol(literals)
            if code < 256 {
                output.append(UInt8(code))
                continue
            }
            if code == 256 { return }
            let (base, extra) = Self.lengths[code - 257]
            let length = base + (try take(extra))
            let (farBase, farExtra) = Self.distances[try symbol(distances)]
            let distance = farBase + (try take(farExtra))
            guard distance <= output.count else { throw Broken() }
            for _ in 0..<length { output.append(output[output.count - distance]) }
        }
    }

    private static let lengths: [(Int, Int)] = {
        var (table, base) = ([(Int, Int)](), 3)
        for code in 0..<28 {
            let extra = code < 8 ? 0 : code / 4 - 1
            table.append((base, extra))
            base += 1 << extra
        }
        return table + [(258, 0)]
    }()

    private static let distances: [(Int, Int)] = {
        var (table, base) = ([(Int, Int)](), 1)
        for code in 0..<30 {
            let extra = code < 4 ? 0 : code / 2 - 1
            table.append((base, extra))
            base += 1 << extra
        }
        return table
    }()
}
