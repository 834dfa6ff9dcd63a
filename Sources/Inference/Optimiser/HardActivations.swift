// Exporters write h-sigmoid and h-swish as arithmetic where the operator set at hand has no operator for them:
//     clip(x + 3, 0, 6) / 6         = hardSigmoid(x), alpha 1/6, beta 1/2
//     x * clip(x + 3, 0, 6) / 6     = hardSwish(x)
//     x * hardSigmoid(x)            = hardSwish(x)

extension Graph {
    /// `clip(x + b, 0, m) / m` becomes one operator, with alpha 1/m and beta b/m.
    mutating func recogniseHardSigmoid() {
        let uses = Uses(self)
        var gone: Set<Int> = []
        for index in nodes.indices {
            guard let (clipped, divisor) = divided(nodes[index]),
                let pattern = shiftedClip(clipped, uses), pattern.maximum == divisor
            else { continue }
            gone.formUnion(pattern.nodes)
            nodes[index].operation = Activation.hardSigmoid(alpha: 1 / divisor, beta: pattern.shift / divisor)
            nodes[index].inputs = [pattern.source]
        }
        remove(gone)
    }

    /// `x * hardSigmoid(x)` and `x * clip(x + b, 0, m) / m` become one operator.
    mutating func recogniseHardSwish() {
        let uses = Uses(self)
        var gone: Set<Int> = []
        for index in nodes.indices {
            if let (source, gate) = product(
                nodes[index], uses,
                of: { operation in
                    if case .hardSigmoid? = operation as? Activation { true } else { false }
                }), case .hardSigmoid(let alpha, let beta)? = nodes[gate].operation as? Activation
            {
                gone.insert(gate)
                nodes[index].operation = Activation.hardSwish(alpha: alpha, beta: beta)
                nodes[index].inputs = [source]
            } else if let (multiplied, divisor) = divided(nodes[index]),
                let middle = uses.writer[multiplied.index], uses.soleReader(of: multiplied) == index,
                let (source, clip) = product(nodes[middle], uses, of: { $0 is Activation }),
                let pattern = shiftedClip(nodes[clip].output, uses), pattern.maximum == divisor,
                pattern.source == source
            {
                gone.formUnion(pattern.nodes)
                gone.insert(middle)
                nodes[index].operation = Activation.hardSwish(alpha: 1 / divisor, beta: pattern.shift / divisor)
                nodes[index].inputs = [source]
            }
        }
        remove(gone)
    }

    /// A node that divides by a number, or multiplies with its reciprocal.
    private func divided(_ node: Node) -> (value: ValueID, divisor: Float)? {
        guard let binary = node.operation as? BinaryOperation, let (value, number, first) = valueAndScalar(node) else {
            return nil
        }
        switch binary.formula {
        case .divide where !first && number > 0: return (value, number)
        case .multiply where number > 0:
            let divisor = 1 / number
            // 1/6 in float32 turned over is 6 to the last bit but one.
            return (value, abs(divisor - divisor.rounded()) < 1e-4 ? divisor.rounded() : divisor)
        default: return nil
        }
    }

    /// `value = clip(source + shift, 0, maximum)`, where nobody else reads what lies between.
    private func shiftedClip(
        _ value: ValueID, _ uses: Uses
    ) -> (source: ValueID, shift: Float, maximum: Float, nodes: [Int])? {
        guard let clip = uses.writer[value.index], uses.soleReader(of: value) != nil,
            case .clamp(0, let maximum)? = nodes[clip].operation as? Activation, maximum.isFinite,
            let sum = uses.writer[nodes[clip].inputs[0].index], uses.soleReader(of: nodes[sum].output) == clip,
            (nodes[sum].operation as? BinaryOperation)?.formula == .add,
            let (source, shift, _) = valueAndScalar(nodes[sum])
        else { return nil }
        return (source, shift, maximum, [clip, sum])
    }

    /// `node = source * gate(source)`, where nobody else reads the gate.
    private func product(
        _ node: Node, _ uses: Uses, of isGate: (any Operation) -> Bool
    ) -> (source: ValueID, gate: Int)? {
        guard (node.operation as? BinaryOperation)?.formula == .multiply else { return nil }
        for (source, other) in [(node.inputs[0], node.inputs[1]), (node.inputs[1], node.inputs[0])] {
            guard let gate = uses.writer[other.index], isGate(nodes[gate].operation), uses.soleReader(of: other) != nil
            else { continue }
            if nodes[gate].inputs[0] == source { return (source, gate) }
            // The gate may be a clip of source + shift.
            if let pattern = shiftedClip(other, uses), pattern.source == source { return (source, gate) }
        }
        return nil
    }
}
