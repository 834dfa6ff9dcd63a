// ArgMax, ArgMin: the index of the largest or smallest along an axis. TopK: the k largest or smallest, and their indices.
// CumSum: the sums of all elements up to each one along an axis.

import ONNXFormat

/// The index of the largest or smallest element along an axis. Data input: x.
struct Extreme: PlainOperation {
    let axis: Int
    let keepsAxis: Bool
    let isLargest: Bool
    /// Of several that are equal.
    let takesLast: Bool

    init(_ node: inout NodeReader, largest: Bool) throws(Fault) {
        let shape = try node.takeData(0).shape
        axis = try resolvedAxis(try node.int("axis", in: -8...7) ?? 0, rank: shape.count)
        keepsAxis = try node.flag("keepdims", preset: true)
        takesLast = try node.flag("select_last_index")
        isLargest = largest
        guard !shape.isEmpty, shape[axis] > 0 else { throw Fault(.invalid, "its input has the shape \(shape)") }
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] {
        var shape = try single(inputs)
        if keepsAxis { shape[axis] = 1 } else { shape.remove(at: axis) }
        return shape
    }

    func type(of inputs: [ONNXElementType]) -> ONNXElementType { .int64 }

    func compute(_ inputs: [Operand], into output: Operand) {
        let input = inputs[0]
        if input.isFloating {
            search(input.floats, AxisView(input.shape, axis: axis), output.integers)
        } else {
            search(input.integers, AxisView(input.shape, axis: axis), output.integers)
        }
    }

    @inline(__always)
    private func search<Value: Comparable>(
        _ source: UnsafeMutablePointer<Value>, _ view: AxisView, _ target: UnsafeMutablePointer<Int>
    ) {
        var line = 0
        view.forEachLine { first in
            var best = 0
            for index in 1..<max(view.length, 1) {
                let (value, top) = (source[first + index * view.inner], source[first + best * view.inner])
                if (isLargest ? value > top : value < top) || (takesLast && value == top) { best = index }
            }
            target[line] = best
            line += 1
        }
    }
}

/// The k largest or smallest elements along an axis, best first, or their indices. Data input: x.
struct Ranking: PlainOperation {
    let axis: Int
    let number: Int
    let isLargest: Bool
    /// Whether the indices are computed, not the values.
    let givesIndices: Bool

    init(_ node: inout NodeReader) throws(Fault) {
        let shape = try node.takeData(0).shape
        axis = try resolvedAxis(try node.int("axis", in: -8...7) ?? -1, rank: shape.count)
        let number =
            node.opset < 10 ? try node.int("k", in: 0...Int.max) : try node.constantIntegers(1, "number")?.first
        isLargest = node.opset < 11 ? true : try node.flag("largest", preset: true)
        _ = node.opset < 11 ? true : try node.flag("sorted", preset: true)
        givesIndices = node.outputIndex() == 1
        guard let number, !shape.isEmpty, (0...shape[axis]).contains(number) else {
            throw Fault(.invalid, "\(number ?? -1) of the elements along axis \(axis) of \(shape)")
        }
        self.number = number
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] {
        var shape = try single(inputs)
        shape[axis] = number
        return shape
    }

    func type(of inputs: [ONNXElementType]) -> ONNXElementType { givesIndices ? .int64 : inputs[0] }

    func work(_ inputs: [[Int]], _ output: [Int]) -> Double {
        Double(inputs[0].reduce(1, *)) * Double(max(number, 1))
    }

    func compute(_ inputs: [Operand], into output: Operand) {
        let input = inputs[0]
        let view = AxisView(input.shape, axis: axis)
        if input.isFloating {
            rank(input.floats, view) { from, to, index in
                if givesIndices { output.integers[to] = index } else { output.floats[to] = input.floats[from] }
            }
        } else {
            rank(input.integers, view) { from, to, index in
                output.integers[to] = givesIndices ? index : input.integers[from]
            }
        }
    }

    /// k walks along each line, each for the best element behind the last one found: needs no memory.
    @inline(__always)
    private func rank<Value: Comparable>(
        _ source: UnsafeMutablePointer<Value>, _ view: AxisView, _ write: (_ from: Int, _ to: Int, _ index: Int) -> Void
    ) {
        var line = 0
        view.forEachLine { first in
            func before(_ left: Int, _ right: Int) -> Bool {
                let (a, b) = (source[first + left * view.inner], source[first + right * view.inner])
                return a == b ? left < right : (isLargest ? a > b : a < b)
            }
            var last = -1
            for place in 0..<number {
                var best = -1
                for index in 0..<view.length
                where (last < 0 || (index != last && before(last, index))) && (best < 0 || before(index, best)) {
                    best = index
                }
                if best < 0 { best = max(last, 0) }  // only where some are no numbers
                write(
                    first + best * view.inner,
                    (line / view.inner * number + place) * view.inner + line % view.inner, best)
                last = best
            }
            line += 1
        }
    }
}

/// Running sums along an axis. Data input: x.
struct RunningSum: PlainOperation {
    let axis: Int
    let isExclusive: Bool
    let isReversed: Bool

    init(_ node: inout NodeReader) throws(Fault) {
        let shape = try node.takeData(0).shape
        guard let axis = try node.constant(1, "axis")?.integers().first, !shape.isEmpty else {
            throw Fault(.invalid, "it has no axis")
        }
        self.axis = try resolvedAxis(axis, rank: shape.count)
        isExclusive = try node.flag("exclusive")
        isReversed = try node.flag("reverse")
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { try single(inputs) }

    func compute(_ inputs: [Operand], into output: Operand) {
        let view = AxisView(output.shape, axis: axis)
        view.forEachLine { first in
            var (sum, whole) = (0.0, 0)
            for step in 0..<view.length {
                let place = first + (isReversed ? view.length - 1 - step : step) * view.inner
                if output.isFloating {
                    let next = sum + Double(inputs[0].floats[place])
                    output.floats[place] = Float(isExclusive ? sum : next)
                    sum = next
                } else {
                    let next = whole &+ inputs[0].integers[place]
                    output.integers[place] = output.type.wrapped(isExclusive ? whole : next)
                    whole = next
                }
            }
        }
    }
}
