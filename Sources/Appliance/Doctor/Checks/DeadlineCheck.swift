import Capture
import Foundation
import Imaging
import Models
import Settings
import Vocabulary

extension Check {
    /// Whether this board answers in time: decodes and classifies a real picture as the frame's path does.
    static let deadline = Check(name: "deadline", work: "measuring how long this board takes for a picture") {
        examination in
        guard let version = try? examination.installation.modelVersion(nil),
            let classifier = try? Classifier(
                version, threads: examination.installation.threads, clock: Clock.monotonic)
        else { return [.note("not measured: no model version is whole")] }
        let sample = version.manifest.golden.keys.sorted().first { $0.hasSuffix(".jpg") }
            .map { "\(version.directory)/golden/\($0)" }
        return examination.configuration.sources.map { source in
            let own = examination.surveys[source.name]?.newest.first {
                Survey.content(of: $0.path) == .complete
            }?.path
            guard let path = own ?? sample, let jpeg = try? Data(contentsOf: URL(filePath: path)) else {
                return .note("not measured: there is no picture to try it on", about: source.name)
            }
            let what = own == nil ? "a golden photo (none of its own is here)" : "its newest picture"
            guard let times = times(classifier, jpeg, source) else {
                return .note("not measured: \(path) cannot be decoded", about: source.name)
            }
            let worst = times[Int(Double(times.count - 1) * 0.95)]
            let figures =
                "\(what) takes \(Words.milliseconds(worst.milliseconds)) (p95 of \(times.count) runs), "
                + "allowed are \(Words.milliseconds(source.deadline.milliseconds))"
            guard worst > source.deadline else {
                // Reading the file and starting the action come on top, and others use the board too.
                return worst * 2 > source.deadline
                    ? .note(figures, about: source.name, mend: "That leaves little room: allow more, or " + Self.faster)
                    : .ok(figures, about: source.name)
            }
            return .fault(
                figures, about: source.name,
                mend: "Set deadline for this source to \(Words.milliseconds(worst.milliseconds * 3)) or more, or "
                    + Self.faster)
        }
    }

    private static let faster =
        "let the camera write smaller pictures, name fewer regions, give model.threads more cores."
    private static let runs = 20
    /// A small board takes a second for a picture: a few runs tell enough then.
    private static let fewestRuns = 3
    private static let patience = Duration.seconds(4)

    /// Sorted; nil where the picture cannot be decoded.
    private static func times(_ classifier: Classifier, _ jpeg: Data, _ source: SourceSettings) -> [Duration]? {
        let decoder = JPEGDecoder(limits: .standard)
        func run() throws -> Duration {
            let start = Clock.monotonic()
            try jpeg.withUnsafeBytes { bytes in
                let picture = try decoder.decode(
                    bytes, regions: source.regions.map(\.box), minimumSide: DecodeStage.minimumSide)
                for region in source.regions { _ = try classifier.classify(picture, region: region) }
            }
            return Clock.monotonic() - start
        }
        let end = Clock.monotonic() + patience
        guard (try? run()) != nil else { return nil }  // the first one warms up
        var times: [Duration] = []
        while times.count < fewestRuns || (times.count < runs && Clock.monotonic() < end) {
            guard let time = try? run() else { return nil }
            times.append(time)
        }
        return times.sorted()
    }
}
