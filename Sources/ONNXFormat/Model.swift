/// An ONNX model as checked values: names and sizes can be relied on, what the operators mean is not looked at.
public struct ONNXModel: Sendable {
    /// The version of the format.
    public var irVersion: Int
    /// The version of the operators by domain; the standard operators' domain is the empty string.
    public var opsets: [String: Int]
    /// The program that wrote the file.
    public var producer: String
    /// Free text by key.
    public var metadata: [String: String]
    /// The network.
    public var graph: ONNXGraph

    /// A model out of its parts; nothing is checked.
    public init(
        irVersion: Int = 8, opsets: [String: Int] = ["": 13], producer: String = "", metadata: [String: String] = [:],
        graph: ONNXGraph
    ) {
        self.irVersion = irVersion
        self.opsets = opsets
        self.producer = producer
        self.metadata = metadata
        self.graph = graph
    }
}

/// The nodes of a model, in the order of the file, with what they read and what comes out.
public struct ONNXGraph: Sendable {
    /// The name.
    public var name: String
    /// The nodes.
    public var nodes: [ONNXNode]
    /// Constants; their names are unique.
    public var initializers: [ONNXTensor]
    /// What goes in; old files list the initialisers here too.
    public var inputs: [ONNXValueInfo]
    /// What comes out.
    public var outputs: [ONNXValueInfo]

    /// A graph out of its parts; nothing is checked.
    public init(
        name: String, nodes: [ONNXNode], initializers: [ONNXTensor], inputs: [ONNXValueInfo], outputs: [ONNXValueInfo]
    ) {
        self.name = name
        self.nodes = nodes
        self.initializers = initializers
        self.inputs = inputs
        self.outputs = outputs
    }
}

/// One operator of a graph with the names of the values it reads and writes.
public struct ONNXNode: Sendable {
    /// The name; may be empty.
    public var name: String
    /// The operator: `Conv`.
    public var operatorType: String
    /// The domain of the operator; empty for the standard ones.
    public var domain: String
    /// The values it reads, by place; an empty name is an absent optional one.
    public var inputs: [String]
    /// The values it writes; an empty name is one that nobody wants.
    public var outputs: [String]
    /// The attributes by name.
    public var attributes: [String: ONNXAttribute]

    /// A node out of its parts; nothing is checked.
    public init(
        name: String = "", operatorType: String, domain: String = "", inputs: [String], outputs: [String],
        attributes: [String: ONNXAttribute] = [:]
    ) {
        self.name = name
        self.operatorType = operatorType
        self.domain = domain
        self.inputs = inputs
        self.outputs = outputs
        self.attributes = attributes
    }
}

/// The value of an attribute.
public enum ONNXAttribute: Sendable {
    /// A float32.
    case float(Float)
    /// An integer.
    case int(Int)
    /// A text.
    case string(String)
    /// A constant.
    case tensor(ONNXTensor)
    /// Some float32.
    case floats([Float])
    /// Some integers.
    case ints([Int])
    /// Some texts.
    case strings([String])
}

/// The name, type and shape of what goes into a graph or comes out.
public struct ONNXValueInfo: Sendable {
    /// The name.
    public var name: String
    /// The type of the elements; nil where the file doesn't say.
    public var elementType: ONNXElementType?
    /// The dimensions, nil for one that is left open (a batch of any size); nil where the file says nothing of them.
    public var shape: [Int?]?

    /// A description out of its parts; nothing is checked.
    public init(name: String, elementType: ONNXElementType? = .float32, shape: [Int?]?) {
        self.name = name
        self.elementType = elementType
        self.shape = shape
    }
}
