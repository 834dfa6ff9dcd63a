import CKernels
import Foundation
import Imaging
import Inference
import Models
import Vocabulary

/// `rooster bench`: how fast this board answers, and where the time goes.
public final class Benchmark {
    private let classifier: Classifier
    private let decoder = JPEGDecoder(limits: .standard)
    private let threads: Int

    /// Loads and warms a version.
    /// - Parameters:
    ///   - model: `NAME/VERSION`; nil: production.
    ///   - precision: nil: as the version is. Else production, if it is of this data type, or the first other version of
    ///     the same name that is.
    public init(_ installation: Installation, model: String?, precision: String?, threads: Int?) throws {
        let threads = threads ?? installation.threads
        self.threads = threads
        func loaded(_ version: ModelVersion) throws -> Classifier? {
            let classifier = try Classifier(version, threads: threads, clock: Clock.monotonic)
            return precision == nil || classifier.network.precision.rawValue == precision ? classifier : nil
        }
        let version = try installation.modelVersion(model)
        var found = try loaded(version)
        if model == nil {
            for id in installation.registry.installed() where found == nil && id.name == version.id.name {
                found = try loaded(installation.registry.version(id))
            }
        }
        guard let found else {
            throw Refusal(
                description: "no version of \(version.id.name) computes in \(precision ?? ""); "
                    + "rooster models list shows what there is")
        }
        classifier = found
    }

    /// Times the network, and what else is asked for.
    /// - Parameters:
    ///   - runs: how often each thing is timed.
    ///   - photo: a JPEG: the way from its bytes to probabilities.
    ///   - photos: a folder of JPEGs: each stage of each.
    ///   - operators: each operator of the network, and its share of what the cores can do.
    public func report(runs: Int, photo: String?, photos: String?, operators: Bool) throws -> BenchmarkReport {
        var report = BenchmarkReport(
            model: classifier.version.id, precision: classifier.network.precision.rawValue, isa: Facts.instructionSet,
            threads: threads, runs: runs, network: .init(times(runs) { classifier.network.run() }))
        if let photo {
            let jpeg = try Data(contentsOf: URL(filePath: photo))
            report.photo = .init(try timesThrowing(runs) { try answer(jpeg) })
        }
        if let photos { report.photos = try jpegs(in: photos).map { try stages(of: $0, in: photos, runs: runs) } }
        if operators {
            // Before and after: a core that was held up or slowed down in between is no measure.
            let before = (numbers: peak(rk_f32_peak), bytes: peak(rk_u8_peak))
            let timings = classifier.network.profile(runs: min(runs, 50), now: Clock.monotonic)
            let peak = (
                numbers: max(before.numbers, peak(rk_f32_peak)), bytes: max(before.bytes, peak(rk_u8_peak))
            )
            report.peak = .init(gflops: peak.numbers, gops: peak.bytes)
            report.operators = timings.map { timing in
                let rate = timing.microseconds > 0 ? timing.operations / timing.microseconds / 1e3 : 0
                let most = (timing.precision == .int8 ? peak.bytes : peak.numbers) * Double(threads)
                return .init(
                    name: timing.name, op: timing.operatorType, kernel: timing.kernel,
                    precision: timing.precision.rawValue, microseconds: timing.microseconds, rate: rate,
                    share: most > 0 ? rate / most : 0)
            }
        }
        return report
    }

    private func jpegs(in folder: String) throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { name in
            [".jpg", ".jpeg"].contains { name.lowercased().hasSuffix($0) }
        }
        guard !names.isEmpty else { throw Refusal(description: "\(folder) holds no JPEG (.jpg, .jpeg)") }
        return names.sorted()
    }

    /// Medians of the stages of one photo; of one that is damaged, why it has no answer.
    private func stages(of name: String, in folder: String, runs: Int) throws -> BenchmarkReport.Photo {
        let jpeg = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
        var row = BenchmarkReport.Photo(file: name, bytes: jpeg.count)
        var samples: (decode: [Duration], prepare: [Duration], infer: [Duration], whole: [Duration]) = ([], [], [], [])
        do {
            for run in -2..<runs {  // two untimed
                let start = Clock.monotonic()
                let picture = try decoded(jpeg)
                let decoded = Clock.monotonic()
                let answer = try classifier.classify(picture, region: .wholeFrame)
                let end = Clock.monotonic()
                guard run >= 0 else { continue }
                samples.decode.append(decoded - start)
                samples.prepare.append(answer.prepare)
                samples.infer.append(answer.infer)
                samples.whole.append(end - start)
            }
        } catch let error as ImagingError {
            row.error = error.message
            return row
        }
        row.stages = .init(
            decode: .init(samples.decode), prepare: .init(samples.prepare), infer: .init(samples.infer),
            whole: .init(samples.whole))
        return row
    }

    /// Speaks the protocol of a benchmark's worker: one line in, one line out, until `quit` or the end of the input.
    ///
    /// `run N`: N latencies of the network in microseconds. `photo PATH N`: the same from JPEG bytes to probabilities.
    /// `top PATH`: best class and probability. Three untimed runs come before timed ones.
    public func serve(read: () -> String?, write: (String) -> Void) {
        write("ready rooster \(Facts.version), \(classifier.network.precision.rawValue), \(threads) threads")
        while let line = read() {
            if line == "quit" { return }
            do {
                write(try reply(to: line))
            } catch {
                write("error \("\(error)".split(separator: "\n").joined(separator: " "))")
            }
        }
    }

    private struct Refusal: Error, CustomStringConvertible {
        var description: String
    }

    /// The best of a few short runs, in 10^9 operations a second of one core.
    private func peak(_ work: (Int) -> Double) -> Double {
        (0..<5).map { _ in
            let start = Clock.monotonic()
            let operations = work(2_000_000)
            return operations / ((Clock.monotonic() - start).milliseconds * 1e6)
        }.max() ?? 0
    }

    private func reply(to line: String) throws -> String {
        let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { throw Refusal(description: "unknown request: \(line)") }
        switch parts[0] {
        case "run":
            return microseconds(times(try count(parts[1])) { classifier.network.run() })
        case "photo":
            guard let blank = parts[1].lastIndex(of: " ") else { throw Refusal(description: "photo PATH N") }
            let jpeg = try Data(contentsOf: URL(filePath: String(parts[1][..<blank])))
            let runs = try count(String(parts[1][parts[1].index(after: blank)...]))
            return microseconds(try timesThrowing(runs) { try answer(jpeg) })
        case "top":
            let jpeg = try Data(contentsOf: URL(filePath: parts[1]))
            guard let best = try answer(jpeg).best(1).first else { throw Refusal(description: "no labels") }
            return "\(best.index) \(Words.decimals(best.probability, 6))"
        default:
            throw Refusal(description: "unknown request: \(line)")
        }
    }

    private func count(_ text: String) throws -> Int {
        guard let count = Int(text), (1...1_000_000).contains(count) else {
            throw Refusal(description: "'\(text)' is not a number of runs")
        }
        return count
    }

    @discardableResult
    private func answer(_ jpeg: Data) throws -> Prediction {
        try classifier.classify(try decoded(jpeg), region: .wholeFrame).prediction
    }

    private func decoded(_ jpeg: Data) throws -> Picture {
        try jpeg.withUnsafeBytes { bytes in
            try decoder.decode(
                bytes, regions: [Region.wholeFrame.box], minimumSide: 256, for: classifier.version.inputSpecification)
        }
    }

    private func times(_ runs: Int, _ body: () -> Void) -> [Duration] {
        for _ in 0..<3 { body() }
        return (0..<runs).map { _ in
            let start = Clock.monotonic()
            body()
            return Clock.monotonic() - start
        }
    }

    private func timesThrowing(_ runs: Int, _ body: () throws -> Void) throws -> [Duration] {
        for _ in 0..<3 { try body() }
        return try (0..<runs).map { _ in
            let start = Clock.monotonic()
            try body()
            return Clock.monotonic() - start
        }
    }

    private func microseconds(_ times: [Duration]) -> String {
        times.map { Words.decimals($0.milliseconds * 1_000, 1) }.joined(separator: " ")
    }
}
