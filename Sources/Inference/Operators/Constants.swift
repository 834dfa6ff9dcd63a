// Constant, ConstantOfShape, Range, Shape, Size: what exporters leave of the arithmetic with shapes.

import ONNXFormat

/// A value out of an attribute. No data input.
struct Constant: Operation {
    let value: Tensor
    private(set) var floatingType = ONNXElementType.float32

    init(_ node: inout NodeReader) throws(Fault) {
        switch node.attribute("value") {
        case .tensor(let tensor)?:
            value = Tensor(tensor)
            floatingType = tensor.elementType
            return
        case nil: break
        default: throw Fault(.invalid, "attribute 'value' is no tensor")
        }
        switch (node.attribute("value_float"), node.attribute("value_floats")) {
        case (.float(let float)?, nil):
            value = Tensor(shape: [], floats: [float])
            return
        case (nil, .floats(let floats)?):
            value = Tensor(shape: [floats.count], floats: floats)
            return
        default: break
        }
        switch (node.attribute("value_int"), node.attribute("value_ints")) {
        case (.int(let int)?, nil): value = Tensor(shape: [], integers: [int])
        case (nil, .ints(let ints)?): value = Tensor(shape: [ints.count], integers: ints)
        default: throw Fault(.unsupported, "it has no value of a type that is known")
        }
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { value.shape }

    func type(of inputs: [ONNXElementType]) -> ONNXElementType { value.type }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor { value }
}

/// The shape of a value, or the number of its elements, which is always known. Data input: x, whose elements don't matter.
struct ShapeOperation: Operation {
    /// Known whatever is read.
    let answer: Tensor

    init(_ node: inout NodeReader) throws(Fault) {
        let shape = try node.takeData(0).shape
        let rank = shape.count
        func clamped(_ index: Int) -> Int { min(max(index < 0 ? index + rank : index, 0), rank) }
        let start = clamped(try node.int("start", in: -64...64) ?? 0)
        let end = max(start, clamped(try node.int("end", in: -64...64) ?? rank))
        answer = Tensor(shape: [end - start], integers: Array(shape[start..<end]))
    }

    init(size node: inout NodeReader) throws(Fault) {
        answer = Tensor(shape: [], integers: [try node.takeData(0).count])
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { answer.shape }

    func type(of inputs: [ONNXElementType]) -> ONNXElementType { .int64 }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor { answer }
}

/// One value everywhere, in a shape that is known. No data input.
struct ConstantOfShape: Operation {
    private let target: [Int]
    private let value: Tensor

    init(_ node: inout NodeReader) throws(Fault) {
        guard let shape = try node.constantIntegers(0, "shape"), shape.allSatisfy({ $0 >= 0 }) else {
            throw Fault(.invalid, "it has no shape, or one with negative sizes")
        }
        target = shape
        switch node.attribute("value") {
        case .tensor(let tensor)? where tensor.count == 1: value = Tensor(tensor)
        case nil: value = Tensor(shape: [], filledWith: 0)
        default: throw Fault(.invalid, "attribute 'value' is no single number")
        }
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { target }

    func type(of inputs: [ONNXElementType]) -> ONNXElementType { value.type }

    /// Whether the value is in memory once, however large the shape.
    var isCompact: Bool { value.type.isFloating }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor {
        if value.type.isFloating { return Tensor(shape: target, filledWith: try value.floats()[0]) }
        let number = try value.integers()[0]
        return Tensor(
            shape: target, integers: [Int](repeating: number, count: target.reduce(1, *)), type: value.type)
    }
}

/// The numbers from a start up or down to a limit. No data input: its size depends on the values.
struct NumberRange: Operation {
    private let value: Tensor

    init(_ node: inout NodeReader) throws(Fault) {
        guard let start = try node.constant(0, "start"), let limit = try node.constant(1, "limit"),
            let delta = try node.constant(2, "step"), [start, limit, delta].allSatisfy({ $0.count == 1 }),
            start.type == limit.type, start.type == delta.type
        else { throw Fault(.invalid, "its start, limit and step are not three numbers of one type") }
        func count(_ number: Double) throws(Fault) -> Int {
            guard number.isFinite, number <= 0x1p24 else { throw Fault(.tooLarge, "\(number) numbers") }
            return Int(clamping: max(number, 0))
        }
        if start.type.isFloating {
            let (first, last, step) = (try start.floats()[0], try limit.floats()[0], try delta.floats()[0])
            let number = try count(((Double(last) - Double(first)) / Double(step)).rounded(.up))
            value = Tensor(shape: [number], floats: (0..<number).map { first + Float($0) * step })
        } else {
            let (first, last, step) = (try start.integers()[0], try limit.integers()[0], try delta.integers()[0])
            let number = try count(((Double(last) - Double(first)) / Double(step)).rounded(.up))
            value = Tensor(shape: [number], integers: (0..<number).map { first &+ $0 &* step }, type: start.type)
        }
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { value.shape }

    func type(of inputs: [ONNXElementType]) -> ONNXElementType { value.type }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor { value }
}
