/// How much of everything a file may hold. What goes beyond is refused before memory is spent on it.
public struct ONNXLimits: Sendable {
    /// Bytes of the file. VGG19 has 575 MB.
    public var bytes = 640 << 20
    /// Messages and single scalars in it: each costs some hundred bytes once decoded, however short it is in the file.
    public var fields = 400_000
    /// Nodes of the graph.
    public var nodes = 20_000
    /// Initialisers of the graph.
    public var initializers = 20_000
    /// Dimensions of one tensor.
    public var rank = 8
    /// Elements of one tensor.
    public var elements = 1 << 28
    /// Inputs, outputs or attributes of one node.
    public var perNode = 256

    /// Room for any image classifier, none for mischief.
    public static let standard = ONNXLimits()
}
