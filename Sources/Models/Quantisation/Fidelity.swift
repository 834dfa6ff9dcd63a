import Foundation
import Imaging
import Inference
import Vocabulary

/// How far a version says what another one says: the same photos through both.
public struct Fidelity: Sendable {
    /// Photos that both answered.
    public private(set) var photos = 0
    /// Photos with a known label.
    public private(set) var labelled = 0
    /// How many of them each version is right about.
    public private(set) var right = (original: 0, other: 0)
    /// Photos on which both have the same best label.
    public private(set) var same = 0
    /// Cosines between the two versions' logits, a photo each.
    public private(set) var logitCosines: [Double] = []
    /// Cosines between their embeddings; empty where one has none.
    public private(set) var embeddingCosines: [Double] = []
    private var products = (both: 0.0, own: 0.0)
    private var divergence = 0.0

    /// The other's logits as a multiple of the original's, in the mean: below 1 where it is less sure of itself.
    public var slope: Double { products.both / products.own }

    /// The mean Kullback-Leibler divergence of the probabilities.
    public var meanDivergence: Double { divergence / Double(photos) }

    /// Runs all photos of a folder through both.
    /// - Parameters:
    ///   - folder: JPEG files; where it has a `labels.csv` with the columns `file` and `class_index`, those count.
    ///   - progress: the share that is done.
    public init(
        of other: Classifier, to original: Classifier, folder: String, progress: (Double) -> Void
    ) throws(ModelError) {
        let truth = Self.labels("\(folder)/labels.csv")
        let files = photographs(in: folder)
        let decoder = JPEGDecoder(limits: .standard)
        for (index, path) in files.enumerated() {
            let jpeg = try read(path)
            guard let first = try? original.scores(jpeg, decoder), let second = try? other.scores(jpeg, decoder) else {
                continue
            }
            let name = String(path.dropFirst(folder.count + 1))
            add(first, second, label: truth[name])
            progress(Double(index + 1) / Double(files.count))
        }
        guard photos > 0 else { throw .tooFewPhotos(folders: [folder], found: 0, needed: 1, unreadable: files.count) }
    }

    /// What a version says of a photo before the softmax.
    struct Scores {
        var logits: [Float]
        var embedding: [Float]
        var probabilities: [Float]
    }

    private mutating func add(_ first: Scores, _ second: Scores, label: Int?) {
        photos += 1
        let (best, otherBest) = (Self.best(first.logits), Self.best(second.logits))
        if best == otherBest { same += 1 }
        if let label {
            labelled += 1
            if best == label { right.original += 1 }
            if otherBest == label { right.other += 1 }
        }
        logitCosines.append(Self.cosine(first.logits, second.logits))
        if !first.embedding.isEmpty { embeddingCosines.append(Self.cosine(first.embedding, second.embedding)) }
        products.both += Self.product(first.logits, second.logits)
        products.own += Self.product(first.logits, first.logits)
        for (p, q) in zip(first.probabilities, second.probabilities) where p > 0 {
            divergence += Double(p) * (log(Double(p)) - log(max(Double(q), 1e-30)))
        }
    }

    private static func best(_ values: [Float]) -> Int? { values.indices.max { values[$0] < values[$1] } }

    private static func product(_ left: [Float], _ right: [Float]) -> Double {
        zip(left, right).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }

    private static func cosine(_ left: [Float], _ right: [Float]) -> Double {
        product(left, right) / (product(left, left) * product(right, right)).squareRoot()
    }

    /// The class of each file; empty where there is no such table.
    private static func labels(_ path: String) -> [String: Int] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [:] }
        let rows = text.split(whereSeparator: \.isNewline).map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        guard let header = rows.first, let file = header.firstIndex(of: "file"),
            let label = header.firstIndex(of: "class_index")
        else { return [:] }
        var answer: [String: Int] = [:]
        for row in rows.dropFirst() where row.count > max(file, label) { answer[String(row[file])] = Int(row[label]) }
        return answer
    }
}

extension Classifier {
    /// What the network says of a photo.
    fileprivate func scores(_ jpeg: Data, _ decoder: JPEGDecoder) throws -> Fidelity.Scores {
        let prediction = try jpeg.withUnsafeBytes { bytes in
            let picture = try decoder.decode(bytes, regions: [Region.wholeFrame.box], minimumSide: 256)
            return try classify(picture, region: .wholeFrame).prediction
        }
        let logits = network.output(version.manifest.backbone.logits).map(Array.init) ?? []
        return Fidelity.Scores(
            logits: logits, embedding: embedding ?? [], probabilities: Array(prediction.probabilities))
    }
}
