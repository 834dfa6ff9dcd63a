import Foundation
import Imaging
import Inference
import Models
import Rules
import Store
import Vocabulary

/// The stages on a frame's way, each with what the one before it made of a real photo.
struct FramePath {
    private let jpeg: Data
    private let versions: [ModelVersion]
    private let directory: String

    /// - Parameters:
    ///   - photo: a JPEG.
    ///   - models: the repository's `models`.
    ///   - directory: where the record may lie: the disk under it is measured with it.
    init(photo: String, models: String, directory: String) throws {
        jpeg = try Data(contentsOf: URL(filePath: photo))
        let registry = Registry(directories: [models])
        versions = try registry.installed().map { id throws(ModelError) in try registry.version(id) }
        self.directory = directory
    }

    func benchmarks() throws -> [Benchmark] {
        var all = try decoding()
        for version in versions {
            for threads in [1, 2] { all.append(try network(version, threads: threads)) }
        }
        if let version = versions.first { all += try afterwards(version) }
        return all
    }

    private func decoding() throws -> [Benchmark] {
        let decoder = JPEGDecoder()
        let jpeg = jpeg
        return [224, 448].map { side in
            Benchmark(name: "decode, at least \(side) pixels") { _ = try decoder.picture(jpeg, side) }
        }
    }

    private func network(_ version: ModelVersion, threads: Int) throws -> Benchmark {
        let classifier = try Classifier(version, threads: threads, clock: Self.clock)
        return Benchmark(name: "\(version.id), \(classifier.network.precision.rawValue), \(threads) threads") {
            classifier.network.run()
        }
    }

    /// What becomes of the network's answer.
    private func afterwards(_ version: ModelVersion) throws -> [Benchmark] {
        let classifier = try Classifier(version, threads: 1, clock: Self.clock)
        let picture = try JPEGDecoder().picture(jpeg, 224)
        let prediction = try classifier.classify(picture, region: .wholeFrame).prediction
        let readout = classifier.readout()
        let book = RuleBook(
            rules: (0..<10).map { Rule(name: "rule \($0)", labels: [prediction.best(1)[0].label], probability: 0.1) })
        var state = RuleState()
        var number: UInt64 = 0
        func nextFrame() -> FrameReport {
            number += 1
            let time = Instant(milliseconds: 1_790_000_000_000 + Int64(number) * 1_000)
            return FrameReport(
                identity: FrameIdentity(
                    source: "yard", file: .inode(device: 1, inode: number), size: 1_000, modified: Int64(number)),
                path: "/capture/\(number).jpg", time: time, state: .recorded, deadline: .seconds(1),
                answers: [.init(.wholeFrame, prediction)])
        }
        let store = try Store(directory: directory, now: Instant(milliseconds: 1_790_000_000_000))
        return [
            Benchmark(name: "head") { _ = classifier.prediction(of: Region.wholeFrame.name, from: readout) },
            Benchmark(name: "decide, ten rules") {
                let frame = nextFrame()
                let now = Moment(monotonic: .seconds(Int(number)), wall: frame.time)
                _ = decide(
                    book, predictions: [prediction],
                    frame: FrameFacts(id: frame.id, source: "yard", time: frame.time, completed: now), state: &state,
                    circumstances: Circumstances(), now: now)
            },
            Benchmark(name: "record a frame") {
                let frame = nextFrame()
                guard await store.record([frame], at: frame.time) == .written else { throw NotWritten() }
            },
        ]
    }

    private struct NotWritten: Error {}

    private static let clock: @Sendable () -> Duration = {
        let start = ContinuousClock().now
        return { ContinuousClock().now - start }
    }()
}

extension JPEGDecoder {
    fileprivate func picture(_ jpeg: Data, _ side: Int) throws -> Picture {
        try jpeg.withUnsafeBytes { try decode($0, regions: [], minimumSide: side) }
    }
}
