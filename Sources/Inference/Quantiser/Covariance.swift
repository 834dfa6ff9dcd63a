/// How what a layer reads varies together: covariances of the columns of its weights over places in the photos.
///
/// In steps of the input's bytes: sums of 256 products of bytes are whole numbers that fp32 holds exactly, so that every
/// instruction set gives the same. Wide layers are taken apart into blocks of columns.
struct Covariance {
    /// Columns `first...` with their matrix, row by row.
    struct Block {
        let first: Int
        let size: Int
        fileprivate(set) var matrix: [Double]
    }

    private(set) var blocks: [Block]
    private(set) var rows = 0
    private let columns: Int
    private var sums: [Double]
    private var pending: [Float] = []

    private static let most = 1_152
    private static let turn = 256

    /// - Parameter columns: those of an input channel, `step`, stay together.
    init(columns: Int, step: Int) {
        self.columns = columns
        let most = max(Self.most / step * step, step)
        let count = (columns + most - 1) / most
        let size = (columns / step + count - 1) / count * step
        blocks = stride(from: 0, to: columns, by: size).map { first in
            let size = min(size, columns - first)
            return Block(first: first, size: size, matrix: [Double](repeating: 0, count: size * size))
        }
        sums = [Double](repeating: 0, count: columns)
        pending.reserveCapacity(Self.turn * columns)
    }

    /// Takes what one place of a photo shows.
    mutating func add(_ row: [Float]) {
        pending += row
        rows += 1
        if rows % Self.turn == 0 { flush() }
    }

    private mutating func flush() {
        let count = pending.count / columns
        guard count > 0 else { return }
        for column in 0..<columns {
            var sum: Float = 0
            for row in 0..<count { sum += pending[row * columns + column] }
            sums[column] += Double(sum)
        }
        for index in blocks.indices {
            let (first, size) = (blocks[index].first, blocks[index].size)
            var packed = PackedMatrix(depth: count, columns: size)
            var turned = [Float](repeating: 0, count: size * count)
            for row in 0..<count {
                for column in 0..<size {
                    let value = pending[row * columns + first + column]
                    packed[row, column] = value
                    turned[column * count + row] = value
                }
            }
            let products = packed.product(turned, rows: size)
            for place in products.indices { blocks[index].matrix[place] += Double(products[place]) }
        }
        pending.removeAll(keepingCapacity: true)
    }

    /// The covariances themselves: after the last row.
    func finished() -> Covariance {
        var copy = self
        copy.flush()
        let count = Double(max(rows, 1))
        for index in copy.blocks.indices {
            let (first, size) = (copy.blocks[index].first, copy.blocks[index].size)
            for row in 0..<size {
                let mean = copy.sums[first + row] / count
                for column in 0..<size {
                    let product = copy.blocks[index].matrix[row * size + column] / count
                    copy.blocks[index].matrix[row * size + column] = product - mean * copy.sums[first + column] / count
                }
            }
        }
        return copy
    }
}

/// Covariances of the taps of each channel's own filter.
struct TapCovariance {
    let taps: Int
    private(set) var rows = 0
    /// For each channel a matrix of taps.
    private(set) var matrices: [Double]
    private var sums: [Double]

    init(channels: Int, taps: Int) {
        self.taps = taps
        matrices = [Double](repeating: 0, count: channels * taps * taps)
        sums = [Double](repeating: 0, count: channels * taps)
    }

    /// Takes some places of one photo, at most 256.
    /// - Parameter places: for each channel, place by place, the taps.
    mutating func add(_ places: [Float], count: Int) {
        rows += count
        var products = [Float](repeating: 0, count: taps * taps)
        let taps = taps
        places.withUnsafeBufferPointer { places in
            for channel in 0..<matrices.count / (taps * taps) {
                products.withUnsafeMutableBufferPointer { products in
                    products.update(repeating: 0)
                    for place in 0..<count {
                        let row = (channel * count + place) * taps
                        for left in 0..<taps {
                            let value = places[row + left]
                            sums[channel * taps + left] += Double(value)
                            for right in left..<taps { products[left * taps + right] += value * places[row + right] }
                        }
                    }
                }
                for place in products.indices { matrices[channel * taps * taps + place] += Double(products[place]) }
            }
        }
    }

    /// One channel's covariances.
    func matrix(_ channel: Int) -> [Double] {
        let count = Double(max(rows, 1))
        var answer = [Double](repeating: 0, count: taps * taps)
        for left in 0..<taps {
            for right in left..<taps {
                let product = matrices[(channel * taps + left) * taps + right] / count
                let value = product - sums[channel * taps + left] / count * sums[channel * taps + right] / count
                answer[left * taps + right] = value
                answer[right * taps + left] = value
            }
        }
        return answer
    }
}
