import Foundation
import Imaging
import Vocabulary

/// `golden/expected.json`: what a version promises to say of its golden photos.
struct Golden: Codable {
    /// One photo.
    struct Photo: Codable {
        var file: String
        var labels: [Expected]
    }
    /// One label of a photo.
    struct Expected: Codable {
        var label: String
        var probability: Double
    }

    /// How far a probability may be off: room for other decoders and instruction sets, not for another network.
    var tolerance: Double
    var photos: [Photo]

    /// The tolerance of a quantised version whose promises Rooster made itself: its bytes are the same everywhere, what is
    /// left is the rounding of resized pixels and of the softmax.
    static let sameProgram = 0.01
    /// That of an fp32 version: sums are rounded in another order on each instruction set, and decoders differ.
    static let anyProgram = 0.04
}

extension Classifier {
    /// Answers the version's golden photos and compares.
    /// - Returns: how many photos there were.
    @discardableResult
    public func selfTest() throws(ModelError) -> Int {
        let path = "\(version.directory)/golden/expected.json"
        guard !version.manifest.golden.isEmpty else { return 0 }
        let golden: Golden
        let bytes = try read(path)
        do {
            golden = try JSONDecoder().decode(Golden.self, from: bytes)
        } catch {
            throw .malformed(path: path, what: "not a table of expected answers: \(words(error))")
        }
        let decoder = JPEGDecoder(limits: .standard)
        for photo in golden.photos {
            guard version.manifest.golden[photo.file] != nil else {
                throw .malformed(path: path, what: "'\(photo.file)' is not in the manifest")
            }
            let jpeg = try read("\(version.directory)/golden/\(photo.file)")
            let prediction = try answer(jpeg, named: photo.file, decoder: decoder)
            for expected in photo.labels {
                guard let index = version.labels.index(of: expected.label) else {
                    throw .malformed(path: path, what: "unknown label '\(expected.label)'")
                }
                let found = Double(prediction.probabilities[index])
                guard abs(found - expected.probability) <= golden.tolerance else {
                    throw .wrongAnswer(
                        photo: photo.file,
                        what: "\(expected.label) has \(rounded(found)), not \(rounded(expected.probability))")
                }
            }
        }
        return golden.photos.count
    }

    /// What this version says of its golden photos, as it is to be promised.
    func golden(tolerance: Double) throws(ModelError) -> Golden {
        let decoder = JPEGDecoder(limits: .standard)
        var golden = Golden(tolerance: tolerance, photos: [])
        for name in version.manifest.golden.keys.sorted() {
            let prediction = try answer(try read("\(version.directory)/golden/\(name)"), named: name, decoder: decoder)
            let labels = prediction.best(3).map {
                Golden.Expected(label: $0.label, probability: (Double($0.probability) * 10_000).rounded() / 10_000)
            }
            golden.photos.append(Golden.Photo(file: name, labels: labels))
        }
        return golden
    }

    func answer(_ jpeg: Data, named name: String, decoder: JPEGDecoder) throws(ModelError) -> Prediction {
        do {
            return try jpeg.withUnsafeBytes { bytes in
                let picture = try decoder.decode(
                    bytes, regions: [Region.wholeFrame.box], minimumSide: 256, for: version.inputSpecification)
                return try classify(picture, region: .wholeFrame).prediction
            }
        } catch {
            throw .wrongAnswer(photo: name, what: "\(error)")
        }
    }
}

private func rounded(_ value: Double) -> String { String((value * 1_000).rounded() / 1_000) }
