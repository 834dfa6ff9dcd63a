/// Walks through all index tuples of a shape in order while keeping a place in up to three values that lie with strides
/// of their own. Allocates when it is made, not when it moves.
struct Walk {
    private let walk: StridedWalk

    /// - Parameter strides: one list for each source, each as long as `shape`.
    init(_ shape: [Int], _ strides: [[Int]]) {
        walk = StridedWalk(
            sizes: shape.isEmpty ? [1] : shape, strides: shape.isEmpty ? strides.map { _ in [0] } : strides)
    }

    /// Calls `body` with the place of each element of the shape, counted from 0, and its places in the sources.
    @inline(__always)
    func forEach(_ body: (_ index: Int, _ first: Int, _ second: Int, _ third: Int) -> Void) {
        var index = 0
        for row in 0..<walk.rows {
            var (first, second, third) = walk.starts(row)
            for _ in 0..<walk.inner {
                body(index, first, second, third)
                index += 1
                first += walk.innerStrides[0]
                second += walk.innerStrides[1]
                third += walk.innerStrides[2]
            }
        }
    }

    /// Elements of the shape.
    var count: Int { walk.rows * walk.inner }
}

/// A value as rows, columns and what lies behind: `[outer][length][inner]` about one axis.
struct AxisView {
    let outer: Int
    let length: Int
    let inner: Int

    init(_ shape: [Int], axis: Int) { self.init(shape, axes: axis..<axis + 1) }

    /// Neighbouring axes count as one.
    init(_ shape: [Int], axes: Range<Int>) {
        outer = shape[..<axes.lowerBound].reduce(1, *)
        length = shape[axes].reduce(1, *)
        inner = shape[axes.upperBound...].reduce(1, *)
    }

    /// Calls `body` with the place of the first element of each line along the axis; the next one lies `inner` further.
    @inline(__always)
    func forEachLine(_ body: (Int) -> Void) {
        for first in 0..<outer {
            for last in 0..<inner { body(first * length * inner + last) }
        }
    }
}
