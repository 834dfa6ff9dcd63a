import ONNXFormat

/// What is to be computed: operators in an order in which each finds its inputs ready, with the shape of every value.
///
/// Nothing here says how: layout, data type in memory, fusion and kernels are the ``Plan``'s.
struct Graph: Sendable {
    var values: [Value] = []
    var nodes: [Node] = []
    var inputs: [ValueID] = []
    var outputs: [Output] = []

    /// What comes out under a name of the file.
    struct Output: Sendable {
        let name: String
        var value: ValueID
    }

    subscript(id: ValueID) -> Value { values[id.index] }

    /// Adds a value that nothing computes yet.
    mutating func add(_ value: Value) -> ValueID {
        values.append(value)
        return ValueID(index: values.count - 1)
    }

    /// Adds a constant.
    mutating func add(constant: Tensor, name: String) -> ValueID {
        add(Value(name: name, shape: constant.shape, type: constant.type, constant: constant))
    }
}

/// A value's place in its graph.
struct ValueID: Hashable, Sendable {
    let index: Int
}

/// Something a node reads or writes.
struct Value: Sendable {
    let name: String
    let shape: [Int]
    let type: ONNXElementType
    /// The elements, where they are known before the run.
    var constant: Tensor?
    /// The floating type that the file gives it: what ``Cast`` rounds to where it is told to follow another value.
    var floatingType = ONNXElementType.float32

    var count: Int { shape.reduce(1, *) }
}

/// One operator with what it reads and the one value it writes.
struct Node: Sendable {
    var name: String
    /// The operator as the file calls it.
    var operatorType: String
    var operation: any Operation
    var inputs: [ValueID]
    var output: ValueID

    /// For messages.
    var location: String { "node '\(name)' (\(operatorType))" }
}

/// Who reads and who writes each value: made once for a pass over the graph.
struct Uses {
    /// Indices of the nodes that read a value, by value; a node that reads it twice stands there twice.
    private(set) var readers: [[Int]]
    /// Index of the node that writes a value.
    private(set) var writer: [Int?]
    private var leaves: Set<ValueID>

    init(_ graph: Graph) {
        readers = [[Int]](repeating: [], count: graph.values.count)
        writer = [Int?](repeating: nil, count: graph.values.count)
        for (index, node) in graph.nodes.enumerated() {
            for input in node.inputs { readers[input.index].append(index) }
            writer[node.output.index] = index
        }
        leaves = Set(graph.outputs.map(\.value))
    }

    /// The only node that reads a value; nil where others do too, or where it is an output of the graph. Only such a
    /// value may disappear into a fused operator.
    func soleReader(of value: ValueID) -> Int? {
        guard !leaves.contains(value), readers[value.index].count == 1 else { return nil }
        return readers[value.index][0]
    }
}
