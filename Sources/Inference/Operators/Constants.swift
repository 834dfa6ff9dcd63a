// Constant, Shape, Gather, Cast, Slice: what exporters leave of the arithmetic with shapes. They count only where their
// inputs are known before the run.

import ONNXFormat

/// A value out of an attribute. No data input.
struct Constant: Operation {
    let value: Tensor

    init(_ node: inout NodeReader) throws(Fault) {
        switch node.attribute("value") {
        case .tensor(let tensor)?:
            value = Tensor(tensor)
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

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor { value }
}

/// The shape of a value, which is always known. Data input: x, whose elements don't matter.
struct ShapeOperation: Operation {
    private let range: Range<Int>

    init(_ node: inout NodeReader) throws(Fault) {
        let rank = try node.takeData(0).shape.count
        func clamped(_ index: Int) -> Int { min(max(index < 0 ? index + rank : index, 0), rank) }
        let start = clamped(try node.int("start", in: -8...8) ?? 0)
        range = start..<max(start, clamped(try node.int("end", in: -64...64) ?? rank))
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { [range.count] }

    func answer(for shape: [Int]) -> Tensor { Tensor(shape: [range.count], integers: Array(shape[range])) }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor { answer(for: inputs[0].shape) }
}

/// Slices of x at some indices along an axis. Data inputs: x and the indices, both constant.
struct Gather: Operation {
    let axis: Int

    init(_ node: inout NodeReader) throws(Fault) {
        let value = try node.takeData(0)
        let indices = try node.takeData(1)
        guard value.constant != nil, indices.constant != nil else {
            throw Fault(.unsupported, "it reads a value that depends on the input")
        }
        axis = try resolvedAxis(try node.int("axis", in: -8...7) ?? 0, rank: value.shape.count)
        guard !value.shape.isEmpty else { throw Fault(.invalid, "its input is a single number") }
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] {
        inputs[0][..<axis] + inputs[1] + inputs[0][(axis + 1)...]
    }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor {
        let shape = inputs[0].shape
        var picked: [Int] = []
        for index in try inputs[1].integers() {
            guard (-shape[axis]..<shape[axis]).contains(index) else {
                throw Fault(.invalid, "index \(index) along an axis of \(shape[axis])")
            }
            picked.append(index < 0 ? index + shape[axis] : index)
        }
        let inner = shape[(axis + 1)...].reduce(1, *)
        let all = (0..<shape[..<axis].reduce(1, *)).flatMap { outer in
            picked.flatMap { index in (0..<inner).map { (outer * shape[axis] + index) * inner + $0 } }
        }
        return try inputs[0].picking(all, shape: try self.shape(of: inputs.map(\.shape)))
    }
}

/// Another type for the same values. Data input: x.
struct Cast: Operation {
    let type: ONNXElementType

    init(_ node: inout NodeReader) throws(Fault) {
        let value = try node.takeData(0)
        guard let code = try node.int("to", in: 0...100), let type = ONNXElementType(rawValue: code) else {
            throw Fault(.unsupported, "it casts to a type that isn't known")
        }
        _ = try node.int("saturate", in: 0...1)
        self.type = type.isFloating ? .float32 : type
        guard value.constant != nil || self.type == .float32 else {
            throw Fault(.unsupported, "it casts a value that depends on the input to \(type)")
        }
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { try single(inputs) }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor {
        let input = inputs[0]
        switch (input.type == .float32, type == .float32) {
        case (true, true): return input
        case (false, true):
            return Tensor(shape: input.shape, floats: try input.integers().map { Float($0) })
        case (true, false):
            var answer: [Int] = []
            for value in try input.floats() {
                guard let exact = type == .bool ? (value == 0 ? 0 : 1) : Int(exactly: value.rounded(.towardZero)) else {
                    throw Fault(.invalid, "\(value) has no value of type \(type)")
                }
                answer.append(exact)
            }
            return Tensor(shape: input.shape, integers: answer, type: type)
        case (false, false):
            let integers = try input.integers()
            return Tensor(
                shape: input.shape, integers: type == .bool ? integers.map { $0 == 0 ? 0 : 1 } : integers, type: type)
        }
    }
}

/// A part of x. Data input: x, constant.
struct Slice: Operation {
    private let selections: [(axis: Int, start: Int, end: Int, step: Int)]
    private let target: [Int]

    init(_ node: inout NodeReader) throws(Fault) {
        let value = try node.takeData(0)
        guard value.constant != nil else { throw Fault(.unsupported, "it slices a value that depends on the input") }
        let rank = value.shape.count
        let everything = Int.min...Int.max
        let old = node.opset < 10
        let starts = old ? try node.ints("starts", in: everything) : try node.constantIntegers(1, "starts")
        let ends = old ? try node.ints("ends", in: everything) : try node.constantIntegers(2, "ends")
        let given = old ? try node.ints("axes", in: -8...7) : try node.constantIntegers(3, "axes")
        let steps = old ? nil : try node.constantIntegers(4, "steps")
        guard let starts, let ends else { throw Fault(.invalid, "it has no starts or ends") }
        let axes = given ?? Array(starts.indices)
        guard ends.count == starts.count, axes.count == starts.count, steps?.count ?? starts.count == starts.count,
            axes.count <= rank
        else { throw Fault(.invalid, "its starts, ends, axes and steps differ in number") }
        _ = try resolvedAxes(axes, rank: rank)
        var (selections, target) = ([(axis: Int, start: Int, end: Int, step: Int)](), value.shape)
        for index in starts.indices {
            let axis = try resolvedAxis(axes[index], rank: rank)
            let (size, step) = (value.shape[axis], steps?[index] ?? 1)
            guard step != 0, step > Int.min else { throw Fault(.invalid, "a step of \(step)") }
            func clamped(_ place: Int, _ range: ClosedRange<Int>) -> Int {
                min(max(place < 0 ? place + size : place, range.lowerBound), range.upperBound)
            }
            let forward = step > 0
            let start = clamped(starts[index], forward ? 0...size : 0...max(size - 1, 0))
            let end = clamped(ends[index], forward ? 0...size : -1...max(size - 1, 0))
            let length = forward ? max(end - start, 0) : max(start - end, 0)
            let stride = step.magnitude > UInt(length) ? max(length, 1) : Int(step.magnitude)
            target[axis] = size == 0 ? 0 : (length + stride - 1) / stride
            selections.append((axis, start, end, forward ? stride : -stride))
        }
        (self.selections, self.target) = (selections, target)
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { target }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor {
        var strides = denseStrides(inputs[0].shape)
        var offset = 0
        for selection in selections {
            offset += selection.start * strides[selection.axis]
            strides[selection.axis] *= selection.step
        }
        return try inputs[0].picking(places(in: target, strides: strides, offset: offset), shape: target)
    }
}
