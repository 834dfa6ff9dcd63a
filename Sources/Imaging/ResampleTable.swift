import Glibc

/// Which pixels go into each value of one axis, and with which weight.
///
/// Value `i` of `count` covers `length / count` pixels (the step) around its centre, `start + (i + 0.5) × step`. The filter is
/// as wide as the step, but never narrower than a pixel: a reduction looks at every pixel, an enlargement interpolates.
/// Weights are those of the filter at the pixels' centres, and add up to 1. Pixels outside of `bounds` do not exist, as at
/// the edge of a picture. All values have as many taps as the widest; the others get weights of 0.
struct ResampleTable {
    /// Pixels per value, at least 1, at most `bounds.count`.
    let taps: Int
    /// For each value its first pixel, counted from `bounds.lowerBound`.
    private(set) var first: [UInt32]
    /// `taps` for each value.
    private(set) var weights: [Float]

    /// - Parameters:
    ///   - bounds: not empty; `start..<start + length` lies inside.
    ///   - isReversed: the last value comes first.
    init(start: Double, length: Double, count: Int, bounds: Range<Int>, resample: Resample, isReversed: Bool) {
        let step = length / Double(count)
        let width = max(step, 1)
        let support = resample.support * width

        func centre(_ value: Int) -> Double { start + (Double(isReversed ? count - 1 - value : value) + 0.5) * step }
        func pixels(_ value: Int) -> Range<Int> {
            let centre = centre(value)
            let low = max(bounds.lowerBound, Int((centre - support + 0.5).rounded(.down)))
            let high = min(bounds.upperBound, Int((centre + support + 0.5).rounded(.down)))
            if low < high { return low..<high }
            let nearest = min(max(bounds.lowerBound, Int(centre.rounded(.down))), bounds.upperBound - 1)
            return nearest..<nearest + 1
        }

        let taps = (0..<count).reduce(1) { max($0, pixels($1).count) }
        self.taps = taps
        first = []
        first.reserveCapacity(count)
        weights = [Float](repeating: 0, count: count * taps)
        for value in 0..<count {
            let pixels = pixels(value)
            // Near the end of the bounds the taps begin earlier instead of running over it.
            let start = min(pixels.lowerBound, bounds.upperBound - taps)
            first.append(UInt32(start - bounds.lowerBound))
            let centre = centre(value)
            var sum = 0.0
            for pixel in pixels { sum += resample.weight((Double(pixel) + 0.5 - centre) / width) }
            for pixel in pixels {
                let weight =
                    sum == 0 ? 1 / Double(pixels.count) : resample.weight((Double(pixel) + 0.5 - centre) / width) / sum
                weights[value * taps + pixel - start] = Float(weight)
            }
        }
    }
}

extension Resample {
    /// Half of the filter's width, in pixels of the coarser side.
    var support: Double {
        switch self {
        case .box: 0.5
        case .bilinear: 1
        case .bicubic: 2
        case .lanczos: 3
        }
    }

    /// The filter at a distance from its centre.
    func weight(_ distance: Double) -> Double {
        let x = abs(distance)
        switch self {
        case .box:
            // Half open, so that a pixel on the edge between two values goes to one of them.
            return distance > -0.5 && distance <= 0.5 ? 1 : 0
        case .bilinear:
            return max(0, 1 - x)
        case .bicubic:
            let a = -0.5
            if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
            return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
        case .lanczos:
            func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(.pi * x) / (.pi * x) }
            return x < 3 ? sinc(x) * sinc(x / 3) : 0
        }
    }
}
