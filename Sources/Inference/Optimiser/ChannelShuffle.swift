// ShuffleNet deals channels out again: (n, g k, h, w) as (n, g, k, h, w), groups and channels turned over, as one again.

extension Graph {
    /// Reshape, Transpose, Reshape that only reorder channels become one operator over pictures, which have no need to leave
    /// their layout for it.
    mutating func recogniseChannelShuffle() {
        let uses = Uses(self)
        var gone: Set<Int> = []
        for index in nodes.indices where nodes[index].operation is Reshape {
            guard let turn = uses.writer[nodes[index].inputs[0].index],
                uses.soleReader(of: nodes[turn].output) == index,
                let move = nodes[turn].operation as? Rearrangement, move.runs.map(\.source) == [0, 2, 1, 3, 4],
                move.runs.allSatisfy({ $0.step == 1 }), move.starts.allSatisfy({ $0 == 0 }),
                let split = uses.writer[nodes[turn].inputs[0].index], uses.soleReader(of: nodes[split].output) == turn,
                nodes[split].operation is Reshape
            else { continue }
            let (shape, middle) = (self[nodes[split].inputs[0]].shape, self[nodes[split].output].shape)
            guard shape.count == 4, self[nodes[index].output].shape == shape, middle.count == 5, middle[0] == shape[0],
                middle[1] * middle[2] == shape[1], Array(middle[3...]) == Array(shape[2...]),
                let shuffle = try? Rearrangement(
                    target: shape,
                    runs: [
                        .init(size: shape[0], target: 0, source: 0, step: 1),
                        .init(size: middle[2], target: 1, source: 1, step: 1),
                        .init(size: middle[1], target: 1, source: 1, step: middle[2]),
                        .init(size: shape[2], target: 2, source: 2, step: 1),
                        .init(size: shape[3], target: 3, source: 3, step: 1),
                    ], starts: [0, 0, 0, 0], of: shape)
            else { continue }
            nodes[index].operation = shuffle
            nodes[index].inputs = nodes[split].inputs
            gone.formUnion([turn, split])
        }
        remove(gone)
    }
}
