/// A node of the graph with those behind it that the same kernel computes while the values are at hand.
struct FusedNode {
    let node: Node
    /// A value added to the node's result.
    var residual: ValueID?
    /// What is done last.
    var activation: Activation?
    /// What comes out of the last of them.
    var output: ValueID
    /// For the benchmark: the names of all of them.
    var name: String
    var operatorType: String
    /// The convolution that makes its input, for it alone, and is computed along with it; at most one. Of a depthwise convolution
    /// the pointwise one, of a pointwise one the depthwise one with its own.
    private(set) var before: [FusedNode] = []
    /// Place of the last of them in the graph: there the kernel runs, as all it reads is ready.
    var position: Int

    init(_ node: Node, at position: Int) {
        self.node = node
        output = node.output
        name = node.name
        operatorType = node.operatorType
        self.position = position
    }

    fileprivate mutating func take(_ next: Node, at position: Int) {
        output = next.output
        name += " + " + next.name
        operatorType += " + " + next.operatorType
        self.position = position
    }

    fileprivate mutating func follow(_ first: FusedNode) {
        before = [first]
        name = first.name + " + " + name
        operatorType = first.operatorType + " + " + operatorType
    }
}

/// Decides which nodes run as one. A value disappears only if nobody else reads it and it is no output of the graph.
///
///     Conv          [+ Add of another value] [+ activation]      depthwise: no Add, its kernel has no room for it
///     Conv 1x1 [+ activation] + depthwise Conv [+ activation]    the expanded picture is never in memory as a whole
///         + Conv 1x1 [+ Add] [+ activation]                      ... nor what the second makes of it, where that is large
///     Gemm, MatMul  [+ activation]
///     ChannelScale  [+ activation]                               a BatchNormalization that could not be folded
///     Add           [+ activation]
/// - Returns: in an order in which each finds its inputs ready.
func fused(_ graph: Graph) -> [FusedNode] {
    let uses = Uses(graph)
    var claimed: Set<Int> = []
    var answer: [FusedNode] = []
    for (index, node) in graph.nodes.enumerated() where !claimed.contains(index) {
        var fused = FusedNode(node, at: index)
        if takesResidual(node, graph), let next = uses.soleReader(of: fused.output), !claimed.contains(next),
            let residual = residual(of: graph.nodes[next], besides: fused.output, graph)
        {
            fused.residual = residual
            fused.take(graph.nodes[next], at: next)
            claimed.insert(next)
        }
        if takesActivation(node), let next = uses.soleReader(of: fused.output), !claimed.contains(next),
            let activation = graph.nodes[next].operation as? Activation
        {
            fused.activation = activation
            fused.take(graph.nodes[next], at: next)
            claimed.insert(next)
        }
        answer.append(fused)
    }
    answer = joined(answer, uses) { first, second in expands(first.node, second.node, graph) }
    answer = joined(answer, uses) { first, second in projects(first, second.node, graph) }
    return answer.sorted { $0.position < $1.position }
}

/// Puts nodes into those behind them that alone read them.
private func joined(_ nodes: [FusedNode], _ uses: Uses, where joins: (FusedNode, FusedNode) -> Bool) -> [FusedNode] {
    var answer = nodes
    let byOutput = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1.output, $0) })
    var gone: Set<Int> = []
    for (index, fused) in nodes.enumerated() {
        guard let writer = byOutput[fused.node.inputs[0]], nodes[writer].residual == nil,
            uses.soleReader(of: nodes[writer].output) != nil, joins(nodes[writer], fused)
        else { continue }
        answer[index].follow(nodes[writer])
        gone.insert(writer)
    }
    return answer.enumerated().filter { !gone.contains($0.offset) }.map(\.element)
}

/// Whether the first is a depthwise convolution over an expanded picture and the second a pointwise one for which it is faster to
/// go on row by row: what lies between would fill a second-level cache, some rows of it do not, and the weights of both stay in
/// the first-level cache.
private func projects(_ first: FusedNode, _ second: Node, _ graph: Graph) -> Bool {
    guard let expansion = first.before.first?.node, expansion.operation is Convolution,
        let depthwise = first.node.operation as? Convolution, let projection = second.operation as? Convolution,
        projection.groups == 1, projection.window.isPointwise
    else { return false }
    let (input, expanded) = (graph[expansion.inputs[0]].shape, graph[first.node.inputs[0]].shape)
    let (between, output) = (graph[first.output].shape, graph[second.output].shape)
    let window = depthwise.window
    let reach = (window.kernel.height - 1) * window.dilations.y + 1
    let rows = between[1] * (reach * expanded[3] + between[3])
    let (weights, values) = (between[1] * (input[1] + output[1]), between[1] * between[2] * between[3])
    return values > 192 << 10 && weights <= 8 << 10 && rows <= InvertedResidualStep.rowsLimit
}

/// Whether the first node is a pointwise convolution and the second a depthwise one, both on numbers or both on bytes.
private func expands(_ first: Node, _ second: Node, _ graph: Graph) -> Bool {
    let input = graph[first.inputs[0]].shape
    switch (first.operation, second.operation) {
    case (let pointwise as Convolution, let depthwise as Convolution):
        return pointwise.groups == 1 && pointwise.window.isPointwise && input[1] > 4
            && depthwise.isDepthwise(
                channels: graph[second.inputs[0]].shape[1], outputs: graph[second.output].shape[1])
    case (let pointwise as QuantisedConvolution, let depthwise as QuantisedConvolution):
        return pointwise.groups == 1 && pointwise.window.isPointwise && !pointwise.isMatrix && input[1] > 4
            && first.inputs.count == 1 && pointwise.requantisation != nil && depthwise.groups > 1
    default: return false
    }
}

private func takesResidual(_ node: Node, _ graph: Graph) -> Bool {
    guard let convolution = node.operation as? Convolution else { return false }
    return !convolution.isDepthwise(channels: graph[node.inputs[0]].shape[1], outputs: graph[node.output].shape[1])
}

private func takesActivation(_ node: Node) -> Bool {
    switch node.operation {
    case is Convolution, is MatrixProduct, is ChannelScale: true
    case let binary as BinaryOperation: binary.formula == .add
    default: false
    }
}

/// The other value of an Add of two of the same shape.
private func residual(of node: Node, besides value: ValueID, _ graph: Graph) -> ValueID? {
    guard (node.operation as? BinaryOperation)?.formula == .add else { return nil }
    let other = node.inputs[0] == value ? node.inputs[1] : node.inputs[0]
    guard other != value, graph[other].shape == graph[value].shape else { return nil }
    return other
}

extension Convolution {
    /// Whether each channel has one filter of its own.
    func isDepthwise(channels: Int, outputs: Int) -> Bool { groups > 1 && groups == channels && groups == outputs }
}
