import ONNXFormat

extension Planner {
    mutating func plan(_ product: MatrixProduct, _ fused: FusedNode) throws(Fault) {
        let node = fused.node
        let (left, right) = (graph[node.inputs[0]].shape, graph[node.inputs[1]].shape)
        let columns = graph[node.output].shape.last ?? 1
        let rows = graph[node.output].count / columns
        let depth = product.transposesRight ? right[1] : right[0]
        // The kernel takes rows against a packed matrix, and adds one number a column. Turned over, one row stays one.
        guard !product.transposesLeft || left[0] == 1 || left[1] == 1,
            let matrix = graph[node.inputs[1]].constant, hasBias(product, node)
        else { return try plan(plain: product, fused) }
        try requireFloats(matrix)
        let input = try tensor(node.inputs[0], .asGraph)
        let alpha = product.alpha
        let strides = product.transposesRight ? (depth: 1, column: depth) : (depth: columns, column: 1)
        let weights = weights.reserve(matrix.count) { target in
            guard let floats = try? matrix.floats() else { return }
            fillPanels(target, from: floats, depth: depth, columns: columns) { row, column in
                row * strides.depth + column * strides.column
            }
            if alpha != 1 { for index in target.indices { target[index] *= alpha } }
        }
        let finish = Finish(fused.activation, kernels)
        let bias = product.hasAddend ? try self.bias(product, node, columns: columns) : nil
        var strip = threads > 1 ? wholePanels(columns / (3 * threads)) : columns
        // The kernel reads up to four panels of one row's weights side by side.
        let together = 4 * wholePanels(1)
        if rows == 1, threads > 1, columns >= threads * together { strip = max(1, strip / together) * together }
        let sizes = DenseStep.Sizes(rows: rows, depth: depth, columns: columns, stripColumns: strip)
        let write = newTensor(fused.output, .asGraph)
        let traits = traits(
            fused, kernel: kernels.name("product") + finish.suffix,
            multiplications: Double(rows) * Double(depth) * Double(columns), reads: [input], write: write,
            units: sizes.units)
        try append(
            DenseStep(traits, sizes, input: input, weights: weights, bias: bias, finish: finish, kernels: kernels))
    }

    /// Whether what it adds, if anything, is a constant number a column.
    private func hasBias(_ product: MatrixProduct, _ node: Node) -> Bool {
        guard product.hasAddend else { return true }
        guard let constant = graph[node.inputs[2]].constant else { return false }
        let perColumn = constant.shape.dropLast().allSatisfy { $0 == 1 }
        return constant.count == 1 || (perColumn && constant.count == graph[node.output].shape.last)
    }

    /// What Gemm adds, as one number a column.
    private mutating func bias(_ product: MatrixProduct, _ node: Node, columns: Int) throws(Fault) -> WeightID {
        guard let constant = graph[node.inputs[2]].constant else { throw Fault(.invalid, "what it adds is not known") }
        let floats = try constant.floats().map { $0 * product.beta }
        return weights.reserve(floats.count == 1 ? [Float](repeating: floats[0], count: columns) : floats)
    }
}
