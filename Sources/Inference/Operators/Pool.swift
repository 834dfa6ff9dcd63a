// MaxPool: the largest tap inside the picture. AveragePool: the sum of the taps inside over their number, or with
// count_include_pad over the number of taps inside the padded picture.

import ONNXFormat

/// A pool. Data input: pictures.
struct Pool: Operation {
    enum Kind: String, Sendable {
        case maximum, average
    }

    let kind: Kind
    let window: Window
    let countsPads: Bool

    /// A pool over pictures as its kernel takes it, else a general one.
    static func pool(_ node: inout NodeReader, _ kind: Kind) throws(Fault) -> any Operation {
        let value = node.value(0)
        if node.outputIndex() == 0, value?.shape.count ?? 4 == 4, value?.type.isFloating != false,
            !padsReachBeyondWindow(node.node)
        {
            return try Pool(&node, kind)
        }
        return try GeneralPool(&node, kind)
    }

    /// A window that lies in the padding as a whole: no kernel reckons with it.
    private static func padsReachBeyondWindow(_ node: ONNXNode) -> Bool {
        guard case .ints(let pads)? = node.attributes["pads"],
            case .ints(let kernel)? = node.attributes["kernel_shape"],
            pads.count == 4, kernel.count == 2
        else { return false }
        return max(pads[0], pads[2]) >= kernel[0] || max(pads[1], pads[3]) >= kernel[1]
    }

    init(_ node: inout NodeReader, _ kind: Kind) throws(Fault) {
        self.kind = kind
        try requirePictures(try node.takeData(0).shape)
        var window = try Window(&node)
        window.roundsUp = try node.flag("ceil_mode")
        countsPads = kind == .average ? try node.flag("count_include_pad") : false
        if kind == .maximum { _ = try node.flag("storage_order") }  // of the indices, which are another operator
        if case .explicit(let top, let left, let bottom, let right) = window.padding {
            let extent = (
                (window.kernel.height - 1) * window.dilations.y + 1, (window.kernel.width - 1) * window.dilations.x + 1
            )
            guard max(top, bottom) < extent.0, max(left, right) < extent.1 else {
                throw Fault(.invalid, "its pads are as large as its window")
            }
        }
        self.window = window
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] {
        let input = try single(inputs)
        let placed = try window.placed(height: input[2], width: input[3])
        return [input[0], input[1], placed.height, placed.width]
    }

    var isFoldable: Bool { false }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor {
        let shape = try shape(of: inputs.map(\.shape))
        let source = try inputs[0].floats()
        let (height, width) = (inputs[0].shape[2], inputs[0].shape[3])
        let placed = try window.placed(height: height, width: width)
        var answer: [Float] = []
        for plane in 0..<shape[0] * shape[1] {
            for row in 0..<shape[2] {
                for column in 0..<shape[3] {
                    var (inside, counted) = ([Float](), 0)
                    for ky in 0..<window.kernel.height {
                        for kx in 0..<window.kernel.width {
                            let (y, x) = (placed.row(row, tap: ky), placed.column(column, tap: kx))
                            if y < height + placed.bottom, x < width + placed.right { counted += 1 }
                            guard (0..<height).contains(y), (0..<width).contains(x) else { continue }
                            inside.append(source[(plane * height + y) * width + x])
                        }
                    }
                    switch kind {
                    case .maximum: answer.append(inside.max() ?? -.infinity)
                    case .average:
                        let sum = inside.reduce(0.0) { $0 + Double($1) }
                        let number = countsPads ? counted : inside.count
                        answer.append(number == 0 ? 0 : Float(sum / Double(number)))
                    }
                }
            }
        }
        return Tensor(shape: shape, floats: answer)
    }
}
