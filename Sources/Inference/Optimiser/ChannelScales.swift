// Batch normalisation, and what exporters make of it: multiplying with and adding constants per channel.

extension Graph {
    /// Sums, differences, products and quotients with a constant per channel (or one for all) become channel scales. Beyond
    /// the limit they stay as they are: each is a constant of its own.
    mutating func turnConstantArithmeticIntoChannelScales(_ limits: InferenceLimits) {
        var elements = 0
        for index in nodes.indices {
            let node = nodes[index]
            guard let binary = node.operation as? BinaryOperation, let (value, constants) = channelConstants(node)
            else { continue }
            elements += constants.count
            guard elements <= limits.foldedElements else { return }
            let constantFirst = node.inputs[0] != value
            let ones = [Double](repeating: 1, count: constants.count)
            let zeros = [Double](repeating: 0, count: constants.count)
            let scale: ChannelScale
            switch binary.formula {
            case .add: scale = ChannelScale(factor: ones, shift: constants)
            case .subtract where constantFirst: scale = ChannelScale(factor: ones.map { -$0 }, shift: constants)
            case .subtract: scale = ChannelScale(factor: ones, shift: constants.map { -$0 })
            case .multiply: scale = ChannelScale(factor: constants, shift: zeros)
            case .divide where constantFirst || constants.contains(0): continue
            case .divide: scale = ChannelScale(factor: constants.map { 1 / $0 }, shift: zeros)
            case .power, .maximum, .minimum, .modulo, .remainder, .slope: continue
            }
            nodes[index].operation = scale
            nodes[index].inputs = [value]
        }
    }

    /// The computed input of a binary node and the constant beside it as one number a channel, where it is that.
    private func channelConstants(_ node: Node) -> (value: ValueID, constants: [Double])? {
        let shape = self[node.output].shape
        guard shape.count >= 2, shape[1] <= 1 << 16 else { return nil }
        for (value, other) in [(node.inputs[0], node.inputs[1]), (node.inputs[1], node.inputs[0])] {
            guard let constant = self[other].constant, self[value].constant == nil, self[value].shape == shape,
                constant.count == 1 || constant.count == shape[1],
                let elements = try? constant.floats(), elements.allSatisfy(\.isFinite)
            else { continue }
            if elements.count == 1 {
                return (value, [Double](repeating: Double(elements[0]), count: shape[1]))
            }
            // Counted from the end as broadcasting does, only the channels' axis may be longer than 1.
            let padded = [Int](repeating: 1, count: shape.count - constant.shape.count) + constant.shape
            guard padded[1] == shape[1], elements.count == shape[1] else { continue }
            return (value, elements.map(Double.init))
        }
        return nil
    }

    /// A channel scale of a channel scale is one.
    mutating func mergeChannelScales() {
        let uses = Uses(self)
        var gone: Set<Int> = []
        for index in nodes.indices {  // in order, so that a row of them ends in the last
            guard let second = nodes[index].operation as? ChannelScale,
                let writer = uses.writer[nodes[index].inputs[0].index], !gone.contains(writer),
                let first = nodes[writer].operation as? ChannelScale,
                uses.soleReader(of: nodes[writer].output) == index
            else { continue }
            nodes[index].operation = ChannelScale(
                factor: zip(first.factor, second.factor).map { $0 * $1 },
                shift: second.shift.indices.map { first.shift[$0] * second.factor[$0] + second.shift[$0] })
            nodes[index].inputs = nodes[writer].inputs
            gone.insert(writer)
        }
        remove(gone)
    }

    /// Weights and bias take a channel scale in, in double: `(W x + b) f + s = (W f) x + (b f + s)`.
    mutating func foldChannelScalesIntoConvolutions(_ limits: InferenceLimits) throws(InferenceError) {
        var elements = 0
        let uses = Uses(self)
        var gone: Set<Int> = []
        for index in nodes.indices {
            guard let scale = nodes[index].operation as? ChannelScale,
                let writer = uses.writer[nodes[index].inputs[0].index],
                let convolution = nodes[writer].operation as? Convolution,
                uses.soleReader(of: nodes[writer].output) == index
            else { continue }
            let weights = nodes[writer].inputs[1]
            elements += self[weights].count
            guard elements <= limits.weightBytes / MemoryLayout<Float>.stride else {
                throw InferenceError(
                    .tooLarge, "the weights are more than \(limits.weightBytes) bytes", at: nodes[writer].location)
            }
            do throws(Fault) {
                try fold(scale, into: writer, convolution, output: nodes[index].output)
                // Nobody needs the unfolded weights any more: a network is not kept twice.
                if uses.readers[weights.index].count <= 1 { values[weights.index].constant = nil }
            } catch {
                throw InferenceError(error, at: nodes[writer].location)
            }
            nodes[index] = nodes[writer]  // stands where the scale stood, whose inputs are all ready there
            gone.insert(writer)
        }
        remove(gone)
    }

    private mutating func fold(
        _ scale: ChannelScale, into index: Int, _ convolution: Convolution, output: ValueID
    ) throws(Fault) {
        let node = nodes[index]
        guard let weights = self[node.inputs[1]].constant else { throw Fault(.invalid, "its weights are not known") }
        let channels = weights.shape[0]
        let filter = weights.count / channels
        var elements = try weights.floats()
        for channel in 0..<channels {
            for place in channel * filter..<(channel + 1) * filter {
                elements[place] = Float(Double(elements[place]) * scale.factor[channel])
            }
        }
        var shift = scale.shift
        if convolution.hasBias, let bias = try self[node.inputs[2]].constant?.floats() {
            for channel in 0..<channels { shift[channel] += Double(bias[channel]) * scale.factor[channel] }
        }
        let name = node.name
        let folded = add(constant: Tensor(shape: weights.shape, floats: elements), name: "\(name): weights, folded")
        let bias = add(
            constant: Tensor(shape: [channels], floats: shift.map { Float($0) }), name: "\(name): bias, folded")
        nodes[index].inputs = [node.inputs[0], folded, bias]
        nodes[index].operation = convolution.withBias
        nodes[index].output = output
    }
}
