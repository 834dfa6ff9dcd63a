// Relu, Clip: clamp(x, minimum, maximum). HardSigmoid: clamp(alpha * x + beta, 0, 1).
// HardSwish: x * clamp(alpha * x + beta, 0, 1), alpha 1/6, beta 1/2. Sigmoid: 1 / (1 + exp(-x)).

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

    init(relu node: inout NodeReader) throws(Fault) {
        _ = try node.takeData(0)
        self = .clamp(minimum: 0, maximum: .infinity)
    }

    init(clip node: inout NodeReader) throws(Fault) {
        let input = try node.takeData(0)
        guard input.type == .float32 else { throw Fault(.unsupported, "it clips \(input.type) values") }
        var limits: (minimum: Float?, maximum: Float?)
        if node.opset < 11 {
            limits = (try node.float("min"), try node.float("max"))
        } else {
            limits = (try node.constantFloat(1, "minimum"), try node.constantFloat(2, "maximum"))
        }
        let maximum = limits.maximum ?? .infinity
        let minimum = min(limits.minimum ?? -.infinity, maximum)  // the format lets the maximum win
        guard !minimum.isNaN, !maximum.isNaN else { throw Fault(.invalid, "a limit is no number") }
        self = .clamp(minimum: minimum, maximum: maximum)
    }

    init(hardSigmoid node: inout NodeReader) throws(Fault) {
        _ = try node.takeData(0)
        self = .hardSigmoid(alpha: try node.float("alpha") ?? 0.2, beta: try node.float("beta") ?? 0.5)
    }

    init(hardSwish node: inout NodeReader) throws(Fault) {
        _ = try node.takeData(0)
        self = .hardSwish(alpha: 1 / 6, beta: 0.5)
    }

    init(sigmoid node: inout NodeReader) throws(Fault) {
        _ = try node.takeData(0)
        self = .sigmoid
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
        }
    }
}
