// LayerNormalization, InstanceNormalization, GroupNormalization: (x - mean) / sqrt(variance +
// epsilon) * scale + bias, mean and variance over a group of elements next to each other. LpNormalization: x divided by
// its length along an axis.

import ONNXFormat

/// Groups of neighbouring elements brought to mean 0 and variance 1, then scaled. Data inputs: x, and scale and bias where
/// there are any.
struct Normalisation: PlainOperation {
    enum Part: Sendable {
        case values, mean, inverseDeviation
    }

    /// Elements of a group: they lie next to each other.
    let size: Int
    let epsilon: Float
    let part: Part
    /// Element i of x belongs to scale and bias `i / stride % count`.
    private let parameters: (stride: Int, count: Int)
    private let target: [Int]

    init(layer node: inout NodeReader) throws(Fault) {
        let shape = try node.takeData(0).shape
        let axis = try resolvedAxis(try node.int("axis", in: -8...7) ?? -1, rank: shape.count)
        epsilon = try node.float("epsilon") ?? 1e-5
        _ = try node.int("stash_type", in: 0...100)
        size = shape[axis...].reduce(1, *)
        guard let scale = try node.takeOptionalData(1), scale.count == size, size > 0 else {
            throw Fault(.unsupported, "its scale does not have one number for each of the \(size) elements")
        }
        if let bias = try node.takeOptionalData(2), bias.count != size {
            throw Fault(.unsupported, "its bias has the shape \(bias.shape)")
        }
        parameters = (1, size)
        switch node.outputIndex() {
        case 0: (part, target) = (.values, shape)
        case let index:
            part = index == 1 ? .mean : .inverseDeviation
            target = shape.indices.map { $0 < axis ? shape[$0] : 1 }
        }
    }

    init(instance node: inout NodeReader) throws(Fault) {
        let shape = try node.takeData(0).shape
        guard shape.count >= 3 else { throw Fault(.invalid, "its input has the shape \(shape)") }
        epsilon = try node.float("epsilon") ?? 1e-5
        size = shape[2...].reduce(1, *)
        parameters = (size, shape[1])
        (part, target) = (.values, shape)
        try requireParameters(&node, shape[1])
    }

    init(group node: inout NodeReader) throws(Fault) {
        let shape = try node.takeData(0).shape
        let groups = try node.int("num_groups", in: 1...1 << 20) ?? 0
        guard shape.count >= 2, groups > 0, shape[1] % groups == 0 else {
            throw Fault(.invalid, "\(groups) groups of channels of the shape \(shape)")
        }
        epsilon = try node.float("epsilon") ?? 1e-5
        _ = try node.int("stash_type", in: 0...100)
        let plane = shape.dropFirst(2).reduce(1, *)
        size = shape[1] / groups * plane
        // Version 18 has one scale a group, version 21 one a channel.
        parameters = node.opset < 21 ? (size, groups) : (plane, shape[1])
        (part, target) = (.values, shape)
        try requireParameters(&node, parameters.count)
    }

    private func requireParameters(_ node: inout NodeReader, _ count: Int) throws(Fault) {
        let (scale, bias) = (try node.takeData(1), try node.takeData(2))
        guard scale.shape == [count], bias.shape == [count], size > 0 else {
            throw Fault(.invalid, "scale and bias have the shapes \(scale.shape) and \(bias.shape), not [\(count)]")
        }
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { target }

    func compute(_ inputs: [Operand], into output: Operand) {
        let (source, target) = (inputs[0].floats, output.floats)
        let scale = inputs.count > 1 ? inputs[1].floats : nil
        let bias = inputs.count > 2 ? inputs[2].floats : nil
        for group in 0..<inputs[0].count / size {
            let (from, to) = (source + group * size, target + group * size)
            let (mean, deviation) = moments(from)
            let inverse = 1 / (deviation + epsilon).squareRoot()
            switch part {
            case .mean: target[group] = mean
            case .inverseDeviation: target[group] = inverse
            case .values where parameters.stride == 1:
                for index in 0..<size {
                    to[index] = (from[index] - mean) * inverse * (scale?[index] ?? 1) + (bias?[index] ?? 0)
                }
            case .values:
                for index in 0..<size {
                    let parameter = (group * size + index) / parameters.stride % parameters.count
                    to[index] = (from[index] - mean) * inverse * (scale?[parameter] ?? 1) + (bias?[parameter] ?? 0)
                }
            }
        }
    }

    /// Mean and variance; sums of eight run beside each other, so that the compiler makes vectors of them.
    @inline(__always)
    private func moments(_ values: UnsafeMutablePointer<Float>) -> (mean: Float, variance: Float) {
        let raw = UnsafeRawPointer(values)
        let whole = size & ~7
        var sums = SIMD8<Float>(repeating: 0)
        var rest: Float = 0
        for index in stride(from: 0, to: whole, by: 8) {
            sums += raw.loadUnaligned(fromByteOffset: index * 4, as: SIMD8<Float>.self)
        }
        for index in whole..<size { rest += values[index] }
        let mean = (sums.sum() + rest) / Float(size)
        (sums, rest) = (SIMD8(repeating: 0), 0)
        for index in stride(from: 0, to: whole, by: 8) {
            let distance = raw.loadUnaligned(fromByteOffset: index * 4, as: SIMD8<Float>.self) - mean
            sums += distance * distance
        }
        for index in whole..<size { rest += (values[index] - mean) * (values[index] - mean) }
        return (mean, (sums.sum() + rest) / Float(size))
    }
}

/// x divided by the sum of its magnitudes, or its length, along an axis. Data input: x.
struct UnitLength: PlainOperation {
    let axis: Int
    let power: Int

    init(_ node: inout NodeReader) throws(Fault) {
        let shape = try node.takeData(0).shape
        axis = try resolvedAxis(try node.int("axis", in: -8...7) ?? -1, rank: shape.count)
        power = try node.int("p", in: 1...2) ?? 2
        guard !shape.isEmpty else { throw Fault(.invalid, "its input is a single number") }
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { try single(inputs) }

    func compute(_ inputs: [Operand], into output: Operand) {
        let (source, target) = (inputs[0].floats, output.floats)
        let view = AxisView(output.shape, axis: axis)
        view.forEachLine { first in
            var sum: Float = 0
            for index in 0..<view.length {
                let value = source[first + index * view.inner]
                sum += power == 1 ? value.magnitude : value * value
            }
            let length = power == 1 ? sum : sum.squareRoot()
            for index in 0..<view.length {
                let place = first + index * view.inner
                target[place] = length == 0 ? 0 : source[place] / length
            }
        }
    }
}
