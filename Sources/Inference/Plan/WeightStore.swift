/// The constants of a plan, packed the way the kernels read them, one behind the other in one block.
///
/// Places are given out first, the block is filled at the end, and each source is let go as soon as it has been packed:
/// so a network is in memory hardly more than once.
struct WeightStore {
    private var fillers: [(offset: Int, count: Int, fill: (UnsafeMutableBufferPointer<Float>) -> Void)] = []
    private(set) var count = 0

    /// Reserves room for `count` float32, aligned to 64 bytes.
    /// - Parameter fill: writes all of them; called once.
    mutating func reserve(_ count: Int, fill: @escaping (UnsafeMutableBufferPointer<Float>) -> Void) -> WeightID {
        fillers.append((self.count, count, fill))
        let id = WeightID(offset: self.count)
        self.count += (count + 15) & ~15
        return id
    }

    /// Reserves room for floats as they are.
    mutating func reserve(_ floats: [Float]) -> WeightID {
        reserve(floats.count) { _ = $0.update(fromContentsOf: floats) }
    }

    /// Fills a block of `count` float32 and forgets the sources. The block's pages are touched one after the other, while
    /// those of the sources are given back.
    mutating func fill(_ block: UnsafeMutablePointer<Float>) {
        fillers.reverse()
        while let filler = fillers.popLast() {
            (block + filler.offset).initialize(repeating: 0, count: (filler.count + 15) & ~15)
            filler.fill(UnsafeMutableBufferPointer(start: block + filler.offset, count: filler.count))
        }
    }
}

/// A constant's place in the block of weights.
struct WeightID: Hashable, Sendable {
    /// In float32.
    let offset: Int
}
