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
    private let axes: [Axis]

    /// How the window moves along one axis.
    private struct Axis: Sendable {
        let stride: Int
        let dilation: Int
        let before: Int
        /// The index behind the padding at the end.
        let end: Int
    }

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
        var (output, axes) = ([Int](), [Axis]())
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
            output.append(count)
            axes.append(Axis(stride: stride, dilation: dilations[axis], before: before, end: size + after))
        }
        guard let taps = elementCount(of: kernel), taps <= 1 << 24, let outputPlane = elementCount(of: output) else {
            throw Fault(.tooLarge, "a kernel of \(kernel)")
        }
        (self.input, self.kernel, self.output, self.taps) = (Array(shape[2...]), kernel, output, taps)
        plane = shape[2...].reduce(1, *)
        self.outputPlane = outputPlane
        self.axes = axes
    }

    /// Calls `body` for each tap of one element of the output: with the tap's number, the place in the input's channel (nil
    /// outside), and whether it lies at least in the padding.
    @inline(__always)
    func forEachTap(of element: Int, _ body: (_ tap: Int, _ place: Int?, _ isPadded: Bool) -> Void) {
        for tap in 0..<taps {
            var (rest, tapRest, place, stride) = (element, tap, 0, 1)
            var (isInside, isPadded) = (true, true)
            for axis in kernel.indices.reversed() {
                let index =
                    rest % output[axis] * axes[axis].stride - axes[axis].before
                    + tapRest % kernel[axis] * axes[axis].dilation
                rest /= output[axis]
                tapRest /= kernel[axis]
                if index < 0 || index >= input[axis] { isInside = false }
                if index >= axes[axis].end { isPadded = false }
                place += index * stride
                stride *= input[axis]
            }
            body(tap, isInside ? place : nil, isPadded)
        }
    }
}
