// Slice: x[start : end : step] along some axes. Split: x in parts along one axis; each part is a slice.

import ONNXFormat

extension Rearrangement {
    init(slice node: inout NodeReader) throws(Fault) {
        let value = try node.takeData(0)
        let rank = value.shape.count
        let everything = Int.min...Int.max
        let old = node.opset < 10
        let starts = old ? try node.ints("starts", in: everything) : try node.constantIntegers(1, "starts")
        let ends = old ? try node.ints("ends", in: everything) : try node.constantIntegers(2, "ends")
        let given = try node.axes(asInput: 3, since: 10)
        let steps = old ? nil : try node.constantIntegers(4, "steps")
        guard let starts, let ends else { throw Fault(.invalid, "it has no starts or ends") }
        let axes = given ?? Array(starts.indices)
        guard ends.count == starts.count, axes.count == starts.count, steps?.count ?? starts.count == starts.count,
            axes.count <= rank
        else { throw Fault(.invalid, "its starts, ends, axes and steps differ in number") }
        _ = try resolvedAxes(axes, rank: rank)
        var target = value.shape
        var (first, by) = ([Int](repeating: 0, count: rank), [Int](repeating: 1, count: rank))
        for index in starts.indices {
            let axis = try resolvedAxis(axes[index], rank: rank)
            let (size, step) = (value.shape[axis], steps?[index] ?? 1)
            guard step != 0, step > Int.min else { throw Fault(.invalid, "a step of \(step)") }
            func clamped(_ place: Int, _ range: ClosedRange<Int>) -> Int {
                min(max(place < 0 ? place + size : place, range.lowerBound), range.upperBound)
            }
            let forward = step > 0
            let start = clamped(starts[index], forward ? 0...size : 0...max(size - 1, 0))
            let end = clamped(ends[index], forward ? 0...size : -1...max(size - 1, 0))
            let length = forward ? max(end - start, 0) : max(start - end, 0)
            let stride = step.magnitude > UInt(length) ? max(length, 1) : Int(step.magnitude)
            target[axis] = size == 0 ? 0 : (length + stride - 1) / stride
            (first[axis], by[axis]) = (start, forward ? stride : -stride)
        }
        try self.init(slicing: value.shape, target: target, starts: first, steps: by)
    }

    init(split node: inout NodeReader) throws(Fault) {
        let shape = try node.takeData(0).shape
        let axis = try resolvedAxis(try node.int("axis", in: -8...7) ?? 0, rank: shape.count)
        guard !shape.isEmpty else { throw Fault(.invalid, "its input is a single number") }
        let attribute = node.opset < 13 ? try node.ints("split", in: 0...Int.max) : nil
        let parts = node.opset < 13 ? attribute : try node.constantIntegers(1, "split")
        let count =
            node.opset >= 18 ? try node.int("num_outputs", in: 1...1 << 16) ?? node.outputCount : node.outputCount
        // Equal parts, the last one smaller where they don't fit.
        let equal = (shape[axis] + count - 1) / count
        let sizes = parts ?? (0..<count).map { max(min(equal, shape[axis] - $0 * equal), 0) }
        let index = node.outputIndex()
        var sum = 0
        for size in sizes {
            guard size >= 0, size <= shape[axis] - sum else {
                throw Fault(.invalid, "parts of \(sizes) along an axis of \(shape[axis])")
            }
            sum += size
        }
        guard sum == shape[axis], sizes.indices.contains(index) else {
            throw Fault(.invalid, "\(sizes.count) parts of \(sizes) along an axis of \(shape[axis])")
        }
        var (target, starts) = (shape, shape.map { _ in 0 })
        (target[axis], starts[axis]) = (sizes[index], sizes[..<index].reduce(0, +))
        try self.init(slicing: shape, target: target, starts: starts, steps: shape.map { _ in 1 })
    }

    private init(slicing shape: [Int], target: [Int], starts: [Int], steps: [Int]) throws(Fault) {
        try self.init(
            target: target,
            runs: shape.indices.map { Run(size: target[$0], target: $0, source: $0, step: steps[$0]) },
            starts: starts, of: shape)
    }
}
