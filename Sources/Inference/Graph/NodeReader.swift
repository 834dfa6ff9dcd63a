import ONNXFormat

/// Takes a node of the file apart for its operator. What the operator didn't ask for is refused at the end: an attribute
/// nobody looked at may change the answer.
struct NodeReader {
    let node: ONNXNode
    /// The version of the standard operators.
    let opset: Int
    private let graph: Graph
    private let output: Int
    private let inputs: [ValueID?]
    private var readAttributes: Set<String> = []
    private var readInputs: Set<Int> = []
    /// The inputs that are data, in the order in which they were asked for.
    private(set) var data: [ValueID] = []
    /// Other shapes that data inputs are to be given before the operator, by their place in `data`.
    private(set) var reshapes: [Int: [Int]] = [:]
    /// Whether the operator knows further outputs than the first.
    private(set) var knowsOutputs = false
    /// Elements of the constants that were looked at, for the limit.
    private(set) var constantElements = 0

    /// - Parameter output: which of the node's outputs is computed: each is an operator of its own.
    init(_ node: ONNXNode, output: Int, opset: Int, inputs: [ValueID?], graph: Graph) {
        self.node = node
        self.output = output
        self.opset = opset
        self.inputs = inputs
        self.graph = graph
    }

    // MARK: Inputs

    /// Takes an input as data: its value counts when the network runs.
    mutating func takeData(_ index: Int) throws(Fault) -> Value {
        guard let value = try takeOptionalData(index) else { throw Fault(.invalid, "input \(index) is missing") }
        return value
    }

    /// Takes an input as data, where there is one.
    mutating func takeOptionalData(_ index: Int) throws(Fault) -> Value? {
        readInputs.insert(index)
        guard inputs.indices.contains(index), let id = inputs[index] else { return nil }
        data.append(id)
        return graph[id]
    }

    /// Says that the data input taken last has another shape of as many elements.
    mutating func reshapeData(to shape: [Int]) { reshapes[data.count - 1] = shape }

    /// What stands at an input, where there is something; it is not taken.
    func value(_ index: Int) -> Value? {
        inputs.indices.contains(index) ? inputs[index].map { graph[$0] } : nil
    }

    /// Takes an input whose shape and type alone count.
    mutating func takeReference(_ index: Int) throws(Fault) -> Value? {
        readInputs.insert(index)
        return value(index)
    }

    /// Which output is asked for; operators that never ask have one.
    mutating func outputIndex() -> Int {
        knowsOutputs = true
        return output
    }

    /// The number of outputs that somebody may want.
    var outputCount: Int { node.outputs.count }

    /// The number of inputs, absent ones within included.
    var inputCount: Int { inputs.count }

    /// An input that has to be known before the run: a shape, axes, limits.
    mutating func constant(_ index: Int, _ role: String) throws(Fault) -> Tensor? {
        readInputs.insert(index)
        guard inputs.indices.contains(index), let id = inputs[index] else { return nil }
        guard let tensor = graph[id].constant else {
            throw Fault(.unsupported, "its \(role) ('\(graph[id].name)') depends on the input")
        }
        constantElements += tensor.count
        guard constantElements <= 1 << 22 else { throw Fault(.tooLarge, "its \(role) has \(tensor.count) elements") }
        return tensor
    }

    /// Constant integers: at most 64, as no list of axes or sizes is longer.
    mutating func constantIntegers(_ index: Int, _ role: String) throws(Fault) -> [Int]? {
        guard let tensor = try constant(index, role) else { return nil }
        guard tensor.count <= 64, tensor.shape.count <= 1 else {
            throw Fault(.invalid, "its \(role) has the shape \(tensor.shape)")
        }
        return try tensor.integers()
    }

    /// Axes: an attribute of earlier versions, an input since.
    mutating func axes(asInput index: Int, since version: Int) throws(Fault) -> [Int]? {
        opset < version ? try ints("axes", in: -8...7) : try constantIntegers(index, "axes")
    }

    /// A constant single number.
    mutating func constantFloat(_ index: Int, _ role: String) throws(Fault) -> Float? {
        guard let tensor = try constant(index, role) else { return nil }
        guard tensor.count == 1 else { throw Fault(.invalid, "its \(role) has the shape \(tensor.shape)") }
        return try tensor.floats()[0]
    }

    // MARK: Attributes

    mutating func attribute(_ name: String) -> ONNXAttribute? {
        readAttributes.insert(name)
        return node.attributes[name]
    }

    mutating func int(_ name: String, in range: ClosedRange<Int>) throws(Fault) -> Int? {
        guard let attribute = attribute(name) else { return nil }
        guard case .int(let value) = attribute else { throw Fault(.invalid, "attribute '\(name)' is no integer") }
        guard range.contains(value) else {
            throw Fault(.invalid, "attribute '\(name)' is \(value), outside \(range.lowerBound)...\(range.upperBound)")
        }
        return value
    }

    mutating func flag(_ name: String, preset: Bool = false) throws(Fault) -> Bool {
        try int(name, in: 0...1).map { $0 == 1 } ?? preset
    }

    mutating func float(_ name: String) throws(Fault) -> Float? {
        guard let attribute = attribute(name) else { return nil }
        guard case .float(let value) = attribute, value.isFinite else {
            throw Fault(.invalid, "attribute '\(name)' is no finite number")
        }
        return value
    }

    mutating func floats(_ name: String) throws(Fault) -> [Float]? {
        guard let attribute = attribute(name) else { return nil }
        guard case .floats(let values) = attribute, values.count <= 64, values.allSatisfy(\.isFinite) else {
            throw Fault(.invalid, "attribute '\(name)' is no list of finite numbers")
        }
        return values
    }

    mutating func string(_ name: String) throws(Fault) -> String? {
        guard let attribute = attribute(name) else { return nil }
        guard case .string(let value) = attribute else { throw Fault(.invalid, "attribute '\(name)' is no text") }
        return value
    }

    mutating func ints(_ name: String, count: Int? = nil, in range: ClosedRange<Int>) throws(Fault) -> [Int]? {
        guard let attribute = attribute(name) else { return nil }
        guard case .ints(let values) = attribute else {
            throw Fault(.invalid, "attribute '\(name)' is no list of integers")
        }
        guard values.count == count ?? values.count, values.count <= 64 else {
            throw Fault(.invalid, "attribute '\(name)' has \(values.count) values")
        }
        guard values.allSatisfy(range.contains) else {
            throw Fault(
                .invalid, "attribute '\(name)' is \(values), outside \(range.lowerBound)...\(range.upperBound)")
        }
        return values
    }

    /// - Throws: where the node has something its operator didn't ask for.
    func finish() throws(Fault) {
        if let name = node.attributes.keys.sorted().first(where: { !readAttributes.contains($0) }) {
            throw Fault(.unsupported, "attribute '\(name)' isn't known")
        }
        for (index, input) in inputs.enumerated() where input != nil && !readInputs.contains(index) {
            throw Fault(.unsupported, "input \(index) isn't known")
        }
    }
}

/// An axis counted from the end where it is negative.
func resolvedAxis(_ axis: Int, rank: Int) throws(Fault) -> Int {
    guard (-rank..<Swift.max(rank, 1)).contains(axis) else {
        throw Fault(.invalid, "axis \(axis) of a value with \(rank) dimensions")
    }
    return axis < 0 ? axis + rank : axis
}

/// Axes in ascending order, each once.
func resolvedAxes(_ axes: [Int], rank: Int) throws(Fault) -> [Int] {
    var resolved: Set<Int> = []
    for axis in axes {
        guard resolved.insert(try resolvedAxis(axis, rank: rank)).inserted, rank > 0 else {
            throw Fault(.invalid, "axis \(axis) occurs twice or there is none")
        }
    }
    return resolved.sorted()
}
