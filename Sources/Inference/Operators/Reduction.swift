// ReduceMean, ReduceSum, ReduceMax, ...: one number out of all elements along some axes. GlobalAveragePool, GlobalMaxPool:
// the mean and the largest over all rows and columns of a picture.

import ONNXFormat

#if canImport(Glibc)
    import Glibc
#endif

/// One number out of those along some axes. Data input: x.
struct Reduction: PlainOperation {
    enum Kind: String, Sendable {
        case mean, sum, product, maximum, minimum, sumOfMagnitudes, length, sumOfSquares, logarithmOfSum
        case logarithmOfExponentials
    }

    let kind: Kind
    /// Ascending, each once; empty where every element stays by itself.
    let axes: [Int]
    /// Whether the axes stay, with a size of 1.
    let keepsAxes: Bool
    private let outer: Walk
    private let reduced: Walk

    init(globalPool node: inout NodeReader, _ kind: Kind) throws(Fault) {
        let shape = try node.takeData(0).shape
        guard shape.count >= 3 else { throw Fault(.invalid, "its input has the shape \(shape)") }
        self.init(kind, axes: Array(2..<shape.count), keepsAxes: true, of: shape)
    }

    init(_ node: inout NodeReader, _ kind: Kind) throws(Fault) {
        let input = try node.takeData(0)
        if !input.type.isFloating, [.length, .logarithmOfSum, .logarithmOfExponentials].contains(kind) {
            throw Fault(.unsupported, "it takes roots or logarithms of \(input.type) values")
        }
        let given = try node.axes(asInput: 1, since: kind == .sum ? 13 : 18)
        let keepsAxes = try node.flag("keepdims", preset: true)
        let none = try node.flag("noop_with_empty_axes")
        var axes: [Int] = []
        if let given, !given.isEmpty {
            axes = try resolvedAxes(given, rank: input.shape.count)
        } else if !none {
            axes = Array(input.shape.indices)
        }
        self.init(kind, axes: axes, keepsAxes: keepsAxes, of: input.shape)
    }

    private init(_ kind: Kind, axes: [Int], keepsAxes: Bool, of shape: [Int]) {
        (self.kind, self.axes, self.keepsAxes) = (kind, axes, keepsAxes)
        let strides = denseStrides(shape)
        let kept = shape.indices.filter { !axes.contains($0) }
        outer = Walk(kept.map { shape[$0] }, [kept.map { strides[$0] }])
        reduced = Walk(axes.map { shape[$0] }, [axes.map { strides[$0] }])
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] {
        let input = try single(inputs)
        return input.indices.compactMap { axis in
            axes.contains(axis) ? (keepsAxes ? 1 : nil) : input[axis]
        }
    }

    func compute(_ inputs: [Operand], into output: Operand) {
        guard output.count > 0 else { return }
        guard inputs[0].isFloating else { return computeIntegers(inputs[0].integers, into: output) }
        let (source, target) = (inputs[0].floats, output.floats)
        outer.forEach { index, start, _, _ in target[index] = Float(number(source + start)) }
    }

    /// In double, so that the order of a sum doesn't show.
    @inline(__always)
    private func number(_ source: UnsafeMutablePointer<Float>) -> Double {
        var answer = 0.0
        switch kind {
        case .mean, .sum, .logarithmOfSum:
            reduced.forEach { _, place, _, _ in answer += Double(source[place]) }
            if kind == .mean { answer /= Double(reduced.count) }
            if kind == .logarithmOfSum { answer = log(answer) }
        case .product:
            answer = 1
            reduced.forEach { _, place, _, _ in answer *= Double(source[place]) }
        case .maximum:
            answer = -.infinity
            reduced.forEach { _, place, _, _ in answer = max(answer, Double(source[place])) }
        case .minimum:
            answer = .infinity
            reduced.forEach { _, place, _, _ in answer = min(answer, Double(source[place])) }
        case .sumOfMagnitudes:
            reduced.forEach { _, place, _, _ in answer += Double(source[place].magnitude) }
        case .length, .sumOfSquares:
            reduced.forEach { _, place, _, _ in answer += Double(source[place]) * Double(source[place]) }
            if kind == .length { answer = answer.squareRoot() }
        case .logarithmOfExponentials:
            var largest = -Double.infinity
            reduced.forEach { _, place, _, _ in largest = max(largest, Double(source[place])) }
            guard largest.isFinite else { return largest }
            reduced.forEach { _, place, _, _ in answer += exp(Double(source[place]) - largest) }
            answer = largest + log(answer)
        }
        return answer
    }

    private func computeIntegers(_ source: UnsafeMutablePointer<Int>, into output: Operand) {
        let (target, type) = (output.integers, output.type)
        outer.forEach { index, start, _, _ in
            let source = source + start
            var answer = 0
            switch kind {
            case .product:
                answer = 1
                reduced.forEach { _, place, _, _ in answer &*= source[place] }
            case .maximum:
                answer = type.integerRange.lowerBound
                reduced.forEach { _, place, _, _ in answer = max(answer, source[place]) }
            case .minimum:
                answer = type.integerRange.upperBound
                reduced.forEach { _, place, _, _ in answer = min(answer, source[place]) }
            case .sumOfMagnitudes: reduced.forEach { _, place, _, _ in answer &+= abs(max(source[place], -Int.max)) }
            case .sumOfSquares: reduced.forEach { _, place, _, _ in answer &+= source[place] &* source[place] }
            default:  // the kinds that take integers: sum and mean
                reduced.forEach { _, place, _, _ in answer &+= source[place] }
                if kind == .mean { answer /= max(reduced.count, 1) }
            }
            target[index] = type.wrapped(answer)
        }
    }
}
