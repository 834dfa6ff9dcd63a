/// What one operator computes. A file under `Operators/` holds one of them, or a family that differs in a formula: how
/// its node is read, what shape comes out, and the plainest code that computes it.
///
/// That code folds constants and is what the planned kernels are compared with; it never runs for a frame.
protocol Operation: Sendable {
    /// The shape of what comes out.
    /// - Parameter inputs: the shapes of the data inputs, in the order in which the initialiser took them.
    /// - Throws: ``Fault`` where the shapes don't fit. Sizes may be a stranger's: nothing may overflow.
    func shape(of inputs: [[Int]]) throws(Fault) -> [Int]

    /// The value itself.
    /// - Parameter inputs: of shapes that ``shape(of:)`` took.
    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor

    /// Whether it is cheap enough to be computed when the network is loaded, where all it reads is known.
    var isFoldable: Bool { get }
}

extension Operation {
    var isFoldable: Bool { true }
}

/// Every operator of the format that Rooster knows, by name. docs/operators.md is checked against it.
let operators: [String: @Sendable (inout NodeReader) throws(Fault) -> any Operation] = [
    "Add": { node throws(Fault) in try BinaryOperation(&node, .add) },
    "AveragePool": { node throws(Fault) in try Pool(&node, .average) },
    "BatchNormalization": { node throws(Fault) in try ChannelScale(batchNormalization: &node) },
    "Cast": { node throws(Fault) in try Cast(&node) },
    "Clip": { node throws(Fault) in try Activation(clip: &node) },
    "Concat": { node throws(Fault) in try Concatenation(&node) },
    "Constant": { node throws(Fault) in try Constant(&node) },
    "Conv": { node throws(Fault) in try Convolution(&node) },
    "DequantizeLinear": { node throws(Fault) in try DequantizeLinear(&node) },
    "Div": { node throws(Fault) in try BinaryOperation(&node, .divide) },
    "Dropout": { node throws(Fault) in try PassThrough(dropout: &node) },
    "Flatten": { node throws(Fault) in try Reshape(flatten: &node) },
    "Gather": { node throws(Fault) in try Gather(&node) },
    "Gemm": { node throws(Fault) in try MatrixProduct(gemm: &node) },
    "GlobalAveragePool": { node throws(Fault) in try Mean(globalPool: &node) },
    "HardSigmoid": { node throws(Fault) in try Activation(hardSigmoid: &node) },
    "HardSwish": { node throws(Fault) in try Activation(hardSwish: &node) },
    "Identity": { node throws(Fault) in try PassThrough(identity: &node) },
    "MatMul": { node throws(Fault) in try MatrixProduct(matMul: &node) },
    "MaxPool": { node throws(Fault) in try Pool(&node, .maximum) },
    "Mul": { node throws(Fault) in try BinaryOperation(&node, .multiply) },
    "Pad": { node throws(Fault) in try Padding(&node) },
    "QuantizeLinear": { node throws(Fault) in try QuantizeLinear(&node) },
    "ReduceMean": { node throws(Fault) in try Mean(reduce: &node) },
    "Relu": { node throws(Fault) in try Activation(relu: &node) },
    "Reshape": { node throws(Fault) in try Reshape(reshape: &node) },
    "Shape": { node throws(Fault) in try ShapeOperation(&node) },
    "Sigmoid": { node throws(Fault) in try Activation(sigmoid: &node) },
    "Slice": { node throws(Fault) in try Slice(&node) },
    "Softmax": { node throws(Fault) in try Softmax(&node) },
    "Squeeze": { node throws(Fault) in try Reshape(squeeze: &node) },
    "Sub": { node throws(Fault) in try BinaryOperation(&node, .subtract) },
    "Unsqueeze": { node throws(Fault) in try Reshape(unsqueeze: &node) },
]

/// The one shape of an operator with one data input.
func single(_ inputs: [[Int]]) throws(Fault) -> [Int] {
    guard inputs.count == 1 else { throw Fault(.invalid, "it has \(inputs.count) inputs instead of one") }
    return inputs[0]
}

/// - Throws: unless the value is a batch of pictures: images, channels, rows, columns.
func requirePictures(_ shape: [Int]) throws(Fault) {
    guard shape.count == 4 else {
        throw Fault(.unsupported, "it works on pictures (4 dimensions), its input has the shape \(shape)")
    }
}
