import Foundation
import Imaging
import Models
import Store
import Vocabulary

/// Answers kept pictures again, as the frame's path answered them: the same decoder, scale and regions.
final class PictureAnswers {
    /// What became of one picture.
    enum Outcome {
        /// An answer for each region, in the order asked.
        case answers([Prediction])
        /// It is not there any more, or withheld.
        case gone
        /// It is there, and not what was recorded.
        case changed(String)
    }

    let version: ModelVersion
    private let classifier: Classifier
    private let decoder = JPEGDecoder(limits: .standard)

    init(_ version: ModelVersion, installation: Installation) throws {
        self.version = version
        classifier = try Classifier(version, threads: installation.threads, clock: Clock.monotonic)
    }

    /// The regions of `frame`, answered from its picture in `store`.
    func answer(_ frame: RecordedFrame, regions: [Region], in store: Store) async throws -> Outcome {
        guard let path = try await store.picturePath(of: frame.id) else { return .gone }
        guard let jpeg = try? Data(contentsOf: URL(filePath: path)) else { return .gone }
        if let content = frame.content, sha256(jpeg) != content {
            return .changed("\(path) is not the picture that was answered: its SHA-256 is another one")
        }
        do {
            return .answers(
                try jpeg.withUnsafeBytes { (bytes) throws(ImagingError) in try answer(bytes, regions) })
        } catch let error as ImagingError {
            return .changed("\(path) \(error.message)")
        }
    }

    private func answer(
        _ jpeg: UnsafeRawBufferPointer, _ regions: [Region]
    ) throws(ImagingError) -> [Prediction] {
        let picture = try decoder.decode(jpeg, regions: regions.map(\.box), minimumSide: DecodeStage.minimumSide)
        var predictions: [Prediction] = []
        for region in regions { predictions.append(try classifier.classify(picture, region: region).prediction) }
        return predictions
    }
}

extension RecordedFrame {
    /// The regions that production answered, in their order.
    var regions: [Region] {
        answers.filter { $0.role == ModelRole.production.rawValue }.map {
            Region(name: $0.item.region, box: $0.item.box)
        }
    }

    /// What a version said of a region, in whatever role.
    func answer(of model: ModelID, digest: String, region: String) -> Answer? {
        answers.first {
            $0.item.region == region && $0.model.id == model && ($0.model.digest.isEmpty || $0.model.digest == digest)
        }
    }
}
