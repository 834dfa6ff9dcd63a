/// The filter of a resize. Each is widened by the factor of a reduction, so that every pixel counts (antialiased).
public enum Resample: String, Hashable, Sendable, Codable, CaseIterable {
    /// The mean of the pixels covered.
    case box
    /// A triangle.
    case bilinear
    /// Keys' cubic with a = -0.5, as Pillow has it.
    case bicubic
    /// Three lobes.
    case lanczos
}

/// What a network wants as its input, from a model version's manifest.
public struct InputSpecification: Hashable, Sendable, Codable {
    /// The order of the three channels.
    public enum ChannelOrder: String, Hashable, Sendable, Codable {
        /// Red, green, blue.
        case rgb
        /// Blue, green, red.
        case bgr
    }

    /// How the values lie.
    public enum Layout: String, Hashable, Sendable, Codable {
        /// One plane a channel: ONNX's NCHW.
        case planar
        /// The channels of a pixel together: NHWC.
        case interleaved
    }

    /// Pixels.
    public var width: Int
    /// Pixels.
    public var height: Int
    /// The centred part of a region that is looked at: 1 is the largest part with the input's proportions.
    public var cropFraction: Double
    /// The filter of the resize.
    public var resample: Resample
    /// The input is `(value - offset) / scale`, of values from 0 to 255.
    public var offset: ChannelValues
    /// The input is `(value - offset) / scale`, of values from 0 to 255.
    public var scale: ChannelValues
    /// The order of the channels.
    public var channelOrder: ChannelOrder
    /// How the values lie.
    public var layout: Layout

    private enum CodingKeys: String, CodingKey {
        case width, height, resample, offset, scale, layout
        case cropFraction = "crop_fraction"
        case channelOrder = "channel_order"
    }

    /// What a network wants; the presets are those of the stock network.
    public init(
        width: Int = 224, height: Int = 224, cropFraction: Double = 0.875, resample: Resample = .bicubic,
        offset: ChannelValues = 127, scale: ChannelValues = 128, channelOrder: ChannelOrder = .rgb,
        layout: Layout = .planar
    ) {
        self.width = width
        self.height = height
        self.cropFraction = cropFraction
        self.resample = resample
        self.offset = offset
        self.scale = scale
        self.channelOrder = channelOrder
        self.layout = layout
    }

    /// How many values the input has: `3 × height × width`.
    public var count: Int { 3 * height * width }

    /// No network looks at pictures larger than this; it keeps products far from overflow.
    static let largestSide = 8192

    /// What is wrong with it; nil where it can be filled.
    public var fault: String? {
        guard (1...Self.largestSide).contains(width), (1...Self.largestSide).contains(height) else {
            return "an input of \(width)x\(height): sides are 1 to \(Self.largestSide)"
        }
        guard cropFraction > 0, cropFraction <= 1 else { return "a crop of \(cropFraction): above 0, at most 1" }
        guard offset.all.allSatisfy(\.isFinite),
            scale.all.allSatisfy({ $0.isFinite && $0 != 0 && (1 / $0).isFinite })
        else {
            return "an offset of \(offset) and a scale of \(scale): finite, and the scale is not 0"
        }
        return nil
    }
}
