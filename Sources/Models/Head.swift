public import Foundation

/// The final layer that the owner's photos taught, and what it remembers of them: `head.safetensors`.
///
/// | array | shape | what |
/// | --- | --- | --- |
/// | `weight`, `bias` | labels x values, labels | raw logits = weight · feature + bias |
/// | `shift` | labels | taken from the raw logits before the temperature: τ·log π of uneven folders |
/// | `photos` | photos x values, F16 | the features of the training photos, those of a label together |
/// | `label` | photos, I32 | the label of each, ascending |
/// | `likeness` | any number | how alike known photos are, out of fold, ascending; empty: no score for the unknown |
public struct Head: Sendable, Equatable {
    /// Labels.
    public let labels: Int
    /// Values of a feature.
    public let width: Int
    /// `labels x width`.
    public let weight: [Float]
    /// One a label.
    public let bias: [Float]
    /// One a label.
    public let shift: [Float]
    /// The features of the training photos as IEEE half floats, `photos x width`, all at least 0.
    public let photos: [UInt16]
    /// Where the photos of each label begin; one more than labels.
    public let starts: [Int]
    /// Likeness of known photos: largest raw logit and nearest photo of the label, each standardised, added up.
    public let likeness: [Float]

    /// A head from its values.
    /// - Parameter owners: the label of each photo, ascending.
    /// - Throws: the reason, in a sentence, where sizes or values make no sense.
    public init(
        weight: [Float], bias: [Float], shift: [Float], photos: [UInt16], owners: [Int32], likeness: [Float]
    ) throws(HeadFault) {
        labels = bias.count
        guard labels > 0, !weight.isEmpty, weight.count.isMultiple(of: labels) else {
            throw HeadFault(words: "\(weight.count) weights do not fit \(labels) labels")
        }
        width = weight.count / labels
        guard shift.count == labels else { throw HeadFault(words: "\(shift.count) shifts for \(labels) labels") }
        guard photos.count == owners.count * width else {
            throw HeadFault(words: "\(photos.count) values of \(owners.count) photos, \(width) each")
        }
        guard (weight + bias + shift + likeness).allSatisfy(\.isFinite) else {
            throw HeadFault(words: "a value is not a number")
        }
        // A half float below infinity and not negative: what `Scorer` decodes with one shift.
        guard photos.allSatisfy({ $0 < 0x7C00 }) else {
            throw HeadFault(words: "a photo's feature is negative or not a number")
        }
        guard zip(likeness, likeness.dropFirst()).allSatisfy({ $0 <= $1 }) else {
            throw HeadFault(words: "the likenesses are not in order")
        }
        var starts = [0]
        starts.reserveCapacity(labels + 1)
        for (place, owner) in owners.enumerated() {
            guard owner >= starts.count - 1, owner < labels else {
                throw HeadFault(words: "photo \(place) has the label \(owner)")
            }
            while starts.count <= Int(owner) { starts.append(place) }
        }
        while starts.count <= labels { starts.append(owners.count) }
        self.starts = starts
        self.weight = weight
        self.bias = bias
        self.shift = shift
        self.photos = photos
        self.likeness = likeness
    }

    /// Reads `head.safetensors`.
    /// - Throws: the reason, in a sentence; never traps, whatever the bytes are.
    public init(safetensors bytes: Data) throws(HeadFault) {
        do {
            let file = try SafeTensors(bytes)
            let weight = try file.array("weight", .float32, dimensions: 2)
            let bias = try file.array("bias", .float32, dimensions: 1)
            let photos = try file.array("photos", .float16, dimensions: 2)
            guard weight.shape[0] == bias.shape[0], photos.shape[1] == weight.shape[1] else {
                throw SafeTensors.Fault(
                    words: "weights \(weight.shape), biases \(bias.shape) and photos \(photos.shape) do not fit")
            }
            try self.init(
                weight: SafeTensors.values(weight.bytes, as: Float.self),
                bias: SafeTensors.values(bias.bytes, as: Float.self),
                shift: SafeTensors.values(try file.array("shift", .float32, dimensions: 1).bytes, as: Float.self),
                photos: SafeTensors.values(photos.bytes, as: UInt16.self),
                owners: SafeTensors.values(try file.array("label", .int32, dimensions: 1).bytes, as: Int32.self),
                likeness: SafeTensors.values(
                    try file.array("likeness", .float32, dimensions: 1).bytes, as: Float.self))
        } catch let fault as SafeTensors.Fault {
            throw HeadFault(words: fault.words)
        } catch let fault as HeadFault {
            throw fault
        } catch {
            throw HeadFault(words: "\(error)")
        }
    }

    /// The file's bytes; the same for the same values.
    public var safetensors: Data {
        let owners = (0..<labels).flatMap { label in
            [Int32](repeating: Int32(label), count: starts[label + 1] - starts[label])
        }
        func data<Number>(_ numbers: [Number]) -> Data { numbers.withUnsafeBytes { Data($0) } }
        return SafeTensors.file([
            ("weight", .float32, [labels, width], data(weight)), ("bias", .float32, [labels], data(bias)),
            ("shift", .float32, [labels], data(shift)), ("likeness", .float32, [likeness.count], data(likeness)),
            ("label", .int32, [owners.count], data(owners)),
            ("photos", .float16, [owners.count, width], data(photos)),
        ])
    }
}

/// Why the values of a head make no sense.
public struct HeadFault: Error, Equatable, CustomStringConvertible {
    /// In a sentence.
    public var words: String
    /// In a sentence.
    public var description: String { words }
}
