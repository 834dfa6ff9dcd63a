import Foundation
import Imaging

/// How pixels become a network's input, as far as its owner says it: `torchvision,size=224,crop=1`.
///
/// A word is one of the usual ways, `key=value` changes one of its values.
public struct PreprocessingWishes: Sendable, Equatable {
    var way: Way?
    var width: Int?
    var height: Int?
    var channels: InputSpecification.ChannelOrder?
    var crop: Double?
    var resample: Resample?
    var offset: ChannelValues?
    var scale: ChannelValues?

    /// Nothing is said.
    public init() {}

    /// Reads what stands behind `--preprocessing`.
    public init(_ text: String) throws(ImportError) {
        for part in text.split(separator: ",").map({ $0.trimmingCharacters(in: .whitespaces) }) where !part.isEmpty {
            let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
            guard pair.count == 2 else {
                guard let known = Way(rawValue: part) else {
                    let ways = Way.allCases.map(\.rawValue).joined(separator: ", ")
                    throw .preprocessing("'\(part)' is none of \(ways), and no key=value")
                }
                way = known
                continue
            }
            try set(pair[0], to: pair[1])
        }
    }

    /// Puts what was said in place of what the way has.
    @inline(never)
    func change(_ how: inout Manifest.Preprocessing) {
        if let channels { how.channels = channels }
        if let crop { how.crop = crop }
        if let resample { how.resample = resample }
        if let offset { how.offset = offset }
        if let scale { how.scale = scale }
    }

    private mutating func set(_ key: String, to value: String) throws(ImportError) {
        let numbers = value.split(separator: "/").map { Float($0) ?? .nan }
        switch key {
        case "size":
            let sides = value.split(separator: "x").map { Int($0) ?? 0 }
            guard (1...2).contains(sides.count), sides.allSatisfy((16...1_024).contains) else {
                throw .preprocessing("size=\(value): a side, or WIDTHxHEIGHT, from 16 to 1024")
            }
            (width, height) = (sides[0], sides[sides.count - 1])
        case "channels":
            guard let order = InputSpecification.ChannelOrder(rawValue: value) else {
                throw .preprocessing("channels=\(value): rgb or bgr")
            }
            channels = order
        case "crop":
            guard let fraction = Double(value), fraction > 0, fraction <= 1 else {
                throw .preprocessing("crop=\(value): above 0, at most 1")
            }
            crop = fraction
        case "resample":
            guard let filter = Resample(rawValue: value) else {
                throw .preprocessing(
                    "resample=\(value): one of \(Resample.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            resample = filter
        case "offset", "scale":
            guard numbers.count == 1 || numbers.count == 3, numbers.allSatisfy(\.isFinite),
                key == "offset" || numbers.allSatisfy(\.isNormal)
            else { throw .preprocessing("\(key)=\(value): a number, or RED/GREEN/BLUE; a scale is not 0") }
            let values = ChannelValues(
                red: numbers[0], green: numbers[numbers.count / 2], blue: numbers[numbers.count - 1])
            if key == "offset" { offset = values } else { scale = values }
        default:
            throw .preprocessing("'\(key)' is none of size, channels, crop, resample, offset, scale")
        }
    }

    /// The usual ways to normalise a photo, each by a name.
    enum Way: String, CaseIterable {
        /// PyTorch's networks: mean and deviation of ImageNet.
        case torchvision
        /// TensorFlow's: -1 to 1.
        case inception
        /// EfficientNet-lite and the stock network.
        case lite
        /// Caffe's: BGR, less the mean.
        case caffe
        /// 0 to 1.
        case unit
        /// 0 to 255.
        case raw

        @inline(never)
        var preprocessing: Manifest.Preprocessing {
            var how = Manifest.Preprocessing(
                width: 224, height: 224, channels: .rgb, crop: 0.875, resample: .bilinear, offset: 0, scale: 1)
            switch self {
            case .torchvision:
                how.offset = ChannelValues(red: 123.675, green: 116.28, blue: 103.53)
                how.scale = ChannelValues(red: 58.395, green: 57.12, blue: 57.375)
            case .inception: (how.offset, how.scale, how.resample) = (127.5, 127.5, .bicubic)
            case .lite: (how.offset, how.scale, how.resample) = (127, 128, .bicubic)
            case .caffe:
                how.channels = .bgr
                how.offset = ChannelValues(red: 123.68, green: 116.779, blue: 103.939)
            case .unit: how.scale = 255
            case .raw: break
            }
            return how
        }
    }
}

// Parts that are not inlined: as one function this came out of the compiler now this way, now that, and with it the package
// (docs/decisions/one-package-for-two-debians.md).
extension NetworkSurvey {
    /// How pixels become the input: what is said, what the file says, and guesses for the rest, each with a warning.
    func preprocessing(
        _ wishes: PreprocessingWishes, name: String
    ) throws(ImportError) -> (how: Manifest.Preprocessing, warnings: [String]) {
        var warnings: [String] = []
        let (way, reason) = wishes.way.map { ($0, "") } ?? guessedWay(name)
        var how = way.preprocessing
        if layout == .interleaved { how.layout = .interleaved }
        try NetworkSurvey.check(wishes.width, against: width, "wide")
        try NetworkSurvey.check(wishes.height, against: height, "high")
        if wishes.width == nil, width == nil || height == nil {
            warnings.append("the network leaves its input's size open: taken as 224 (size=... says another)")
        }
        how.width = width ?? wishes.width ?? 224
        how.height = height ?? wishes.height ?? 224
        wishes.change(&how)
        if wishes.way == nil, wishes.offset == nil || wishes.scale == nil {
            warnings.append(NetworkSurvey.guess(way, reason, how))
        }
        if wishes.crop == nil {
            warnings.append("crop taken as \(how.crop) of the shorter side (crop=... says another)")
        }
        return (how, warnings)
    }

    @inline(never)
    private static func guess(
        _ way: PreprocessingWishes.Way, _ reason: String, _ how: Manifest.Preprocessing
    ) -> String {
        "--preprocessing doesn't say how pixels are normalised: guessed '\(way.rawValue)', as \(reason): "
            + "\(how.channels.rawValue), (pixel - \(how.offset)) / \(how.scale). "
            + "If its answers are poor, import it again with another one"
    }

    @inline(never)
    private static func check(_ wished: Int?, against found: Int?, _ side: String) throws(ImportError) {
        guard let wished, let found, wished != found else { return }
        throw .preprocessing("size: the network's input is \(found) pixels \(side), not \(wished)")
    }

    private func guessedWay(_ name: String) -> (PreprocessingWishes.Way, String) {
        let (name, producer) = (name.lowercased(), producer.lowercased())
        if normalisesItself { return (.raw, "the network begins with arithmetic on the pixels itself") }
        if name.contains("lite") { return (.lite, "its name has 'lite' in it") }
        if name.contains("caffe") || producer.contains("caffe") { return (.caffe, "it comes from Caffe") }
        if layout == .interleaved || producer.contains("tf2onnx") || producer.contains("keras") {
            return (.inception, "it comes from TensorFlow")
        }
        if name.contains("inception_v3") || name.contains("inception_v4") || name.contains("inception-v") {
            return (.inception, "its name says Inception")
        }
        return (.torchvision, producer.contains("pytorch") ? "it comes from PyTorch" : "most networks are trained so")
    }
}
