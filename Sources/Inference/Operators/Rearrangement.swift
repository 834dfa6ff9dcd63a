// Transpose, Slice, Split, Expand, Tile, DepthToSpace, SpaceToDepth: every element of the output is one of x, found by
// strides.

import ONNXFormat

/// The elements of x at places that its indices give by strides. Data input: x.
struct Rearrangement: PlainOperation {
    /// A run of the output's elements along one of its axes: each step moves by `step` along axis `source` of x, or not
    /// at all. An axis of the output is one run or several, the outer before the inner.
    struct Run: Sendable, Hashable {
        var size: Int
        /// The axis of the output.
        var target: Int
        /// The axis of x.
        var source: Int
        var step: Int
    }

    let target: [Int]
    /// In the order of the output's axes.
    let runs: [Run]
    /// The index in x, by axis, of the output's first element.
    let starts: [Int]
    private let walk: Walk

    /// - Parameter shape: of x.
    /// - Throws: where the output would be larger than anything.
    init(target: [Int], runs: [Run], starts: [Int], of shape: [Int]) throws(Fault) {
        guard let count = elementCount(of: target), count <= 1 << 40, target.count <= 8 else {
            throw Fault(.tooLarge, "a value of the shape \(target)")
        }
        (self.target, self.runs, self.starts) = (target, runs, starts)
        guard count > 0 else {
            (walk, start) = (Walk([0], [[0]]), 0)
            return
        }
        let (sizes, strides, offset) = Self.places(runs, starts, strides: denseStrides(shape))
        walk = Walk(sizes, [strides])
        start = offset
    }

    private let start: Int

    /// Sizes and strides of the runs in memory, neighbours that go on from each other taken as one.
    /// - Parameter strides: of x in memory, by axis.
    static func places(
        _ runs: [Run], _ starts: [Int], strides: [Int]
    ) -> (sizes: [Int], strides: [Int], offset: Int) {
        var merged: [(size: Int, stride: Int)] = []
        for run in runs where run.size != 1 {
            let stride = run.step == 0 ? 0 : run.step * strides[run.source]
            if let last = merged.last, last.stride == stride * run.size {
                merged[merged.count - 1] = (last.size * run.size, stride)
            } else {
                merged.append((run.size, stride))
            }
        }
        let offset = zip(starts, strides).map { $0 * $1 }.reduce(0, +)
        return (merged.map(\.size), merged.map(\.stride), offset)
    }

    /// As many runs as the walk over memory holds.
    static let mostRuns = 8

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { target }

    func compute(_ inputs: [Operand], into output: Operand) {
        guard output.count > 0 else { return }
        if output.isFloating {
            let (source, target) = (inputs[0].floats + start, output.floats)
            walk.forEach { index, place, _, _ in target[index] = source[place] }
        } else {
            let (source, target) = (inputs[0].integers + start, output.integers)
            walk.forEach { index, place, _, _ in target[index] = source[place] }
        }
    }
}

extension Rearrangement {
    init(transpose node: inout NodeReader) throws(Fault) {
        let shape = try node.takeData(0).shape
        let order = try node.ints("perm", in: 0...7) ?? shape.indices.reversed()
        guard order.sorted() == Array(shape.indices) else {
            throw Fault(.invalid, "its order of axes is \(order) for the shape \(shape)")
        }
        try self.init(
            target: order.map { shape[$0] },
            runs: order.enumerated().map { Run(size: shape[$1], target: $0, source: $1, step: 1) },
            starts: shape.map { _ in 0 }, of: shape)
    }

    init(expand node: inout NodeReader) throws(Fault) {
        let shape = try node.takeData(0).shape
        guard let given = try node.constantIntegers(1, "shape"), given.allSatisfy({ $0 >= 0 }) else {
            throw Fault(.invalid, "it has no shape, or one with negative sizes")
        }
        let target = try broadcastShape(shape, given)
        let missing = target.count - shape.count
        let runs = target.indices.map { axis in
            let stretches = axis < missing || shape[axis - missing] != target[axis]
            return Run(size: target[axis], target: axis, source: max(axis - missing, 0), step: stretches ? 0 : 1)
        }
        try self.init(target: target, runs: runs, starts: shape.map { _ in 0 }, of: shape)
    }

    init(tile node: inout NodeReader) throws(Fault) {
        let shape = try node.takeData(0).shape
        guard let repeats = try node.constantIntegers(1, "repeats"), repeats.count == shape.count,
            repeats.allSatisfy({ (0...1 << 30).contains($0) })
        else { throw Fault(.invalid, "it has no repeats, or not one for each axis") }
        let runs = shape.indices.flatMap { axis in
            [
                Run(size: repeats[axis], target: axis, source: axis, step: 0),
                Run(size: shape[axis], target: axis, source: axis, step: 1),
            ]
        }
        guard runs.filter({ $0.size != 1 }).count <= Self.mostRuns else {
            throw Fault(.unsupported, "it repeats a value with more than four dimensions")
        }
        try self.init(target: zip(shape, repeats).map { $0 * $1 }, runs: runs, starts: shape.map { _ in 0 }, of: shape)
    }

    init(depthToSpace node: inout NodeReader) throws(Fault) {
        let shape = try node.takeData(0).shape
        try requirePictures(shape)
        let block = try node.int("blocksize", in: 1...Window.limit) ?? 0
        let mode = try node.string("mode") ?? "DCR"
        guard block > 0, shape[1] % (block * block) == 0, ["DCR", "CRD"].contains(mode) else {
            throw Fault(.invalid, "blocks of \(block) and mode '\(mode)' for the shape \(shape)")
        }
        let depth = shape[1] / (block * block)
        // Which channel a place of the block comes from: DCR, rows * block * depth; CRD, the channel first.
        let (channel, row, column) = mode == "DCR" ? (1, block * depth, depth) : (block * block, block, 1)
        try self.init(
            target: [shape[0], depth, shape[2] * block, shape[3] * block],
            runs: [
                Run(size: shape[0], target: 0, source: 0, step: 1),
                Run(size: depth, target: 1, source: 1, step: channel),
                Run(size: shape[2], target: 2, source: 2, step: 1), Run(size: block, target: 2, source: 1, step: row),
                Run(size: shape[3], target: 3, source: 3, step: 1),
                Run(size: block, target: 3, source: 1, step: column),
            ], starts: [0, 0, 0, 0], of: shape)
    }

    init(spaceToDepth node: inout NodeReader) throws(Fault) {
        let shape = try node.takeData(0).shape
        try requirePictures(shape)
        let block = try node.int("blocksize", in: 1...Window.limit) ?? 0
        guard block > 0, shape[2] % block == 0, shape[3] % block == 0 else {
            throw Fault(.invalid, "blocks of \(block) for the shape \(shape)")
        }
        let (height, width) = (shape[2] / block, shape[3] / block)
        try self.init(
            target: [shape[0], shape[1] * block * block, height, width],
            runs: [
                Run(size: shape[0], target: 0, source: 0, step: 1), Run(size: block, target: 1, source: 2, step: 1),
                Run(size: block, target: 1, source: 3, step: 1), Run(size: shape[1], target: 1, source: 1, step: 1),
                Run(size: height, target: 2, source: 2, step: block),
                Run(size: width, target: 3, source: 3, step: block),
            ], starts: [0, 0, 0, 0], of: shape)
    }
}
