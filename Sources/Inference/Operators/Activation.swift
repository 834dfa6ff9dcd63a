// Relu, Clip: clamp(x, minimum, maximum). HardSigmoid: clamp(alpha * x + beta, 0, 1).
// HardSwish: x * clamp(alpha * x + beta, 0, 1), alpha 1/6, beta 1/2. Sigmoid: 1 / (1 + exp(-x)).
// LeakyRelu, Elu, Selu, Celu: positive * max(x, 0) + a formula of min(x, 0). Tanh, Erf; Gelu: x / 2 * (1 + erf(x / sqrt(2))).
// Mish: x * tanh(log(1 + exp(x))).

import ONNXFormat

#if canImport(Glibc)
    import Glibc
#endif

/// A formula of one value, element by element. Data input: x.
enum Activation: Operation, Hashable {
    /// Infinite limits switch a side off.
    case clamp(minimum: Float, maximum: Float)
    case hardSigmoid(alpha: Float, beta: Float)
    case hardSwish(alpha: Float, beta: Float)
    case sigmoid
    case leakyRelu(slope: Float)
    /// `positive * max(x, 0) + negative * (exp(steepness * min(x, 0)) - 1)`
    case exponential(positive: Float, negative: Float, steepness: Float)
    case tanh
    case erf
    case gelu
    case mish
    case swish

    static func relu(_ node: inout NodeReader) throws(Fault) -> any Operation {
        guard node.value(0)?.type.isFloating != false else { return try Elementary(relu: &node) }
        return try Activation(&node, .clamp(minimum: 0, maximum: .infinity))
    }

    static func clip(_ node: inout NodeReader) throws(Fault) -> any Operation {
        guard node.value(0)?.type.isFloating != false else { return try Elementary(clip: &node) }
        let limits =
            node.opset < 11
            ? (try node.float("min"), try node.float("max"))
            : (try node.constantFloat(1, "minimum"), try node.constantFloat(2, "maximum"))
        let maximum = limits.1 ?? .infinity
        let minimum = min(limits.0 ?? -.infinity, maximum)  // the format lets the maximum win
        guard !minimum.isNaN, !maximum.isNaN else { throw Fault(.invalid, "a limit is no number") }
        return try Activation(&node, .clamp(minimum: minimum, maximum: maximum))
    }

    static func gelu(_ node: inout NodeReader) throws(Fault) -> any Operation {
        switch try node.string("approximate") ?? "none" {
        case "none": return try Activation(&node, .gelu)
        case "tanh": return try Elementary(&node, .geluByTanh)
        case let other: throw Fault(.invalid, "attribute 'approximate' is '\(other)'")
        }
    }

    init(hardSigmoid node: inout NodeReader) throws(Fault) {
        _ = try node.takeData(0)
        self = .hardSigmoid(alpha: try node.float("alpha") ?? 0.2, beta: try node.float("beta") ?? 0.5)
    }

    init(hardSwish node: inout NodeReader) throws(Fault) {
        _ = try node.takeData(0)
        self = .hardSwish(alpha: 1 / 6, beta: 0.5)
    }

    init(leakyRelu node: inout NodeReader) throws(Fault) {
        _ = try node.takeData(0)
        self = .leakyRelu(slope: try node.float("alpha") ?? 0.01)
    }

    init(elu node: inout NodeReader) throws(Fault) {
        _ = try node.takeData(0)
        self = .exponential(positive: 1, negative: try node.float("alpha") ?? 1, steepness: 1)
    }

    init(selu node: inout NodeReader) throws(Fault) {
        _ = try node.takeData(0)
        let alpha = try node.float("alpha") ?? 1.673_263_2
        let gamma = try node.float("gamma") ?? 1.050_701
        self = .exponential(positive: gamma, negative: gamma * alpha, steepness: 1)
    }

    init(celu node: inout NodeReader) throws(Fault) {
        _ = try node.takeData(0)
        let alpha = try node.float("alpha") ?? 1
        guard alpha != 0, (1 / alpha).isFinite else { throw Fault(.invalid, "attribute 'alpha' is \(alpha)") }
        self = .exponential(positive: 1, negative: alpha, steepness: 1 / alpha)
    }

    /// A formula without attributes.
    init(_ node: inout NodeReader, _ formula: Activation) throws(Fault) {
        _ = try node.takeData(0)
        self = formula
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { try single(inputs) }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor {
        Tensor(shape: inputs[0].shape, floats: try inputs[0].floats().map(apply))
    }

    func apply(_ value: Float) -> Float {
        switch self {
        case .clamp(let minimum, let maximum): min(max(value, minimum), maximum)
        case .hardSigmoid(let alpha, let beta): min(max(alpha * value + beta, 0), 1)
        case .hardSwish(let alpha, let beta): value * min(max(alpha * value + beta, 0), 1)
        case .sigmoid: Float(1 / (1 + exp(-Double(value))))
        case .leakyRelu(let slope): value < 0 ? slope * value : value
        case .exponential(let positive, let negative, let steepness):
            value < 0 ? negative * Float(expm1(Double(steepness) * Double(value))) : positive * value
        case .tanh: Float(Glibc.tanh(Double(value)))
        case .erf: Float(Glibc.erf(Double(value)))
        case .gelu: Float(Double(value) / 2 * (1 + Glibc.erf(Double(value) / 2.0.squareRoot())))
        case .mish: Float(Double(value) * Glibc.tanh(log1p(exp(Double(min(value, 80))))))
        case .swish: Float(Double(value) / (1 + exp(-Double(value))))
        }
    }
}
