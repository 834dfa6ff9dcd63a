import ONNXFormat

/// The nodes that the outputs need, each after those it reads from.
///
/// The format demands this order of the file; files that don't keep it are sorted, cycles are refused.
/// - Returns: indices into `graph.nodes`.
/// - Complexity: O(nodes and their inputs).
func topologicalOrder(_ graph: ONNXGraph) throws(InferenceError) -> [Int] {
    var writer: [String: Int] = [:]
    let known = Set(graph.initializers.map(\.name)).union(graph.inputs.map(\.name))
    for (index, node) in graph.nodes.enumerated() {
        for output in node.outputs where !output.isEmpty {
            guard !known.contains(output), writer.updateValue(index, forKey: output) == nil else {
                throw InferenceError(.invalid, "writes '\(output)', which something else is too", at: node.location)
            }
        }
    }

    enum Mark { case new, open, done }
    var marks = [Mark](repeating: .new, count: graph.nodes.count)
    var order: [Int] = []
    // A depth-first walk with its own stack: a chain as long as the file must not be as deep as the thread's stack.
    var stack: [(node: Int, nextInput: Int)] = []
    for output in graph.outputs {
        guard let root = writer[output.name] else {
            guard known.contains(output.name) else {
                throw InferenceError(.missing, "nothing computes it", at: "output '\(output.name)'")
            }
            continue
        }
        if marks[root] == .new {
            marks[root] = .open
            stack.append((root, 0))
        }
        while let (index, next) = stack.last {
            let node = graph.nodes[index]
            guard next < node.inputs.count else {
                marks[index] = .done
                order.append(index)
                stack.removeLast()
                continue
            }
            stack[stack.count - 1].nextInput += 1
            let name = node.inputs[next]
            if name.isEmpty || known.contains(name) { continue }
            guard let source = writer[name] else {
                throw InferenceError(
                    .missing, "reads '\(name)', which is no input, no initialiser and no node's output",
                    at: node.location)
            }
            switch marks[source] {
            case .done: break
            case .open:
                throw InferenceError(.cycle, "waits for its own result through '\(name)'", at: node.location)
            case .new:
                marks[source] = .open
                stack.append((source, 0))
            }
        }
    }
    return order
}

extension ONNXNode {
    /// For messages: the name, or what the node writes where it has none.
    var location: String { "node '\(name.isEmpty ? outputs.first ?? "" : name)' (\(operatorType))" }
}
