/// Rewrites a graph into one that computes the same with fewer operators. Constants are folded while a graph is built;
/// what is fused into one kernel is decided by the planner, as it depends on the kernels there are.
///
/// Each pass is O(nodes). None changes a value that is an output or that more than the rewritten node reads.
extension Graph {
    func optimised(limits: InferenceLimits = .standard) throws(InferenceError) -> Graph {
        var graph = self
        graph.quantiseOperators()
        graph.recogniseHardSigmoid()
        graph.recogniseHardSwish()
        graph.recogniseSwish()
        graph.recogniseGelu()
        graph.recogniseChannelShuffle()
        graph.foldBiasIntoProducts()
        graph.turnConstantArithmeticIntoChannelScales(limits)
        graph.mergeChannelScales()
        graph.foldPaddingIntoConvolutions()
        try graph.foldChannelScalesIntoConvolutions(limits)
        return graph
    }

    /// Takes nodes out of the graph; nobody may need them any more.
    mutating func remove(_ indices: Set<Int>) {
        guard !indices.isEmpty else { return }
        nodes = nodes.enumerated().filter { !indices.contains($0.offset) }.map(\.element)
    }

    /// The number a value is, where it is a constant of one element.
    func scalar(_ id: ValueID) -> Float? {
        guard let constant = self[id].constant, constant.count == 1 else { return nil }
        return try? constant.floats().first
    }

    /// Splits the inputs of a binary node into the one that is computed and the number beside it.
    func valueAndScalar(_ node: Node) -> (value: ValueID, scalar: Float, scalarFirst: Bool)? {
        guard node.inputs.count == 2,
            self[node.output].shape == self[node.inputs[0]].shape
                || self[node.output].shape == self[node.inputs[1]].shape
        else { return nil }
        if let number = scalar(node.inputs[1]), self[node.output].shape == self[node.inputs[0]].shape {
            return (node.inputs[0], number, false)
        }
        if let number = scalar(node.inputs[0]), self[node.output].shape == self[node.inputs[1]].shape {
            return (node.inputs[1], number, true)
        }
        return nil
    }
}
