// What whole numbers of a quantised network stand for.

import ONNXFormat

/// How numbers stand for bytes: `number = (byte - zero) * scale`.
struct ByteFormat: Sendable, Hashable {
    /// Above 0.
    var scale: Float
    /// 0 to 255. Where a file has signed bytes, they and their zero are raised by 128.
    var zero: Int

    /// The nearest byte.
    func byte(_ value: Float) -> Int {
        let rounded = (value / scale).rounded(.toNearestOrEven)
        return min(max(Int(min(max(rounded, -32_768), 32_767)) + zero, 0), 255)
    }

    func number(_ byte: Int) -> Float { Float(byte - zero) * scale }
}

/// Integers of a file that stand for numbers: the weights and biases of a quantised network. They become numbers only
/// where an operator asks for those.
struct QuantisedConstant: Sendable {
    let integers: Tensor
    /// One, or one for each place along `axis`.
    let scales: [Float]
    let zeros: [Int]
    let axis: Int

    var isSymmetric: Bool { zeros.allSatisfy { $0 == 0 } }

    func numbers() throws(Fault) -> [Float] {
        let values = try integers.integers()
        guard scales.count > 1 || zeros.count > 1 else {
            return values.map { Float($0 &- zeros[0]) * scales[0] }
        }
        let inner = integers.shape[(axis + 1)...].reduce(1, *)
        return values.enumerated().map { index, value in
            let place = index / inner % integers.shape[axis]
            return Float(value &- zeros[zeros.count > 1 ? place : 0]) * scales[scales.count > 1 ? place : 0]
        }
    }
}
