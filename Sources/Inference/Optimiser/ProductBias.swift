import ONNXFormat

extension Graph {
    /// A linear layer over more than one row is written as a product with a matrix and a sum with one number a column: the
    /// product's kernel adds them by itself.
    mutating func foldBiasIntoProducts() {
        let uses = Uses(self)
        var gone: Set<Int> = []
        for index in nodes.indices where (nodes[index].operation as? BinaryOperation)?.formula == .add {
            for (value, other) in [(0, 1), (1, 0)].map({ (nodes[index].inputs[$0], nodes[index].inputs[$1]) }) {
                guard let constant = self[other].constant, let columns = self[value].shape.last,
                    constant.count == columns, constant.shape.last == columns, constant.type.isFloating,
                    self[nodes[index].output].shape == self[value].shape, let writer = uses.writer[value.index],
                    uses.soleReader(of: value) == index, !gone.contains(writer),
                    let product = nodes[writer].operation as? MatrixProduct, !product.hasAddend,
                    let sum = try? product.adding((nodes[writer].inputs + [other]).map { self[$0].shape })
                else { continue }
                nodes[index].operation = sum
                nodes[index].inputs = nodes[writer].inputs + [other]
                gone.insert(writer)
                break
            }
        }
        remove(gone)
    }
}
