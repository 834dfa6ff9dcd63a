// Gather: slices of x at some indices along an axis. GatherElements: for each index the element at its place, the index
// itself along the axis. Negative indices count from the end; one beyond is refused where it is known before the run, and
// taken as the nearest there is where it isn't.

import ONNXFormat

/// Slices, or single elements, of x at some indices along an axis. Data inputs: x and the indices.
struct Gather: PlainOperation {
    let axis: Int
    /// Whether single elements are taken.
    let picksElements: Bool

    init(_ node: inout NodeReader, elements: Bool) throws(Fault) {
        picksElements = elements
        let value = try node.takeData(0)
        let indices = try node.takeData(1)
        axis = try resolvedAxis(try node.int("axis", in: -8...7) ?? 0, rank: value.shape.count)
        guard !value.shape.isEmpty, !indices.type.isFloating else {
            throw Fault(.invalid, "its input is a single number, or its indices are \(indices.type) values")
        }
        if let known = indices.constant {
            let size = value.shape[axis]
            for index in try known.integers() where !(-size..<size).contains(index) {
                throw Fault(.invalid, "index \(index) along an axis of \(size)")
            }
        } else if value.shape[axis] == 0 {
            throw Fault(.invalid, "an axis without elements")
        }
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] {
        let (value, indices) = (inputs[0], inputs[1])
        guard picksElements else { return Array(value[..<axis]) + indices + Array(value[(axis + 1)...]) }
        guard indices.count == value.count,
            value.indices.allSatisfy({ $0 == axis || indices[$0] <= value[$0] })
        else { throw Fault(.invalid, "indices of the shape \(indices) for a value of \(value)") }
        return indices
    }

    func type(of inputs: [ONNXElementType]) -> ONNXElementType { inputs[0] }

    func compute(_ inputs: [Operand], into output: Operand) {
        let (value, indices) = (inputs[0], inputs[1])
        let view = AxisView(value.shape, axis: axis)
        let size = view.length
        func place(_ index: Int) -> Int { min(max(index < 0 ? index &+ size : index, 0), size - 1) }
        if picksElements {
            var position = 0
            for outer in 0..<indices.shape[..<axis].reduce(1, *) {
                for _ in 0..<indices.shape[axis] {
                    for inner in 0..<indices.shape[(axis + 1)...].reduce(1, *) {
                        let from =
                            (row(outer, of: indices.shape, in: value.shape) * size + place(indices.integers[position]))
                        copy(
                            value, from * view.inner + column(inner, of: indices.shape, in: value.shape), output,
                            position, 1)
                        position += 1
                    }
                }
            }
            return
        }
        for outer in 0..<view.outer {
            for index in 0..<indices.count {
                copy(
                    value, (outer * size + place(indices.integers[index])) * view.inner, output,
                    (outer * indices.count + index) * view.inner, view.inner)
            }
        }
    }

    /// The place in front of the axis of a value that may be larger than the indices.
    private func row(_ index: Int, of small: [Int], in large: [Int]) -> Int { moved(index, small, large, 0..<axis) }

    /// Likewise behind the axis.
    private func column(_ index: Int, of small: [Int], in large: [Int]) -> Int {
        moved(index, small, large, axis + 1..<large.count)
    }

    private func moved(_ index: Int, _ small: [Int], _ large: [Int], _ axes: Range<Int>) -> Int {
        var (rest, place, stride) = (index, 0, 1)
        for axis in axes.reversed() {
            place += rest % small[axis] * stride
            rest /= small[axis]
            stride *= large[axis]
        }
        return place
    }

    private func copy(_ source: Operand, _ from: Int, _ target: Operand, _ to: Int, _ count: Int) {
        if source.isFloating {
            (target.floats + to).update(from: source.floats + from, count: count)
        } else {
            (target.integers + to).update(from: source.integers + from, count: count)
        }
    }
}
