import ONNXFormat

/// How taps move over a value of any number of dimensions: what convolutions and pools that have no kernel share.
struct GeneralWindow: Sendable {
    /// Sizes behind images and channels.
    let input: [Int]
    let kernel: [Int]
    let output: [Int]
    let taps: Int
    /// Elements of one channel of the input and the output.
    let plane: Int
    let outputPlane: Int
    /// For each axis, by output index and then tap: the input's index, `Int.min` where it lies outside; and whether it is at
    /// least in the padding.
    private let indices: [[Int]]
    private let padded: [[Bool]]

    /// Reads the attributes that convolutions and pools share.
    /// - Parameters:
    ///   - shape: of the input: images, channels and one or more axes.
    ///   - weights: the sizes of the kernel where there are weights.
    init(_ node: inout NodeReader, shape: [Int], weights: [Int]? = nil, ceil: Bool = false) throws(Fault) {
        let rank = shape.count - 2
        let range = 1...Window.limit
        guard rank >= 1, let kernel = try node.ints("kernel_shape", count: rank, in: range) ?? weights,
            kernel.count == rank, kernel == weights ?? kernel, kernel.allSatisfy(range.contains)
        else { throw Fault(.invalid, "its kernel doesn't fit the shape \(shape)") }
        let ones = [Int](repeating: 1, count: rank)
        let strides = try node.ints("strides", count: rank, in: range) ?? ones
        let dilations = try node.ints("dilations", count: rank, in: range) ?? ones
        let pads = try node.ints("pads", count: 2 * rank, in: 0...Window.limit)
        let automatic = try node.string("auto_pad") ?? "NOTSET"
        var (output, indices, padded) = ([Int](), [[Int]](), [[Bool]]())
        for axis in 0..<rank {
            let (size, stride) = (shape[2 + axis], strides[axis])
            let extent = (kernel[axis] - 1) * dilations[axis] + 1
            var (before, after, count) = (0, 0, 0)
            switch automatic {
            case "SAME_UPPER", "SAME_LOWER":
                count = (size + stride - 1) / stride
                let total = max((count - 1) * stride + extent - size, 0)
                before = automatic == "SAME_UPPER" ? total / 2 : total - total / 2
                after = total - before
            case "NOTSET", "VALID":
                if automatic == "NOTSET", let pads { (before, after) = (pads[axis], pads[rank + axis]) }
                let room = size + before + after - extent
                guard room >= 0 else {
                    throw Fault(.invalid, "a window of \(extent) over a padded side of \(size + before + after)")
                }
                count = (ceil ? room + stride - 1 : room) / stride + 1
                if ceil, (count - 1) * stride >= size + before { count -= 1 }
            default: throw Fault(.invalid, "attribute 'auto_pad' is '\(automatic)'")
            }
            guard count * kernel[axis] <= 1 << 22 else {
                throw Fault(.tooLarge, "\(count) windows of \(kernel[axis]) along an axis")
            }
            var (places, inside) = ([Int](), [Bool]())
            for index in 0..<count {
                for tap in 0..<kernel[axis] {
                    let place = index * stride - before + tap * dilations[axis]
                    places.append((0..<size).contains(place) ? place : Int.min)
                    inside.append(place < size + after)
                }
            }
            output.append(count)
            indices.append(places)
            padded.append(inside)
        }
        guard let taps = elementCount(of: kernel), taps <= 1 << 24, let outputPlane = elementCount(of: output) else {
            throw Fault(.tooLarge, "a kernel of \(kernel)")
        }
        (self.input, self.kernel, self.output, self.taps) = (Array(shape[2...]), kernel, output, taps)
        plane = shape[2...].reduce(1, *)
        self.outputPlane = outputPlane
        (self.indices, self.padded) = (indices, padded)
    }

    /// Calls `body` for each tap of one element of the output: with the tap's number, the place in the input's channel (nil
    /// outside), and whether it lies at least in the padding.
    @inline(__always)
    func forEachTap(of element: Int, _ body: (_ tap: Int, _ place: Int?, _ isPadded: Bool) -> Void) {
        for tap in 0..<taps {
            var (rest, tapRest, place, stride) = (element, tap, 0, 1)
            var (isInside, isPadded) = (true, true)
            for axis in kernel.indices.reversed() {
                let row = rest % output[axis] * kernel[axis] + tapRest % kernel[axis]
                rest /= output[axis]
                tapRest /= kernel[axis]
                if indices[axis][row] == Int.min {
                    isInside = false
                    if !padded[axis][row] { isPadded = false }
                } else {
                    place += indices[axis][row] * stride
                }
                stride *= input[axis]
            }
            body(tap, isInside ? place : nil, isPadded)
        }
    }
}
