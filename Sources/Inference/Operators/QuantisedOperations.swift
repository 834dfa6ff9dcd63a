// What the optimiser makes of operators between QuantizeLinear and DequantizeLinear: the same on bytes, with the
// arithmetic of docs/decisions/int8-arithmetic.md. No file names these.

/// QuantizeLinear with one scale. Data input: x, of floats. What comes out are whole numbers of 0 to 255, also where the file
/// has signed ones.
struct NumbersToBytes: Operation {
    let format: ByteFormat

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { try single(inputs) }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor {
        Tensor(shape: inputs[0].shape, floats: try inputs[0].floats().map { Float(format.byte($0)) })
    }
}

/// DequantizeLinear with one scale. Data input: x, of bytes.
struct BytesToNumbers: Operation {
    let format: ByteFormat

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { try single(inputs) }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor {
        Tensor(shape: inputs[0].shape, floats: try inputs[0].floats().map { format.number(Int($0)) })
    }
}

/// Filters with their integers: output channels, input channels of a group, rows, columns.
struct QuantisedFilters: Sendable {
    var shape: [Int]
    /// -127 or -128 to 127, in the order of the shape.
    var weights: SignedBytes
    /// In steps of the input's scale times the filter's.
    var bias: [Int32]
    /// What a sum is multiplied by: with the output's scale taken out where bytes are written.
    var multipliers: [Float]

    /// Whether every sum stays within 32 bits, and what becomes of it, too.
    var isBounded: Bool {
        let size = weights.count / max(shape[0], 1)
        return weights.withUnsafeBufferPointer { weights in
            bias.indices.allSatisfy { channel in
                var sum = Int(bias[channel].magnitude)
                for weight in weights[channel * size..<(channel + 1) * size] { sum += 255 * Int(weight.magnitude) }
                return sum < 1 << 31 && Double(sum) * Double(multipliers[channel]) < 0x1p30
            }
        }
    }
}

/// What becomes of a sum.
struct Requantisation: Sendable {
    /// The format of what comes out, its bytes limited to `bounds`.
    var output: ByteFormat
    var bounds: ClosedRange<Int> = 0...255
    /// The format of a value that is added.
    var residual: ByteFormat?

    /// - Parameter value: in steps of the output.
    func byte(_ value: Float, adding residual: Int?) -> Float {
        var value = value
        if let residual, let format = self.residual {
            value.addProduct(Float(residual - format.zero), residualFactor)
        }
        let whole = Int(min(max(value.rounded(.toNearestOrEven), -32_768), 32_767)) + output.zero
        return Float(min(max(min(max(whole, 0), 255), bounds.lowerBound), bounds.upperBound))
    }

    /// The residual's scale by the output's.
    var residualFactor: Float { residual.map { Float(Double($0.scale) / Double(output.scale)) } ?? 0 }
}

/// Conv, Gemm or MatMul on bytes. Data inputs: x, and a residual where there is one.
struct QuantisedConvolution: Operation {
    let window: Window
    let groups: Int
    let input: ByteFormat
    let filters: QuantisedFilters
    /// nil: the sums come out as numbers.
    let requantisation: Requantisation?
    /// Rows of a matrix instead of pictures.
    let isMatrix: Bool

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] {
        guard !isMatrix else { return inputs[0].dropLast() + [filters.shape[0]] }
        let placed = try window.placed(height: inputs[0][2], width: inputs[0][3])
        return [inputs[0][0], filters.shape[0], placed.height, placed.width]
    }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor {
        let shape = try shape(of: inputs.map(\.shape))
        let depth = inputs[0].shape[isMatrix ? inputs[0].shape.count - 1 : 1]
        let images = isMatrix ? inputs[0].count / depth : inputs[0].shape[0]
        let (height, width) = isMatrix ? (1, 1) : (inputs[0].shape[2], inputs[0].shape[3])
        let (rows, columns) = isMatrix ? (1, 1) : (shape[2], shape[3])
        let placed = try window.placed(height: height, width: width)
        let source = try inputs[0].floats()
        let residual = inputs.count > 1 ? try inputs[1].floats() : nil
        let (channels, inner) = (filters.shape[0], filters.shape[1])
        let kernel = window.kernel
        let weights = filters.weights.array
        var answer: [Float] = []
        answer.reserveCapacity(shape.reduce(1, *))
        for image in 0..<images {
            for channel in 0..<channels {
                let first = channel / (channels / groups) * inner
                for row in 0..<rows {
                    for column in 0..<columns {
                        var sum = Int(filters.bias[channel])
                        for ky in 0..<kernel.height {
                            let y = placed.row(row, tap: ky)
                            guard (0..<height).contains(y) else { continue }
                            for kx in 0..<kernel.width {
                                let x = placed.column(column, tap: kx)
                                guard (0..<width).contains(x) else { continue }
                                for k in 0..<inner {
                                    let value = source[((image * depth + first + k) * height + y) * width + x]
                                    let place = ((channel * inner + k) * kernel.height + ky) * kernel.width + kx
                                    sum += (Int(value) - input.zero) * Int(weights[place])
                                }
                            }
                        }
                        let value = Float(sum) * filters.multipliers[channel]
                        let other = residual.map { Int($0[answer.count]) }
                        answer.append(requantisation.map { $0.byte(value, adding: other) } ?? value)
                    }
                }
            }
        }
        return Tensor(shape: shape, floats: answer)
    }
}

/// Add on bytes. Data inputs: a, b, of one shape.
struct QuantisedAddition: Operation {
    let left: ByteFormat
    /// With the format of the right one as the residual's.
    let requantisation: Requantisation

    var leftFactor: Float { Float(Double(left.scale) / Double(requantisation.output.scale)) }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { inputs[0] }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor {
        let (left, right) = (try inputs[0].floats(), try inputs[1].floats())
        return Tensor(
            shape: inputs[0].shape,
            floats: zip(left, right).map { a, b in
                requantisation.byte(Float(Int(a) - self.left.zero) * leftFactor, adding: Int(b))
            })
    }
}

/// GlobalAveragePool of bytes to numbers. Data input: x.
struct QuantisedMean: Operation {
    let input: ByteFormat
    let output: [Int]

    func factor(pixels: Int) -> Float { Float(Double(input.scale) / Double(pixels)) }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { output }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor {
        let source = try inputs[0].floats()
        let pixels = inputs[0].shape[2] * inputs[0].shape[3]
        return Tensor(
            shape: output,
            floats: (0..<source.count / pixels).map { channel in
                let sum = source[channel * pixels..<(channel + 1) * pixels].reduce(0) { $0 + Int($1) - input.zero }
                return Float(sum) * factor(pixels: pixels)
            })
    }
}
