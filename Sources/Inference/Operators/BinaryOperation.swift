// Add, Sub, Mul, Div: element by element, the shapes broadcast to each other.

import ONNXFormat

/// A formula of two values. Data inputs: left and right.
struct BinaryOperation: Operation {
    enum Formula: String, Sendable {
        case add, subtract, multiply, divide
    }

    let formula: Formula

    init(_ node: inout NodeReader, _ formula: Formula) throws(Fault) {
        self.formula = formula
        let left = try node.takeData(0)
        let right = try node.takeData(1)
        guard left.type == right.type else {
            throw Fault(.invalid, "its inputs are \(left.type) and \(right.type)")
        }
    }

    init(_ formula: Formula) { self.formula = formula }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { try broadcastShape(inputs[0], inputs[1]) }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor {
        let shape = try shape(of: inputs.map(\.shape))
        let left = try inputs[0].picking(broadcastPlaces(inputs[0].shape, to: shape), shape: shape)
        let right = try inputs[1].picking(broadcastPlaces(inputs[1].shape, to: shape), shape: shape)
        guard left.type == .float32 else {
            var answer: [Int] = []
            for (left, right) in zip(try left.integers(), try right.integers()) {
                answer.append(try apply(left, right))
            }
            return Tensor(shape: shape, integers: answer, type: left.type)
        }
        return Tensor(shape: shape, floats: zip(try left.floats(), try right.floats()).map { apply($0, $1) })
    }

    func apply(_ left: Float, _ right: Float) -> Float {
        switch formula {
        case .add: left + right
        case .subtract: left - right
        case .multiply: left * right
        case .divide: left / right
        }
    }

    private func apply(_ left: Int, _ right: Int) throws(Fault) -> Int {
        let (answer, overflow) =
            switch formula {
            case .add: left.addingReportingOverflow(right)
            case .subtract: left.subtractingReportingOverflow(right)
            case .multiply: left.multipliedReportingOverflow(by: right)
            case .divide: left.dividedReportingOverflow(by: right)
            }
        guard !overflow else { throw Fault(.invalid, "\(formula) of \(left) and \(right)") }
        return answer
    }
}
