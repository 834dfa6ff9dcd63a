// Equal, Less, LessOrEqual, Greater, GreaterOrEqual, And, Or, Xor: element by element, the shapes broadcast to each other.
// Where: condition ? x : y.

import ONNXFormat

/// A question about two values; the answer is bool. Data inputs: left and right.
struct Comparison: PlainOperation {
    enum Question: String, Sendable {
        case equal, less, lessOrEqual, greater, greaterOrEqual, and, or, exclusiveOr
    }

    let question: Question
    private let walk: Walk

    init(_ node: inout NodeReader, _ question: Question) throws(Fault) {
        self.question = question
        let left = try node.takeData(0)
        let right = try node.takeData(1)
        guard left.type == right.type else { throw Fault(.invalid, "its inputs are \(left.type) and \(right.type)") }
        let isLogic = [.and, .or, .exclusiveOr].contains(question)
        guard !isLogic || left.type == .bool else { throw Fault(.invalid, "its inputs are \(left.type) values") }
        let shape = try broadcastShape(left.shape, right.shape)
        guard let count = elementCount(of: shape), count <= 1 << 40 else {
            throw Fault(.tooLarge, "a value of the shape \(shape)")
        }
        walk = Walk(shape, [broadcastStrides(left.shape, to: shape), broadcastStrides(right.shape, to: shape)])
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { try broadcastShape(inputs[0], inputs[1]) }

    func type(of inputs: [ONNXElementType]) -> ONNXElementType { .bool }

    func compute(_ inputs: [Operand], into output: Operand) {
        guard output.count > 0 else { return }
        let target = output.integers
        if inputs[0].isFloating {
            let (left, right) = (inputs[0].floats, inputs[1].floats)
            walk.forEach { index, a, b, _ in target[index] = holds(left[a], right[b]) ? 1 : 0 }
        } else {
            let (left, right) = (inputs[0].integers, inputs[1].integers)
            walk.forEach { index, a, b, _ in target[index] = holds(left[a], right[b]) ? 1 : 0 }
        }
    }

    @inline(__always)
    private func holds<Value: Comparable & Numeric>(_ left: Value, _ right: Value) -> Bool {
        switch question {
        case .equal: left == right
        case .less: left < right
        case .lessOrEqual: left <= right
        case .greater: left > right
        case .greaterOrEqual: left >= right
        case .and: left != 0 && right != 0
        case .or: left != 0 || right != 0
        case .exclusiveOr: (left != 0) != (right != 0)
        }
    }
}

/// The elements of one value or the other. Data inputs: condition, x, y.
struct Choice: PlainOperation {
    private let walk: Walk
    private let target: [Int]

    init(_ node: inout NodeReader) throws(Fault) {
        let condition = try node.takeData(0)
        let (left, right) = (try node.takeData(1), try node.takeData(2))
        guard condition.type == .bool, left.type == right.type else {
            throw Fault(.invalid, "its inputs are \(condition.type), \(left.type) and \(right.type)")
        }
        let shape = try broadcastShape(try broadcastShape(condition.shape, left.shape), right.shape)
        guard let count = elementCount(of: shape), count <= 1 << 40 else {
            throw Fault(.tooLarge, "a value of the shape \(shape)")
        }
        target = shape
        walk = Walk(shape, [condition, left, right].map { broadcastStrides($0.shape, to: shape) })
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { target }

    func type(of inputs: [ONNXElementType]) -> ONNXElementType { inputs.last ?? .float32 }

    func compute(_ inputs: [Operand], into output: Operand) {
        guard output.count > 0 else { return }
        let condition = inputs[0].integers
        if output.isFloating {
            let (left, right, target) = (inputs[1].floats, inputs[2].floats, output.floats)
            walk.forEach { index, c, a, b in target[index] = condition[c] != 0 ? left[a] : right[b] }
        } else {
            let (left, right, target) = (inputs[1].integers, inputs[2].integers, output.integers)
            walk.forEach { index, c, a, b in target[index] = condition[c] != 0 ? left[a] : right[b] }
        }
    }
}
