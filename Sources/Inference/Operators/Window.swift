/// How the taps of a convolution or pool move over a picture, as the file says it.
struct Window: Sendable {
    enum Padding: Sendable {
        /// Rows above, columns left, rows below, columns right.
        case explicit(top: Int, left: Int, bottom: Int, right: Int)
        /// As much as makes the output `ceil(input / stride)` large; an odd one at the end, or at the beginning.
        case same(oddAtEnd: Bool)
    }

    var kernel: (height: Int, width: Int)
    var strides: (y: Int, x: Int) = (1, 1)
    var dilations: (y: Int, x: Int) = (1, 1)
    var padding: Padding = .explicit(top: 0, left: 0, bottom: 0, right: 0)
    /// Whether a last, partly outside window counts (pools only).
    var roundsUp = false

    /// The largest kernel, stride, dilation or pad that is taken: beyond it nothing sensible remains, below it no
    /// product of them overflows.
    static let limit = 4_096

    /// A window over single pixels.
    static var pointwise: Window { Window() }

    private init() { kernel = (1, 1) }

    /// Reads the attributes that convolutions and pools share.
    /// - Parameter kernel: of the weights, where there are some.
    init(_ node: inout NodeReader, weights kernel: [Int]? = nil) throws(Fault) {
        let attribute = try node.ints("kernel_shape", in: 1...Self.limit)
        guard let size = attribute ?? kernel else { throw Fault(.invalid, "attribute 'kernel_shape' is missing") }
        guard size.count == 2 else {
            throw Fault(.unsupported, "it works in \(size.count) dimensions, Rooster in two")
        }
        guard size == kernel ?? size, size.allSatisfy((1...Self.limit).contains) else {
            throw Fault(.invalid, "a kernel of \(size), weights of \(kernel ?? [])")
        }
        self.kernel = (size[0], size[1])
        if let values = try node.ints("strides", count: 2, in: 1...Self.limit) { strides = (values[0], values[1]) }
        if let values = try node.ints("dilations", count: 2, in: 1...Self.limit) { dilations = (values[0], values[1]) }
        let pads = try node.ints("pads", count: 4, in: 0...Self.limit)
        switch try node.string("auto_pad") ?? "NOTSET" {
        case "NOTSET":
            if let pads { padding = .explicit(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3]) }
        case "VALID": break
        case "SAME_UPPER": padding = .same(oddAtEnd: true)
        case "SAME_LOWER": padding = .same(oddAtEnd: false)
        case let other: throw Fault(.invalid, "attribute 'auto_pad' is '\(other)'")
        }
    }

    /// Whether each pixel of the output looks at just the one pixel of the input that lies in its place.
    var isPointwise: Bool {
        guard kernel == (1, 1), strides == (1, 1) else { return false }
        return switch padding {
        case .explicit(let top, let left, let bottom, let right): top + left + bottom + right == 0
        case .same: true  // a window of one needs no pads
        }
    }

    /// The window over pictures of one size.
    func placed(height: Int, width: Int) throws(Fault) -> PlacedWindow {
        let explicit: (top: Int, left: Int, bottom: Int, right: Int)? =
            if case .explicit(let top, let left, let bottom, let right) = padding { (top, left, bottom, right) } else {
                nil
            }
        let rows = try place(
            size: height, kernel: kernel.height, stride: strides.y, dilation: dilations.y,
            pads: explicit.map { ($0.top, $0.bottom) })
        let columns = try place(
            size: width, kernel: kernel.width, stride: strides.x, dilation: dilations.x,
            pads: explicit.map { ($0.left, $0.right) })
        return PlacedWindow(
            window: self, top: rows.before, left: columns.before, bottom: rows.after, right: columns.after,
            height: rows.output, width: columns.output)
    }

    private func place(
        size: Int, kernel: Int, stride: Int, dilation: Int, pads: (before: Int, after: Int)?
    ) throws(Fault) -> (before: Int, after: Int, output: Int) {
        let extent = (kernel - 1) * dilation + 1
        guard let pads else {
            let output = (size + stride - 1) / stride
            let total = max((output - 1) * stride + extent - size, 0)
            let half = total / 2
            guard case .same(let oddAtEnd) = padding, output > 0 else {
                throw Fault(.invalid, "a picture side of \(size)")
            }
            return oddAtEnd ? (half, total - half, output) : (total - half, half, output)
        }
        let room = size + pads.before + pads.after - extent
        guard room >= 0 else {
            throw Fault(.invalid, "a window of \(extent) over a padded side of \(size + pads.before + pads.after)")
        }
        var output = (roundsUp ? room + stride - 1 : room) / stride + 1
        // A window that would begin in the padding at the end has nothing to look at.
        if roundsUp, (output - 1) * stride >= size + pads.before { output -= 1 }
        return (pads.before, pads.after, output)
    }
}

/// A window with its pads and output size over pictures of one size.
struct PlacedWindow: Sendable {
    let window: Window
    let top: Int
    let left: Int
    let bottom: Int
    let right: Int
    let height: Int
    let width: Int

    /// The input row that tap `tap` of output row `row` looks at; may lie outside.
    func row(_ row: Int, tap: Int) -> Int { row * window.strides.y - top + tap * window.dilations.y }

    /// The input column that tap `tap` of output column `column` looks at; may lie outside.
    func column(_ column: Int, tap: Int) -> Int { column * window.strides.x - left + tap * window.dilations.x }
}
