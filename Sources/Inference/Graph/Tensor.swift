import ONNXFormat

/// A constant, or a value of the reference executor: elements in the order of the graph's own shape.
struct Tensor: Sendable {
    var shape: [Int]
    private var elements: Elements

    private enum Elements: Sendable {
        case floats([Float])
        case integers([Int], ONNXElementType)
        /// One value everywhere, in memory once.
        case filled(Float)
        /// As it lies in the file: a network's weights are never copied before they are packed.
        case file(ONNXTensor)
        /// Numbers that stand as integers in the file.
        indirect case quantised(QuantisedConstant)
    }

    /// Elements of a floating type; all of them count as float32 from here on.
    init(shape: [Int], floats: [Float]) {
        precondition(floats.count == shape.reduce(1, *), "a tensor's shape and elements disagree")
        self.shape = shape
        elements = .floats(floats)
    }

    init(shape: [Int], integers: [Int], type: ONNXElementType = .int64) {
        precondition(integers.count == shape.reduce(1, *), "a tensor's shape and elements disagree")
        self.shape = shape
        elements = .integers(integers, type)
    }

    init(shape: [Int], filledWith value: Float) {
        self.shape = shape
        elements = .filled(value)
    }

    init(_ tensor: ONNXTensor) {
        shape = tensor.shape
        elements = .file(tensor)
    }

    init(_ constant: QuantisedConstant) {
        shape = constant.integers.shape
        elements = .quantised(constant)
    }

    /// The integers behind the numbers, where the file has such.
    var quantised: QuantisedConstant? {
        if case .quantised(let constant) = elements { constant } else { nil }
    }

    var count: Int { shape.reduce(1, *) }

    /// The type with all floating ones taken as float32.
    var type: ONNXElementType {
        switch elements {
        case .floats, .filled, .quantised: .float32
        case .integers(_, let type): type
        case .file(let tensor): tensor.elementType.isFloating ? .float32 : tensor.elementType
        }
    }

    /// The elements of a floating tensor.
    /// - Complexity: O(count) where they still lie in the file, or have one value.
    func floats() throws(Fault) -> [Float] {
        switch elements {
        case .floats(let values): return values
        case .filled(let value): return [Float](repeating: value, count: count)
        case .file(let tensor): if let values = tensor.floats() { return values }
        case .quantised(let constant): return try constant.numbers()
        case .integers: break
        }
        throw Fault(.invalid, "floating-point values are needed where \(type) ones are given")
    }

    /// The elements of an integer tensor.
    func integers() throws(Fault) -> [Int] {
        switch elements {
        case .integers(let values, _): return values
        case .file(let tensor): if let values = tensor.integers() { return values }
        case .floats, .filled, .quantised: break
        }
        throw Fault(.invalid, "integers are needed where \(type) values are given")
    }

    /// The elements of a tensor of signed bytes.
    func signedBytes() throws(Fault) -> SignedBytes {
        guard type == .int8, case .file(let tensor) = elements else {
            return SignedBytes(try integers().map { Int8(clamping: $0) })
        }
        return SignedBytes(tensor)
    }

    /// The same elements under another shape.
    func reshaped(_ shape: [Int]) -> Tensor {
        precondition(shape.reduce(1, *) == count, "a tensor's shape and elements disagree")
        var copy = self
        copy.shape = shape
        return copy
    }

    /// The elements at `places`, in that order, as a tensor of `shape`: every operator that only moves values.
    func picking(_ places: [Int], shape: [Int]) throws(Fault) -> Tensor {
        if type == .float32 {
            let source = try floats()
            return Tensor(shape: shape, floats: places.map { source[$0] })
        }
        let source = try integers()
        return Tensor(shape: shape, integers: places.map { source[$0] }, type: type)
    }
}

/// Signed bytes, as they lie in the file or in an array: a network's weights are not copied before they are packed.
struct SignedBytes: Sendable {
    let count: Int
    private let source: Source

    private enum Source: Sendable {
        case file(ONNXTensor)
        case array([Int8])
    }

    init(_ array: [Int8]) {
        count = array.count
        source = .array(array)
    }

    fileprivate init(_ tensor: ONNXTensor) {
        count = tensor.withBytes { $0.count }
        source = .file(tensor)
    }

    func withUnsafeBufferPointer<Answer>(_ body: (UnsafeBufferPointer<Int8>) -> Answer) -> Answer {
        switch source {
        case .file(let tensor): tensor.withBytes { body($0.bindMemory(to: Int8.self)) }
        case .array(let array): array.withUnsafeBufferPointer(body)
        }
    }

    /// Copied.
    var array: [Int8] { withUnsafeBufferPointer { Array($0) } }
}

/// How far apart neighbours of each dimension lie in a dense tensor.
func denseStrides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    return strides
}
