/// A named rectangle of a frame that is classified by itself.
public struct Region: Hashable, Sendable, Codable {
    /// The name: unique within its source.
    public var name: String
    /// Where it lies.
    public var box: Box

    /// A named rectangle.
    public init(name: String, box: Box) {
        self.name = name
        self.box = box
    }

    /// The region of a source that names none: the whole frame.
    public static let wholeFrame = Region(name: "frame", box: Box(x: 0, y: 0, width: 1, height: 1))
}

/// A rectangle in fractions of the upright picture; the origin is the upper left corner.
public struct Box: Hashable, Sendable, Codable {
    /// Left edge, 0 to 1.
    public var x: Double
    /// Upper edge, 0 to 1.
    public var y: Double
    /// Width, above 0, `x + width` at most 1.
    public var width: Double
    /// Height, above 0, `y + height` at most 1.
    public var height: Double

    /// A rectangle in fractions of the upright picture.
    public init(x: Double, y: Double, width: Double, height: Double) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }
}
