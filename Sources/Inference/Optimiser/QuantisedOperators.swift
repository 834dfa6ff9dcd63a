import ONNXFormat

// Operators between DequantizeLinear and QuantizeLinear become operators on bytes:
//
//     DQ -> Conv | Gemm | MatMul [-> Relu | Clip] -> Q
//     DQ -> Conv [-> Q -> DQ] -> Add(DQ) [-> Relu | Clip] -> Q      the rounding between them is left out: more exact
//     DQ, DQ -> Add [-> Relu | Clip] -> Q
//     DQ -> Conv | Gemm | MatMul                                    numbers come out
//     DQ -> GlobalAveragePool                                       likewise
//
// Q and DQ have one constant scale and zero point for 8-bit integers, and nobody but such a DQ reads what Q writes: that lies
// in memory as bytes. Weights are signed bytes around 0 with one scale, or one for each output channel. Whatever is not of
// this kind stays as it is and computes with numbers.

extension Graph {
    mutating func quantiseOperators() {
        var pass = QuantisedOperators(self, padsPixels: true)
        guard pass.run() else { return }
        if pass.graph.readsPaddedPixels {  // no kernel takes numbers out of those
            pass = QuantisedOperators(self, padsPixels: false)
            _ = pass.run()
        }
        self = pass.graph
    }

    /// Whether numbers or a mean are made of bytes of three channels, whose pixels are filled up.
    private var readsPaddedPixels: Bool {
        nodes.contains { node in
            (node.operation is BytesToNumbers || node.operation is QuantisedMean)
                && hasPaddedPixels(self[node.inputs[0]].shape)
        }
    }

    /// Takes out the nodes that no output depends on.
    fileprivate mutating func removeUnread() {
        var needed = Set(outputs.map(\.value))
        var unread: Set<Int> = []
        for (index, node) in nodes.enumerated().reversed() {
            if needed.contains(node.output) { needed.formUnion(node.inputs) } else { unread.insert(index) }
        }
        remove(unread)
    }
}

private func hasPaddedPixels(_ shape: [Int]) -> Bool { shape.count == 4 && pixelBytes(channels: shape[1]) != shape[1] }

private struct QuantisedOperators {
    private(set) var graph: Graph
    /// The nodes before the pass: who reads and writes what is that of these.
    private let before: [Node]
    private let uses: Uses
    /// What lies in memory as bytes.
    private var bytes: Set<ValueID> = []

    /// - Parameter padsPixels: whether values of three channels may be bytes.
    init(_ graph: Graph, padsPixels: Bool) {
        self.graph = graph
        before = graph.nodes
        uses = Uses(graph)
        let outputs = Set(graph.outputs.map(\.value))
        for node in before where quantiser(node) != nil && !outputs.contains(node.output) {
            if uses.readers[node.output.index].allSatisfy({ dequantiser(before[$0]) != nil }),
                padsPixels || !hasPaddedPixels(graph[node.output].shape)
            {
                bytes.insert(node.output)
            }
        }
    }

    /// - Returns: whether there is anything on bytes.
    mutating func run() -> Bool {
        guard !bytes.isEmpty else { return false }
        for (index, node) in before.enumerated() {
            if let format = quantiser(node), bytes.contains(node.output) {
                let answer = Answer(operation: NumbersToBytes(format: format), inputs: [node.inputs[0]])
                replace(index, answer, in: [index])
                quantise(index, format)
            } else if let format = dequantiser(node), bytes.contains(node.inputs[0]) {
                let answer = Answer(operation: BytesToNumbers(format: format), inputs: [node.inputs[0]])
                replace(index, answer, in: [index])
            } else if let answer = numbers(node) {
                replace(index, answer, in: [index])
            }
        }
        for value in bytes {
            graph.values[value.index] = Value(
                name: graph[value].name, shape: graph[value].shape, type: .float32, constant: nil)
        }
        graph.removeUnread()
        return true
    }

    private func quantiser(_ node: Node) -> ByteFormat? {
        (node.operation as? Quantisation).flatMap { $0.isBack ? nil : $0.format }
    }

    private func dequantiser(_ node: Node) -> ByteFormat? {
        (node.operation as? Quantisation).flatMap { $0.isBack ? $0.format : nil }
    }

    /// A replacement for a node.
    private struct Answer {
        var operation: any Operation
        var inputs: [ValueID]
    }

    private mutating func replace(_ index: Int, _ answer: Answer, in chain: [Int]) {
        graph.nodes[index].operation = answer.operation
        graph.nodes[index].inputs = answer.inputs
        graph.nodes[index].name = chain.map { before[$0].name }.joined(separator: " + ")
        graph.nodes[index].operatorType = chain.map { before[$0].operatorType }.joined(separator: " + ")
    }

    // MARK: What ends in bytes

    private mutating func quantise(_ index: Int, _ format: ByteFormat) {
        var chain = [index]
        var requantisation = Requantisation(output: format)
        guard var found = writer(ofValueReadBy: index) else { return }
        if case .clamp(let minimum, let maximum)? = before[found].operation as? Activation {
            // Rounding keeps the order, so that the limits may be rounded instead of the values.
            requantisation.bounds = format.byte(minimum)...format.byte(maximum)
            chain.insert(found, at: 0)
            guard let next = writer(ofValueReadBy: found) else { return }
            found = next
        }
        let node = before[found]
        if let answer = convolution(node, requantisation) {
            return replace(index, answer, in: [found] + chain)
        }
        guard (node.operation as? BinaryOperation)?.formula == .add,
            node.inputs.allSatisfy({ graph[$0].shape == graph[node.output].shape }), node.inputs[0] != node.inputs[1]
        else { return }
        for (own, other) in [(0, 1), (1, 0)] {
            guard let residual = bytes(of: node.inputs[other]), let writer = convolution(behind: node.inputs[own])
            else { continue }
            var summed = requantisation
            summed.residual = residual.format
            guard var answer = convolution(before[writer], summed) else { continue }
            answer.inputs.append(residual.value)
            return replace(index, answer, in: [writer, found] + chain)
        }
        guard let left = bytes(of: node.inputs[0]), let right = bytes(of: node.inputs[1]) else { return }
        requantisation.residual = right.format
        let addition = QuantisedAddition(left: left.format, requantisation: requantisation)
        replace(index, Answer(operation: addition, inputs: [left.value, right.value]), in: [found] + chain)
    }

    /// The node whose value alone a node reads, where nobody else reads it.
    private func writer(ofValueReadBy index: Int) -> Int? {
        let value = before[index].inputs[0]
        guard uses.soleReader(of: value) == index else { return nil }
        return uses.writer[value.index]
    }

    /// The convolution that a value comes from, straight or by way of bytes that nobody else reads.
    private func convolution(behind value: ValueID) -> Int? {
        guard uses.soleReader(of: value) != nil, var writer = uses.writer[value.index] else { return nil }
        if dequantiser(before[writer]) != nil {
            guard let quantiser = self.writer(ofValueReadBy: writer), bytes.contains(before[quantiser].output),
                let source = self.writer(ofValueReadBy: quantiser)
            else { return nil }
            writer = source
        }
        return before[writer].operation is Convolution ? writer : nil
    }

    // MARK: What ends in numbers

    private func numbers(_ node: Node) -> Answer? {
        let shape = graph[node.output].shape
        if let mean = node.operation as? Reduction, mean.kind == .mean, mean.axes == [2, 3],
            graph[node.inputs[0]].shape.count == 4, let source = bytes(of: node.inputs[0])
        {
            // Sums of more pixels don't fit 32 bits.
            guard graph[node.inputs[0]].shape.suffix(2).reduce(1, *) <= 1 << 22 else { return nil }
            let operation = QuantisedMean(input: source.format, output: shape)
            return Answer(operation: operation, inputs: [source.value])
        }
        // The kernel that writes numbers writes rows of a matrix.
        guard node.operation is MatrixProduct || shape.dropFirst(2).reduce(1, *) == 1 else { return nil }
        return convolution(node, nil)
    }

    // MARK: Convolutions

    private func convolution(_ node: Node, _ requantisation: Requantisation?) -> Answer? {
        let layer: (window: Window, groups: Int, hasBias: Bool, isTransposed: Bool)
        switch node.operation {
        case let convolution as Convolution:
            layer = (convolution.window, convolution.groups, convolution.hasBias, false)
        case let product as MatrixProduct:
            // Bytes of four dimensions lie as pictures.
            guard !product.transposesLeft, product.alpha == 1, product.beta == 1, requantisation?.residual == nil,
                graph[node.inputs[0]].shape.count != 4
            else { return nil }
            layer = (.pointwise, 1, product.hasAddend, !product.transposesRight)
        default: return nil
        }
        guard let source = bytes(of: node.inputs[0]), let weights = graph[node.inputs[1]].constant,
            let filters = filters(
                weights, bias: layer.hasBias ? graph[node.inputs[2]].constant : nil, isTransposed: layer.isTransposed,
                input: source.format, output: requantisation?.output),
            !layer.hasBias || graph[node.inputs[2]].constant?.count == filters.shape[0],
            layer.window.kernel.height * layer.window.kernel.width <= 121
        else { return nil }
        let depthwise = layer.groups > 1 && filters.shape[1] == 1 && filters.shape[0] == layer.groups
        guard layer.groups == 1 || (depthwise && requantisation != nil && requantisation?.residual == nil) else {
            return nil
        }
        let operation = QuantisedConvolution(
            window: layer.window, groups: layer.groups, input: source.format, filters: filters,
            requantisation: requantisation, isMatrix: node.operation is MatrixProduct)
        return Answer(operation: operation, inputs: [source.value])
    }

    private func filters(
        _ tensor: Tensor, bias: Tensor?, isTransposed: Bool, input: ByteFormat, output: ByteFormat?
    ) -> QuantisedFilters? {
        let axis = isTransposed ? 1 : 0
        guard let constant = tensor.quantised, constant.integers.type == .int8, constant.isSymmetric,
            constant.integers.shape == tensor.shape, constant.scales.count == 1 || constant.axis == axis,
            var weights = try? constant.integers.signedBytes()
        else { return nil }
        let (channels, depth) = (tensor.shape[axis], tensor.count / tensor.shape[axis])
        let scales =
            constant.scales.count == 1 ? .init(repeating: constant.scales[0], count: channels) : constant.scales
        if isTransposed {
            let rows = weights.array
            weights = SignedBytes(rows.indices.map { rows[$0 % depth * channels + $0 / depth] })
        }
        let steps = scales.map { Double(input.scale) * Double($0) }
        guard let whole = wholeBias(bias, steps) else { return nil }
        let filters = QuantisedFilters(
            shape: tensor.shape.count == 4 ? tensor.shape : [channels, depth, 1, 1], weights: weights, bias: whole,
            multipliers: steps.map { Float($0 / Double(output?.scale ?? 1)) })
        return filters.isBounded ? filters : nil
    }

    /// The bias in whole steps of input and weights; a bias of numbers is rounded to them.
    private func wholeBias(_ bias: Tensor?, _ steps: [Double]) -> [Int32]? {
        guard let bias else { return [Int32](repeating: 0, count: steps.count) }
        guard let numbers = try? bias.floats(), numbers.count == steps.count else { return nil }
        var whole: [Int32] = []
        for (number, step) in zip(numbers, steps) {
            guard let steps = Int32(exactly: (Double(number) / step).rounded(.toNearestOrEven)) else { return nil }
            whole.append(steps)
        }
        return whole
    }

    /// The bytes that a value was made from.
    private func bytes(of value: ValueID) -> (value: ValueID, format: ByteFormat)? {
        guard let writer = uses.writer[value.index], let format = dequantiser(before[writer]),
            bytes.contains(before[writer].inputs[0])
        else { return nil }
        return (before[writer].inputs[0], format)
    }
}
