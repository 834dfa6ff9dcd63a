extension Planner {
    /// Whatever has no row of its own: its plain code over values as the graph orders them.
    mutating func plan(plain operation: any PlainOperation, _ fused: FusedNode) throws(Fault) {
        var sources: [PlainStep.Source] = []
        for input in fused.node.inputs {
            sources.append(
                .init(tensor: try tensor(input, .asGraph), shape: graph[input].shape, type: graph[input].type))
        }
        let output = graph[fused.output]
        let write = newTensor(fused.output, .asGraph)
        let traits = traits(
            fused, kernel: "plain", multiplications: operation.work(sources.map(\.shape), output.shape),
            reads: sources.map(\.tensor), write: write, units: 1)
        try append(
            PlainStep(
                traits, operation, sources: sources,
                target: .init(tensor: write, shape: output.shape, type: output.type),
                finish: Finish(fused.activation, kernels)))
    }
}
