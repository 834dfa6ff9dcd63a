import CKernels
import Foundation
import Imaging
import Inference
import Models
import Vocabulary

/// `rooster bench`: how fast this board answers, and where the time goes.
public final class Benchmark {
    /// What was measured.
    public struct Report: Encodable, CustomStringConvertible {
        struct Spread: Encodable {
            var p50: Double
            var p99: Double
            var least: Double

            private enum CodingKeys: String, CodingKey {
                case p50 = "p50_ms"
                case p99 = "p99_ms"
                case least = "min_ms"
            }

            var description: String {
                "p50 \(Words.decimals(p50, 2)) ms, p99 \(Words.decimals(p99, 2)) ms, least \(Words.decimals(least, 2)) ms"
            }
        }

        struct Row: Encodable {
            var name: String
            var op: String
            var kernel: String
            var microseconds: Double
            var gflops: Double
            var share: Double

            private enum CodingKeys: String, CodingKey {
                case name, op, kernel, microseconds, gflops
                case share = "share_of_peak"
            }
        }

        var model: ModelID
        var precision: String
        var isa: String
        var threads: Int
        var runs: Int
        var network: Spread
        var photo: Spread?
        var peak: Double
        var operators: [Row]

        private enum CodingKeys: String, CodingKey {
            case model, precision, isa, threads, runs, network, photo, operators
            case peak = "peak_gflops"
        }

        /// A table for people.
        public var description: String {
            var lines = [
                "\(model), \(precision), \(isa), \(threads) thread\(threads == 1 ? "" : "s"), \(runs) runs",
                "network        \(network.description)",
            ]
            if let photo { lines.append("JPEG to answer \(photo.description)") }
            lines.append("peak here      \(Words.decimals(peak, 0)) GFLOP/s a core")
            lines.append("")
            lines.append("\("operator".padding(26))\("kernel".padding(26))      us  GFLOP/s  of peak")
            for row in operators {
                let figures = [
                    Words.decimals(row.microseconds, 0).leftPadding(8), Words.decimals(row.gflops, 1).leftPadding(9),
                    "\(Words.decimals(row.share * 100, 0)) %".leftPadding(9),
                ]
                lines.append("\(row.name.padding(26))\(row.kernel.padding(26))\(figures.joined())")
            }
            return lines.joined(separator: "\n")
        }
    }

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

    /// Times the network, its operators, and with `photo` the way from JPEG to answer.
    public func report(runs: Int, photo: String?) throws -> Report {
        let network = times(runs) { classifier.network.run() }
        var whole: Report.Spread?
        if let photo {
            let jpeg = try Data(contentsOf: URL(filePath: photo))
            whole = spread(try timesThrowing(runs) { try answer(jpeg) })
        }
        let peak = peakGFLOPS()
        let rows = classifier.network.profile(runs: min(runs, 50), now: Clock.monotonic).map { timing in
            let rate = timing.microseconds > 0 ? timing.flops / timing.microseconds / 1e3 : 0
            return Report.Row(
                name: timing.name, op: timing.operatorType, kernel: timing.kernel, microseconds: timing.microseconds,
                gflops: rate, share: peak > 0 ? rate / peak : 0)
        }
        return Report(
            model: classifier.version.id, precision: classifier.network.precision.rawValue, isa: Facts.instructionSet,
            threads: threads, runs: runs,
            network: spread(network), photo: whole, peak: peak, operators: rows)
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

    /// The best of a few short runs, in GFLOP/s of one core.
    private func peakGFLOPS() -> Double {
        let rounds = 2_000_000
        return (0..<5).map { _ in
            let start = Clock.monotonic()
            let operations = rk_f32_peak(rounds)
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
        try jpeg.withUnsafeBytes { bytes in
            let picture = try decoder.decode(
                bytes, regions: [Region.wholeFrame.box], minimumSide: 256, for: classifier.version.inputSpecification)
            return try classifier.classify(picture, region: .wholeFrame).prediction
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

    private func spread(_ times: [Duration]) -> Report.Spread {
        let sorted = times.map(\.milliseconds).sorted()
        func at(_ share: Double) -> Double {
            sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
        }
        return Report.Spread(p50: at(0.5), p99: at(0.99), least: sorted.first ?? 0)
    }
}

extension String {
    /// The text with blanks before it up to a width: for columns of figures.
    func leftPadding(_ width: Int) -> String {
        String(repeating: " ", count: Swift.max(0, width - count)) + self
    }
}
