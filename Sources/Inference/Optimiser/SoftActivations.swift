// Exporters write swish and, before version 20, gelu as arithmetic:
//     x * sigmoid(x)                       = swish(x)
//     x * (1 + erf(x / sqrt(2))) * 0.5     = gelu(x), the factors in any order

extension Graph {
    /// `x * sigmoid(x)` becomes one operator.
    mutating func recogniseSwish() {
        let uses = Uses(self)
        var gone: Set<Int> = []
        for index in nodes.indices {
            guard isProduct(nodes[index]) else { continue }
            for (source, gate) in bothOrders(nodes[index].inputs) {
                guard let writer = uses.writer[gate.index], uses.soleReader(of: gate) == index,
                    case .sigmoid? = nodes[writer].operation as? Activation, nodes[writer].inputs[0] == source
                else { continue }
                gone.insert(writer)
                nodes[index].operation = Activation.swish
                nodes[index].inputs = [source]
                break
            }
        }
        remove(gone)
    }

    /// `x * (1 + erf(x / sqrt(2))) * 0.5` becomes one operator.
    mutating func recogniseGelu() {
        let uses = Uses(self)
        var gone: Set<Int> = []
        for index in nodes.indices where isProduct(nodes[index]) && !gone.contains(index) {
            // Three factors: those of this product, one of which may be a product for it alone.
            for (first, second) in bothOrders(nodes[index].inputs) {
                guard let inner = uses.writer[first.index], uses.soleReader(of: first) == index,
                    isProduct(nodes[inner]), let x = gelu(nodes[inner].inputs + [second], uses)
                else { continue }
                gone.formUnion(x.nodes + [inner])
                nodes[index].operation = Activation.gelu
                nodes[index].inputs = [x.source]
                break
            }
        }
        remove(gone)
    }

    /// The x of which three factors make a gelu, and the nodes that vanish with it.
    private func gelu(_ factors: [ValueID], _ uses: Uses) -> (source: ValueID, nodes: [Int])? {
        guard factors.filter({ scalar($0) == 0.5 }).count == 1 else { return nil }
        let rest = factors.filter { scalar($0) != 0.5 }
        for (source, gate) in bothOrders(rest) {
            guard let sum = uses.writer[gate.index], uses.soleReader(of: gate) != nil,
                (nodes[sum].operation as? BinaryOperation)?.formula == .add,
                case (let power, 1, _)? = valueAndScalar(nodes[sum]),
                let erf = uses.writer[power.index], uses.soleReader(of: power) == sum,
                case .erf? = nodes[erf].operation as? Activation,
                let scaled = uses.writer[nodes[erf].inputs[0].index], uses.soleReader(of: nodes[scaled].output) == erf,
                let binary = nodes[scaled].operation as? BinaryOperation,
                let (value, number, numberFirst) = valueAndScalar(nodes[scaled]), value == source
            else { continue }
            let divisor: Float? =
                switch binary.formula {
                case .divide where !numberFirst: number
                case .multiply: 1 / number
                default: nil
                }
            guard let divisor, (divisor - Float(2).squareRoot()).magnitude < 1e-4 else { continue }
            return (source, [sum, erf, scaled])
        }
        return nil
    }

    private func isProduct(_ node: Node) -> Bool {
        (node.operation as? BinaryOperation)?.formula == .multiply
    }

    private func bothOrders(_ values: [ValueID]) -> [(ValueID, ValueID)] {
        values.count == 2 ? [(values[0], values[1]), (values[1], values[0])] : []
    }
}
