import Foundation
import Imaging
import Models
public import Vocabulary

/// What the network and the file say of a photo: all that training needs of it.
public struct PhotoFacts: Sendable {
    /// The SHA-256 of the file.
    public var digest: String
    /// Values before the final layer.
    public var embedding: [Float]
    /// A difference hash: pictures that look alike differ in few bits.
    public var hash: UInt64
    /// When the camera says it was taken, local time as if it were UTC.
    public var taken: Instant?
    /// What the version itself said; nil where that was not asked for, or the photo was known.
    var prediction: Prediction?

    /// - Parameter embedding: values before the final layer.
    public init(digest: String, embedding: [Float], hash: UInt64, taken: Instant?) {
        self.digest = digest
        self.embedding = embedding
        self.hash = hash
        self.taken = taken
    }
}

/// Photos in, facts out. Used by one thread at a time; a thread each for more.
final class PhotoReader {
    private let classifier: Classifier
    private let decoder = JPEGDecoder(limits: .standard)
    /// Sides of the little grey picture whose neighbours the hash compares.
    private static let (hashWidth, hashHeight) = (9, 8)

    init(_ version: ModelVersion, clock: @escaping () -> Duration) throws(ModelError) {
        classifier = try Classifier(version, threads: 1, clock: clock)
    }

    /// - Parameter bytes: the file.
    /// - Throws: what is wrong with the photo.
    func facts(of bytes: Data, digest: String, region: Box?) throws -> PhotoFacts {
        let region = Region(name: Region.wholeFrame.name, box: region ?? Region.wholeFrame.box)
        let picture = try bytes.withUnsafeBytes {
            try decoder.decode($0, regions: [region.box], minimumSide: 256)
        }
        let answer = try classifier.classify(picture, region: region)
        var facts = PhotoFacts(
            digest: digest, embedding: classifier.embedding ?? [], hash: try Self.hash(of: picture, region.box),
            taken: picture.taken)
        facts.prediction = answer.prediction
        return facts
    }

    /// 64 comparisons of neighbours in 9 x 8 grey cells (Krawetz 2013).
    private static func hash(of picture: Picture, _ box: Box) throws(ImagingError) -> UInt64 {
        let cells = InputSpecification(
            width: hashWidth, height: hashHeight, cropFraction: 1, resample: .box, offset: 0, scale: 1)
        var values = [Float](repeating: 0, count: cells.count)
        try values.withUnsafeMutableBufferPointer { (buffer) throws(ImagingError) in
            try picture.fill(buffer, region: box, as: cells)
        }
        let plane = hashWidth * hashHeight
        let grey: [Float] = (0..<plane).map { place in
            let (red, green, blue) = (values[place], values[plane + place], values[2 * plane + place])
            return 0.299 * red + 0.587 * green + 0.114 * blue
        }
        var hash: UInt64 = 0
        for row in 0..<hashHeight {
            for column in 0..<(hashWidth - 1) {
                let place = row * hashWidth + column
                hash = hash << 1 | (grey[place] < grey[place + 1] ? 1 : 0)
            }
        }
        return hash
    }
}
