// BatchNormalization: (x - mean) / sqrt(variance + epsilon) * scale + bias, per channel: all of it known before the run,
// so it is one factor and one shift per channel.

/// `x * factor[c] + shift[c]`, c the index along axis 1. Data input: x.
struct ChannelScale: Operation {
    /// One a channel; in double, as they are mostly folded into a convolution.
    var factor: [Double]
    var shift: [Double]

    init(factor: [Double], shift: [Double]) {
        precondition(factor.count == shift.count, "as many factors as shifts")
        self.factor = factor
        self.shift = shift
    }

    init(batchNormalization node: inout NodeReader) throws(Fault) {
        let input = try node.takeData(0)
        guard input.shape.count >= 2 else { throw Fault(.invalid, "its input has the shape \(input.shape)") }
        let channels = input.shape[1]
        var parameters: [[Double]] = []
        for (index, role) in ["scale", "bias", "mean", "variance"].enumerated() {
            guard let tensor = try node.constant(index + 1, role) else { throw Fault(.invalid, "it has no \(role)") }
            guard tensor.shape == [channels] else {
                throw Fault(.invalid, "its \(role) has the shape \(tensor.shape), its input \(channels) channels")
            }
            parameters.append(try tensor.floats().map(Double.init))
        }
        let epsilon = Double(try node.float("epsilon") ?? 1e-5)
        _ = try node.float("momentum")
        _ = try node.int("spatial", in: 1...1)
        _ = try node.int("is_test", in: 0...1)
        guard try !node.flag("training_mode") else { throw Fault(.unsupported, "it is in training mode") }
        let (scale, bias, mean, variance) = (parameters[0], parameters[1], parameters[2], parameters[3])
        factor = zip(scale, variance).map { $0 / ($1 + epsilon).squareRoot() }
        shift = []
        for channel in 0..<channels { shift.append(bias[channel] - mean[channel] * factor[channel]) }
        guard (factor + shift).allSatisfy(\.isFinite) else {
            throw Fault(.invalid, "its variance is negative or its parameters are not finite")
        }
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] {
        let shape = try single(inputs)
        guard shape.count >= 2, shape[1] == factor.count else {
            throw Fault(.invalid, "\(factor.count) factors for the shape \(shape)")
        }
        return shape
    }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor {
        let (shape, source) = (inputs[0].shape, try inputs[0].floats())
        let plane = shape.dropFirst(2).reduce(1, *)
        return Tensor(
            shape: shape,
            floats: source.indices.map { index in
                let channel = index / plane % shape[1]
                return Float(Double(source[index]) * factor[channel] + shift[channel])
            })
    }
}
