/// Picks places of a photo, spread over it and always the same ones.
struct Places {
    private var state: UInt64

    init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) }

    /// - Returns: `count` of `total` places in ascending order, one of each stretch; all where there are no more.
    mutating func pick(_ count: Int, of total: Int) -> [Int] {
        guard count < total else { return Array(0..<total) }
        return (0..<count).map { index in
            let (first, end) = (index * total / count, (index + 1) * total / count)
            return first + Int(next() % UInt64(end - first))
        }
    }

    /// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators).
    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

extension PlacedWindow {
    /// What the taps over one place of a plane see: whole steps of `scale`, 0 beyond the border.
    func gather(
        _ plane: UnsafeBufferPointer<Float>, height: Int, width: Int, place: Int, perStep: Float,
        into target: inout [Float], at start: Int
    ) {
        let (row, column) = (place / self.width, place % self.width)
        var index = start
        for tap in 0..<window.kernel.height {
            let y = self.row(row, tap: tap)
            for across in 0..<window.kernel.width {
                let x = self.column(column, tap: across)
                let isInside = (0..<height).contains(y) && (0..<width).contains(x)
                target[index] = isInside ? (plane[y * width + x] * perStep).rounded(.toNearestOrEven) : 0
                index += 1
            }
        }
    }
}
