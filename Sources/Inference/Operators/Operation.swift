import ONNXFormat

/// What one operator computes. A file under `Operators/` holds one of them, or a family that differs in a formula: how
/// its node is read, what shape comes out, and the plainest code that computes it.
///
/// That code folds constants and is what the planned kernels are compared with; it never runs for a frame.
protocol Operation: Sendable {
    /// The shape of what comes out.
    /// - Parameter inputs: the shapes of the data inputs, in the order in which the initialiser took them.
    /// - Throws: ``Fault`` where the shapes don't fit. Sizes may be a stranger's: nothing may overflow.
    func shape(of inputs: [[Int]]) throws(Fault) -> [Int]

    /// The type of what comes out, with all floating ones taken as float32.
    func type(of inputs: [ONNXElementType]) -> ONNXElementType

    /// The value itself.
    /// - Parameter inputs: of shapes that ``shape(of:)`` took.
    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor

    /// Whether it is cheap enough to be computed when the network is loaded, where all it reads is known.
    var isFoldable: Bool { get }
}

extension Operation {
    var isFoldable: Bool { true }

    func type(of inputs: [ONNXElementType]) -> ONNXElementType { inputs.first ?? .float32 }
}

/// Every operator of the format that Rooster knows, by name. docs/operators.md is checked against it.
let operators: [String: @Sendable (inout NodeReader) throws(Fault) -> any Operation] = [
    "Abs": { node throws(Fault) in try Elementary(&node, .magnitude) },
    "Add": { node throws(Fault) in try BinaryOperation(&node, .add) },
    "And": { node throws(Fault) in try Comparison(&node, .and) },
    "ArgMax": { node throws(Fault) in try Extreme(&node, largest: true) },
    "ArgMin": { node throws(Fault) in try Extreme(&node, largest: false) },
    "AveragePool": { node throws(Fault) in try Pool.pool(&node, .average) },
    "BatchNormalization": { node throws(Fault) in try ChannelScale(batchNormalization: &node) },
    "Cast": { node throws(Fault) in try Cast(&node) },
    "CastLike": { node throws(Fault) in try Cast(like: &node) },
    "Ceil": { node throws(Fault) in try Elementary(&node, .ceiling) },
    "Celu": { node throws(Fault) in try Activation(celu: &node) },
    "Clip": { node throws(Fault) in try Activation.clip(&node) },
    "Concat": { node throws(Fault) in try Concatenation(&node) },
    "Constant": { node throws(Fault) in try Constant(&node) },
    "ConstantOfShape": { node throws(Fault) in try ConstantOfShape(&node) },
    "Conv": { node throws(Fault) in try Convolution.convolution(&node) },
    "ConvInteger": { node throws(Fault) in try GeneralConvolution(integer: &node) },
    "Cos": { node throws(Fault) in try Elementary(&node, .cosine) },
    "CumSum": { node throws(Fault) in try RunningSum(&node) },
    "DepthToSpace": { node throws(Fault) in try Rearrangement(depthToSpace: &node) },
    "DequantizeLinear": { node throws(Fault) in try Quantisation(&node, back: true) },
    "Div": { node throws(Fault) in try BinaryOperation(&node, .divide) },
    "Dropout": { node throws(Fault) in try PassThrough.dropout(&node) },
    "DynamicQuantizeLinear": { node throws(Fault) in try DynamicQuantisation(&node) },
    "Elu": { node throws(Fault) in try Activation(elu: &node) },
    "Equal": { node throws(Fault) in try Comparison(&node, .equal) },
    "Erf": { node throws(Fault) in try Activation(&node, .erf) },
    "Exp": { node throws(Fault) in try Elementary(&node, .exponential) },
    "Expand": { node throws(Fault) in try Rearrangement(expand: &node) },
    "Flatten": { node throws(Fault) in try Reshape(flatten: &node) },
    "Floor": { node throws(Fault) in try Elementary(&node, .floor) },
    "Gather": { node throws(Fault) in try Gather(&node, elements: false) },
    "GatherElements": { node throws(Fault) in try Gather(&node, elements: true) },
    "Gelu": { node throws(Fault) in try Activation.gelu(&node) },
    "Gemm": { node throws(Fault) in try MatrixProduct(gemm: &node) },
    "GlobalAveragePool": { node throws(Fault) in try Reduction(globalPool: &node, .mean) },
    "GlobalMaxPool": { node throws(Fault) in try Reduction(globalPool: &node, .maximum) },
    "Greater": { node throws(Fault) in try Comparison(&node, .greater) },
    "GreaterOrEqual": { node throws(Fault) in try Comparison(&node, .greaterOrEqual) },
    "GroupNormalization": { node throws(Fault) in try Normalisation(group: &node) },
    "HardSigmoid": { node throws(Fault) in try Activation(hardSigmoid: &node) },
    "HardSwish": { node throws(Fault) in try Activation(hardSwish: &node) },
    "Hardmax": { node throws(Fault) in try Softmax(&node, .hard) },
    "Identity": { node throws(Fault) in try PassThrough(identity: &node) },
    "InstanceNormalization": { node throws(Fault) in try Normalisation(instance: &node) },
    "IsInf": { node throws(Fault) in try Elementary(isInfinite: &node) },
    "IsNaN": { node throws(Fault) in try Elementary(&node, .isNotANumber) },
    "LRN": { node throws(Fault) in try LocalResponse(&node) },
    "LayerNormalization": { node throws(Fault) in try Normalisation(layer: &node) },
    "LeakyRelu": { node throws(Fault) in try Activation(leakyRelu: &node) },
    "Less": { node throws(Fault) in try Comparison(&node, .less) },
    "LessOrEqual": { node throws(Fault) in try Comparison(&node, .lessOrEqual) },
    "Log": { node throws(Fault) in try Elementary(&node, .logarithm) },
    "LogSoftmax": { node throws(Fault) in try Softmax(&node, .logarithms) },
    "LpNormalization": { node throws(Fault) in try UnitLength(&node) },
    "LpPool": { node throws(Fault) in try GeneralPool(length: &node) },
    "MatMul": { node throws(Fault) in try MatrixProduct.matMul(&node) },
    "MatMulInteger": { node throws(Fault) in try BatchProduct(integer: &node) },
    "Max": { node throws(Fault) in try Fold.simplest(&node, .maximum) },
    "MaxPool": { node throws(Fault) in try Pool.pool(&node, .maximum) },
    "Mean": { node throws(Fault) in try Fold.simplest(&node, .mean) },
    "Min": { node throws(Fault) in try Fold.simplest(&node, .minimum) },
    "Mish": { node throws(Fault) in try Activation(&node, .mish) },
    "Mod": { node throws(Fault) in try BinaryOperation(modulo: &node) },
    "Mul": { node throws(Fault) in try BinaryOperation(&node, .multiply) },
    "Neg": { node throws(Fault) in try Elementary(&node, .negative) },
    "Not": { node throws(Fault) in try Elementary(&node, .not) },
    "Or": { node throws(Fault) in try Comparison(&node, .or) },
    "PRelu": { node throws(Fault) in try BinaryOperation(&node, .slope) },
    "Pad": { node throws(Fault) in try Padding(&node) },
    "Pow": { node throws(Fault) in try BinaryOperation(&node, .power) },
    "QLinearConv": { node throws(Fault) in try GeneralConvolution(quantised: &node) },
    "QLinearMatMul": { node throws(Fault) in try BatchProduct(quantised: &node) },
    "QuantizeLinear": { node throws(Fault) in try Quantisation(&node, back: false) },
    "Range": { node throws(Fault) in try NumberRange(&node) },
    "Reciprocal": { node throws(Fault) in try Elementary(&node, .reciprocal) },
    "ReduceL1": { node throws(Fault) in try Reduction(&node, .sumOfMagnitudes) },
    "ReduceL2": { node throws(Fault) in try Reduction(&node, .length) },
    "ReduceLogSum": { node throws(Fault) in try Reduction(&node, .logarithmOfSum) },
    "ReduceLogSumExp": { node throws(Fault) in try Reduction(&node, .logarithmOfExponentials) },
    "ReduceMax": { node throws(Fault) in try Reduction(&node, .maximum) },
    "ReduceMean": { node throws(Fault) in try Reduction(&node, .mean) },
    "ReduceMin": { node throws(Fault) in try Reduction(&node, .minimum) },
    "ReduceProd": { node throws(Fault) in try Reduction(&node, .product) },
    "ReduceSum": { node throws(Fault) in try Reduction(&node, .sum) },
    "ReduceSumSquare": { node throws(Fault) in try Reduction(&node, .sumOfSquares) },
    "Relu": { node throws(Fault) in try Activation.relu(&node) },
    "Reshape": { node throws(Fault) in try Reshape(reshape: &node) },
    "Resize": { node throws(Fault) in try Resizing(&node) },
    "Round": { node throws(Fault) in try Elementary(&node, .round) },
    "Selu": { node throws(Fault) in try Activation(selu: &node) },
    "Shape": { node throws(Fault) in try ShapeOperation(&node) },
    "Sigmoid": { node throws(Fault) in try Activation(&node, .sigmoid) },
    "Sign": { node throws(Fault) in try Elementary(&node, .sign) },
    "Sin": { node throws(Fault) in try Elementary(&node, .sine) },
    "Size": { node throws(Fault) in try ShapeOperation(size: &node) },
    "Slice": { node throws(Fault) in try Rearrangement(slice: &node) },
    "Softmax": { node throws(Fault) in try Softmax(&node, .shares) },
    "Softplus": { node throws(Fault) in try Elementary(&node, .softplus) },
    "Softsign": { node throws(Fault) in try Elementary(&node, .softsign) },
    "SpaceToDepth": { node throws(Fault) in try Rearrangement(spaceToDepth: &node) },
    "Split": { node throws(Fault) in try Rearrangement(split: &node) },
    "Sqrt": { node throws(Fault) in try Elementary(&node, .squareRoot) },
    "Squeeze": { node throws(Fault) in try Reshape(squeeze: &node) },
    "Sub": { node throws(Fault) in try BinaryOperation(&node, .subtract) },
    "Sum": { node throws(Fault) in try Fold.simplest(&node, .sum) },
    "Tanh": { node throws(Fault) in try Activation(&node, .tanh) },
    "ThresholdedRelu": { node throws(Fault) in try Elementary(thresholdedRelu: &node) },
    "Tile": { node throws(Fault) in try Rearrangement(tile: &node) },
    "TopK": { node throws(Fault) in try Ranking(&node) },
    "Transpose": { node throws(Fault) in try Rearrangement(transpose: &node) },
    "Unsqueeze": { node throws(Fault) in try Reshape(unsqueeze: &node) },
    "Upsample": { node throws(Fault) in try Resizing(upsample: &node) },
    "Where": { node throws(Fault) in try Choice(&node) },
    "Xor": { node throws(Fault) in try Comparison(&node, .exclusiveOr) },
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
