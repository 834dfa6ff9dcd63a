// Abs, Neg, Sign, Clip and Relu of integers, Exp, Log, Sqrt, Reciprocal, Floor, Ceil, Round, Softplus, Softsign,
// ThresholdedRelu, Shrink, IsNaN, IsInf, Not, BitwiseNot, sines and cosines: a formula of one value.

import ONNXFormat

#if canImport(Glibc)
    import Glibc
#endif

/// A formula of one value, for which there is no kernel. Data input: x.
struct Elementary: PlainOperation {
    enum Formula: Sendable {
        case magnitude, negative, sign, clip(ClosedRange<Int>)
        case exponential, logarithm, squareRoot, reciprocal, floor, ceiling, round, softplus, softsign
        case thresholded(Float)
        case geluByTanh
        case sine, cosine
        case isNotANumber, isInfinite(negative: Bool, positive: Bool), not
    }

    let formula: Formula

    init(_ node: inout NodeReader, _ formula: Formula) throws(Fault) {
        self.formula = formula
        let input = try node.takeData(0)
        switch formula {
        case .magnitude, .negative, .sign: break
        case .not:
            guard input.type == .bool else { throw Fault(.invalid, "its input is of type \(input.type)") }
        default:
            guard input.type.isFloating else { throw Fault(.invalid, "its input is of type \(input.type)") }
        }
    }

    init(thresholdedRelu node: inout NodeReader) throws(Fault) {
        try self.init(&node, .thresholded(try node.float("alpha") ?? 1))
    }

    init(isInfinite node: inout NodeReader) throws(Fault) {
        let (negative, positive) = (
            try node.flag("detect_negative", preset: true), try node.flag("detect_positive", preset: true)
        )
        try self.init(&node, .isInfinite(negative: negative, positive: positive))
    }

    /// Clip of integers.
    init(clip node: inout NodeReader) throws(Fault) {
        let type = try node.takeData(0).type
        let range = type.integerRange
        let minimum = try node.constant(1, "minimum")?.integers().first ?? range.lowerBound
        let maximum = try node.constant(2, "maximum")?.integers().first ?? range.upperBound
        formula = .clip(min(minimum, maximum)...maximum)
    }

    /// Relu of integers.
    init(relu node: inout NodeReader) throws(Fault) {
        formula = .clip(0...max(try node.takeData(0).type.integerRange.upperBound, 0))
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { try single(inputs) }

    func type(of inputs: [ONNXElementType]) -> ONNXElementType {
        switch formula {
        case .isNotANumber, .isInfinite, .not: .bool
        default: inputs.first ?? .float32
        }
    }

    func compute(_ inputs: [Operand], into output: Operand) {
        let input = inputs[0]
        if !input.isFloating {
            let (source, target, type) = (input.integers, output.integers, output.type)
            for index in 0..<input.count { target[index] = type.wrapped(apply(source[index])) }
        } else if output.isFloating {
            let (source, target) = (input.floats, output.floats)
            for index in 0..<input.count { target[index] = apply(source[index]) }
        } else {
            let (source, target) = (input.floats, output.integers)
            for index in 0..<input.count { target[index] = holds(source[index]) ? 1 : 0 }
        }
    }

    private func apply(_ value: Int) -> Int {
        switch formula {
        case .magnitude: value < 0 ? 0 &- value : value
        case .negative: 0 &- value
        case .sign: value.signum()
        case .clip(let range): min(max(value, range.lowerBound), range.upperBound)
        case .not: value == 0 ? 1 : 0
        default: value
        }
    }

    private func apply(_ value: Float) -> Float {
        switch formula {
        case .magnitude: value.magnitude
        case .negative: -value
        case .sign: value > 0 ? 1 : value < 0 ? -1 : value
        case .exponential: exp(value)
        case .logarithm: log(value)
        case .squareRoot: value.squareRoot()
        case .reciprocal: 1 / value
        case .floor: value.rounded(.down)
        case .ceiling: value.rounded(.up)
        case .round: value.rounded(.toNearestOrEven)
        case .softplus: max(value, 0) + log1p(exp(-value.magnitude))
        case .softsign: value / (1 + value.magnitude)
        case .thresholded(let threshold): value > threshold ? value : 0
        case .geluByTanh: value / 2 * (1 + tanh(0.797_884_56 * (value + 0.044_715 * value * value * value)))
        case .sine: sin(value)
        case .cosine: cos(value)
        case .clip, .not, .isNotANumber, .isInfinite: value
        }
    }

    private func holds(_ value: Float) -> Bool {
        switch formula {
        case .isNotANumber: value.isNaN
        case .isInfinite(let negative, let positive):
            (negative && value == -.infinity) || (positive && value == .infinity)
        default: false
        }
    }
}
