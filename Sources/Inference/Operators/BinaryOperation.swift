// Add, Sub, Mul, Div, Pow, Mod, Max, Min, PRelu: element by element, the shapes broadcast to each other.

import ONNXFormat

#if canImport(Glibc)
    import Glibc
#endif

/// A formula of two values. Data inputs: left and right.
struct BinaryOperation: PlainOperation {
    enum Formula: String, Sendable {
        case add, subtract, multiply, divide, power, maximum, minimum
        /// The remainder with the sign of the right value, or of the left one.
        case modulo, remainder
        /// `left < 0 ? left * right : left`
        case slope
    }

    let formula: Formula
    private var walk: Walk?

    init(_ node: inout NodeReader, _ formula: Formula) throws(Fault) {
        self.formula = formula
        let left = try node.takeData(0)
        let right = try node.takeData(1)
        // The exponent of a power may be of another type.
        guard left.type == right.type || formula == .power else {
            throw Fault(.invalid, "its inputs are \(left.type) and \(right.type)")
        }
        var other = right.shape
        if formula == .slope, other.count == 1, left.shape.count > 2, node.opset < 7 {
            other += [Int](repeating: 1, count: left.shape.count - 2)  // one a channel
            node.reshapeData(to: other)
        } else if node.opset < 7, try node.flag("broadcast"), let axis = try node.int("axis", in: -8...7) {
            // The right value's first axis stands at `axis` of the left one.
            let place = try resolvedAxis(axis, rank: left.shape.count)
            guard place + other.count <= left.shape.count else {
                throw Fault(.invalid, "the shapes \(left.shape) and \(other) don't go together at axis \(axis)")
            }
            other += [Int](repeating: 1, count: left.shape.count - place - other.count)
            node.reshapeData(to: other)
        }
        try prepare(left.shape, other)
    }

    init(modulo node: inout NodeReader) throws(Fault) {
        let fmod = try node.flag("fmod")
        if node.value(0)?.type.isFloating == true, !fmod {
            throw Fault(.invalid, "a remainder of floating values needs fmod")
        }
        try self.init(&node, fmod ? .remainder : .modulo)
    }

    private mutating func prepare(_ left: [Int], _ right: [Int]) throws(Fault) {
        let shape = try broadcastShape(left, right)
        guard let count = elementCount(of: shape), count <= 1 << 40 else {
            throw Fault(.tooLarge, "a value of the shape \(shape)")
        }
        walk = Walk(shape, [broadcastStrides(left, to: shape), broadcastStrides(right, to: shape)])
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { try broadcastShape(inputs[0], inputs[1]) }

    func compute(_ inputs: [Operand], into output: Operand) {
        guard let walk, output.count > 0 else { return }
        let (left, right) = (inputs[0], inputs[1])
        if output.isFloating {
            let (first, target) = (left.floats, output.floats)
            if right.isFloating {
                let second = right.floats
                walk.forEach { index, a, b, _ in target[index] = apply(first[a], second[b]) }
            } else {
                let second = right.integers
                walk.forEach { index, a, b, _ in target[index] = apply(first[a], Float(second[b])) }
            }
        } else {
            let (first, target, type) = (left.integers, output.integers, output.type)
            if right.isFloating {
                let second = right.floats
                walk.forEach { index, a, b, _ in
                    target[index] = type.wrapped(Int(clamping: pow(Double(first[a]), Double(second[b]))))
                }
            } else {
                let second = right.integers
                walk.forEach { index, a, b, _ in target[index] = type.wrapped(apply(first[a], second[b])) }
            }
        }
    }

    @inline(__always)
    func apply(_ left: Float, _ right: Float) -> Float {
        switch formula {
        case .add: left + right
        case .subtract: left - right
        case .multiply: left * right
        case .divide: left / right
        case .power: right == 2 ? left * left : pow(left, right)
        case .maximum: left.isNaN || left > right ? left : right
        case .minimum: left.isNaN || left < right ? left : right
        case .modulo, .remainder: fmod(left, right)
        case .slope: left < 0 ? left * right : left
        }
    }

    /// Nothing traps: what has no value is 0.
    private func apply(_ left: Int, _ right: Int) -> Int {
        switch formula {
        case .add: return left &+ right
        case .subtract: return left &- right
        case .multiply: return left &* right
        case .divide: return right == 0 ? 0 : left.dividedReportingOverflow(by: right).partialValue
        case .power: return Int(clamping: pow(Double(left), Double(right)))
        case .maximum: return max(left, right)
        case .minimum: return min(left, right)
        case .modulo, .remainder:
            guard right != 0 else { return 0 }
            let rest = left.remainderReportingOverflow(dividingBy: right).partialValue
            return formula == .modulo && rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest
        case .slope: return left < 0 ? left &* right : left
        }
    }
}

/// Sum, Max, Min, Mean of any number of values. Data inputs: all of them.
struct Fold: PlainOperation {
    enum Kind: String, Sendable {
        case sum, maximum, minimum, mean
    }

    let kind: Kind
    private var walks: [Walk] = []

    init(_ node: inout NodeReader, _ kind: Kind) throws(Fault) {
        self.kind = kind
        var shapes: [[Int]] = []
        var types: Set<ONNXElementType> = []
        for index in 0..<node.inputCount {
            let value = try node.takeData(index)
            shapes.append(value.shape)
            types.insert(value.type)
        }
        guard types.count == 1 else { throw Fault(.invalid, "it has no inputs, or inputs of several types") }
        let shape = try shape(of: shapes)
        guard let count = elementCount(of: shape), count <= 1 << 40 else {
            throw Fault(.tooLarge, "a value of the shape \(shape)")
        }
        for input in shapes { walks.append(Walk(shape, [broadcastStrides(input, to: shape)])) }
    }

    /// The operator as the simplest that does the same.
    static func simplest(_ node: inout NodeReader, _ kind: Kind) throws(Fault) -> any Operation {
        switch (kind, node.inputCount) {
        case (_, 1): return try PassThrough(identity: &node)
        case (.sum, 2): return try BinaryOperation(&node, .add)
        case (.maximum, 2): return try BinaryOperation(&node, .maximum)
        case (.minimum, 2): return try BinaryOperation(&node, .minimum)
        default: return try Fold(&node, kind)
        }
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] {
        var shape = inputs.first ?? []
        for other in inputs.dropFirst() { shape = try broadcastShape(shape, other) }
        return shape
    }

    func compute(_ inputs: [Operand], into output: Operand) {
        for place in inputs.indices {
            if output.isFloating {
                let (source, target) = (inputs[place].floats, output.floats)
                walks[place].forEach { index, from, _, _ in
                    target[index] = place == 0 ? source[from] : apply(target[index], source[from])
                }
            } else {
                let (source, target, type) = (inputs[place].integers, output.integers, output.type)
                walks[place].forEach { index, from, _, _ in
                    target[index] = place == 0 ? source[from] : type.wrapped(apply(target[index], source[from]))
                }
            }
        }
        if kind == .mean, output.isFloating {
            for index in 0..<output.count { output.floats[index] /= Float(inputs.count) }
        }
    }

    private func apply(_ left: Float, _ right: Float) -> Float {
        switch kind {
        case .sum, .mean: left + right
        case .maximum: left.isNaN || left > right ? left : right
        case .minimum: left.isNaN || left < right ? left : right
        }
    }

    private func apply(_ left: Int, _ right: Int) -> Int {
        switch kind {
        case .sum, .mean: left &+ right
        case .maximum: max(left, right)
        case .minimum: min(left, right)
        }
    }
}
