/// A number for each colour: in JSON one number where all are the same, else a list of three: red, green, blue.
public struct ChannelValues: Hashable, Sendable, Codable, CustomStringConvertible {
    /// For red.
    public var red: Float
    /// For green.
    public var green: Float
    /// For blue.
    public var blue: Float

    /// The same number for all.
    public init(_ value: Float) { self.init(red: value, green: value, blue: value) }

    /// A number for each.
    public init(red: Float, green: Float, blue: Float) {
        (self.red, self.green, self.blue) = (red, green, blue)
    }

    /// Red, green, blue.
    public var all: [Float] { [red, green, blue] }

    /// From a number or a list of three.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Float.self) {
            self.init(value)
            return
        }
        let values = try container.decode([Float].self)
        guard values.count == 3 else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\(values.count) numbers; one, or three for red, green, blue")
        }
        self.init(red: values[0], green: values[1], blue: values[2])
    }

    /// As a number or a list of three.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if red == green && green == blue { try container.encode(red) } else { try container.encode(all) }
    }

    /// `127` or `123.7/116.3/103.5`.
    public var description: String {
        func short(_ value: Float) -> String {
            let rounded = (value * 1_000).rounded() / 1_000
            return rounded == rounded.rounded() && rounded.magnitude < 1e6 ? "\(Int(rounded))" : "\(rounded)"
        }
        return red == green && green == blue ? short(red) : all.map(short).joined(separator: "/")
    }
}

extension ChannelValues: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    /// The same number for all.
    public init(floatLiteral value: Float) { self.init(value) }

    /// The same number for all.
    public init(integerLiteral value: Int) { self.init(Float(value)) }
}
