// What a picture looks like in a few numbers: enough to tell night, a glare, a lens out of focus and a camera that sends
// the same picture again and again. Nothing here knows what is usual: that is for whoever compares.
//
// Sharpness is the energy of the Laplacian (4c - n - s - w - e, squared, mean) of the luma divided by that of its means
// over 4x4 pixels, as log2. Lens blur takes the fine detail and leaves the coarse, so that the quotient falls; another
// light, another contrast or another scene changes both alike and leaves it nearly where it was. On a fixed yard camera:
// -0.2 to 0.6 by day, -1.1 to 0.4 by infrared, and -3.6 or less as soon as it is blurred by one decoded pixel.

import Glibc

/// What a picture looks like, in a few numbers.
public struct PictureFigures: Hashable, Sendable {
    /// Luma from 0 to 255: the mean.
    public var mean: Double
    /// Luma: 2 of 100 pixels are darker.
    public var darkest: Int
    /// Luma: 2 of 100 pixels are brighter. A date written into the picture is less than that.
    public var brightest: Int
    /// Fine detail by coarse, log2: -1 is half.
    public var sharpness: Double
    /// Pixels that were looked at.
    public var width: Int
    /// Pixels that were looked at.
    public var height: Int
    /// 8x8 cells by rows: what their pixels are, exactly; nil where a cell shows nothing (a white sky, the night).
    public var cells: [UInt64?]

    /// Of some made-up picture.
    public init(
        mean: Double, darkest: Int, brightest: Int, sharpness: Double, width: Int, height: Int, cells: [UInt64?]
    ) {
        self.mean = mean
        self.darkest = darkest
        self.brightest = brightest
        self.sharpness = sharpness
        self.width = width
        self.height = height
        self.cells = cells
    }

    /// Whether two pictures are the same one, whatever clock is written into a corner: three quarters of the cells that
    /// show something are equal to the last bit. Two pictures of a scene in which nothing moves are not: no sensor is
    /// without noise.
    /// - Returns: nil where too little is to be seen to tell.
    public func isSame(as other: PictureFigures) -> Bool? {
        guard width == other.width, height == other.height else { return false }
        let told = zip(cells, other.cells).filter { $0 != nil || $1 != nil }
        guard told.count >= Self.fewestCells else { return nil }
        return told.count { $0 == $1 } * 4 >= told.count * 3
    }

    /// Cells a side.
    static let side = 8
    /// Cells that have to show something.
    private static let fewestCells = 12
}

extension PictureFigures {
    /// The longest side of what is looked at: of larger pictures the middle.
    private static let longestSide = 1_024
    /// A cell whose luma differs less than this shows nothing: noise below it is what JPEG takes away.
    private static let fewestSteps: UInt8 = 16
    /// Keeps quotients of nothing by nothing far below those of pictures: without coarse detail there is no fine one.
    private static let (least, leastCoarse) = (0.05, 4.0)

    /// The figures of a decoded picture: of its middle, where it has more than 1024 pixels a side.
    /// - Complexity: O(pixels looked at); allocates one byte for each.
    public init(_ picture: Picture) {
        let width = min(picture.window.width, Self.longestSide)
        let height = min(picture.window.height, Self.longestSide)
        let left = (picture.window.width - width) / 2
        let top = (picture.window.height - height) / 2
        var luma = [UInt8](repeating: 0, count: width * height)
        var counts = [Int](repeating: 0, count: 256)
        let bytes = UnsafeRawBufferPointer(picture.pixels.bytes)
        luma.withUnsafeMutableBufferPointer { luma in
            counts.withUnsafeMutableBufferPointer { counts in
                for y in 0..<height {
                    var source = (top + y) * picture.stride + left * 4
                    for x in 0..<width {
                        let value = Self.luma(bytes[source], bytes[source + 1], bytes[source + 2])
                        luma[y * width + x] = value
                        counts[Int(value)] += 1
                        source += 4
                    }
                }
            }
        }
        self.init(luma: luma, counts: counts, width: width, height: height)
    }

    private static func luma(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
        UInt8((77 * Int(red) + 150 * Int(green) + 29 * Int(blue)) >> 8)
    }

    private init(luma: [UInt8], counts: [Int], width: Int, height: Int) {
        let total = max(1, luma.count)
        let coarse = Self.means(luma, width: width, height: height)
        let fine = Self.energy(luma, width: width, height: height)
        let rough = Self.energy(coarse, width: width / 4, height: height / 4)
        self.init(
            mean: Double(counts.enumerated().reduce(0) { $0 + $1.offset * $1.element }) / Double(total),
            darkest: Self.percentile(counts, total / 50), brightest: Self.percentile(counts, total - 1 - total / 50),
            sharpness: log2((fine + Self.least) / (rough + Self.leastCoarse)), width: width, height: height,
            cells: Self.cells(luma, width: width, height: height))
    }

    /// The value of the pixel at a place, were they sorted.
    private static func percentile(_ counts: [Int], _ place: Int) -> Int {
        var left = place
        for (value, count) in counts.enumerated() {
            left -= count
            if left < 0 { return value }
        }
        return 255
    }

    /// Means over 4x4 pixels, rounded; a rest at the edges is left out.
    private static func means(_ luma: [UInt8], width: Int, height: Int) -> [UInt8] {
        let (columns, rows) = (width / 4, height / 4)
        var means = [UInt8](repeating: 0, count: columns * rows)
        luma.withUnsafeBufferPointer { luma in
            for row in 0..<rows {
                for column in 0..<columns {
                    var sum = 8
                    for y in 0..<4 {
                        let start = (row * 4 + y) * width + column * 4
                        for x in 0..<4 { sum += Int(luma[start + x]) }
                    }
                    means[row * columns + column] = UInt8(sum / 16)
                }
            }
        }
        return means
    }

    /// The mean square of the Laplacian; 0 where there is no pixel with four neighbours.
    private static func energy(_ luma: [UInt8], width: Int, height: Int) -> Double {
        guard width > 2, height > 2 else { return 0 }
        var sum = 0
        luma.withUnsafeBufferPointer { luma in
            for y in 1..<(height - 1) {
                for place in (y * width + 1)..<(y * width + width - 1) {
                    let around =
                        Int(luma[place - 1]) + Int(luma[place + 1]) + Int(luma[place - width])
                        + Int(luma[place + width])
                    let value = 4 * Int(luma[place]) - around
                    sum += value * value
                }
            }
        }
        return Double(sum) / Double((width - 2) * (height - 2))
    }

    private static func cells(_ luma: [UInt8], width: Int, height: Int) -> [UInt64?] {
        luma.withUnsafeBufferPointer { luma in
            (0..<(side * side)).map { cell in
                let (row, column) = (cell / side, cell % side)
                let columns = (width * column / side)..<(width * (column + 1) / side)
                var digest: UInt64 = 0xCBF2_9CE4_8422_2325  // FNV-1a
                var (least, most) = (UInt8.max, UInt8.min)
                for y in (height * row / side)..<(height * (row + 1) / side) {
                    for x in columns {
                        let value = luma[y * width + x]
                        digest = (digest ^ UInt64(value)) &* 0x100_0000_01B3
                        least = min(least, value)
                        most = max(most, value)
                    }
                }
                return most > least && most - least >= fewestSteps ? digest : nil
            }
        }
    }
}
