extension Graph {
    /// Runs the graph operator by operator, as plainly as can be: what every plan is compared with.
    /// - Parameter inputs: the elements of `self.inputs`, in the graph's own layout.
    /// - Returns: the elements of every output, by name.
    func evaluate(_ inputs: [[Float]]) throws(InferenceError) -> [String: Tensor] {
        precondition(inputs.count == self.inputs.count, "as many inputs as the graph has")
        var known = values.map(\.constant)
        for (id, elements) in zip(self.inputs, inputs) {
            known[id.index] = Tensor(shape: self[id].shape, floats: elements)
        }
        for node in nodes {
            do throws(Fault) {
                known[node.output.index] = try node.operation.evaluate(node.inputs.compactMap { known[$0.index] })
            } catch {
                throw InferenceError(error, at: node.location)
            }
        }
        var answers: [String: Tensor] = [:]
        for output in outputs { answers[output.name] = known[output.value.index] }
        return answers
    }
}
