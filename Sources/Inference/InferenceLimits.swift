/// How much a network may ask for. What goes beyond is refused when it is loaded.
public struct InferenceLimits: Sendable {
    /// Nodes, after those that nothing needs are left out.
    public var nodes = 5_000
    /// Elements of one value. The first matrix behind VGG's convolutions has 1.03 * 10^8.
    public var elements = 1 << 27
    /// Bytes of the arena that holds all values between the operators.
    public var arenaBytes = 1 << 30
    /// Bytes of the packed weights; a constant counts once for each operator that packs it.
    public var weightBytes = 1 << 30
    /// Elements read and computed while constants are folded, all together; weights of convolutions don't count.
    public var foldedElements = 1 << 24
    /// Multiplications of one run, and elements that are only moved or compared: a network of 10^11 takes a second or more
    /// on any board's core.
    public var multiplications = 100_000_000_000.0

    /// Room for any image classifier, none for mischief.
    public static let standard = InferenceLimits()
}
