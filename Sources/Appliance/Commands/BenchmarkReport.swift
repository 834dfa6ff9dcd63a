import Vocabulary

/// What `rooster bench` measured.
public struct BenchmarkReport: Encodable, CustomStringConvertible {
    /// Milliseconds over all runs.
    struct Spread: Encodable {
        var p50: Double
        var p99: Double
        var least: Double

        init(_ times: [Duration]) {
            let sorted = times.map(\.milliseconds).sorted()
            func at(_ share: Double) -> Double {
                sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
            }
            (p50, p99, least) = (at(0.5), at(0.99), sorted.first ?? 0)
        }

        private enum CodingKeys: String, CodingKey {
            case p50 = "p50_ms"
            case p99 = "p99_ms"
            case least = "min_ms"
        }

        var description: String {
            "p50 \(Words.decimals(p50, 2)) ms, p99 \(Words.decimals(p99, 2)) ms, least \(Words.decimals(least, 2)) ms"
        }
    }

    /// One photo of a folder.
    struct Photo: Encodable {
        struct Stages: Encodable {
            /// File bytes to a picture no larger than needed.
            var decode: Spread
            /// Crop, resize, normalise.
            var prepare: Spread
            /// The network and its probabilities.
            var infer: Spread
            /// All of it.
            var whole: Spread
        }

        var file: String
        var bytes: Int
        var stages: Stages?
        /// Why it has no answer.
        var error: String?
    }

    /// One step of the network.
    struct Operator: Encodable {
        var name: String
        var op: String
        var kernel: String
        var precision: String
        var microseconds: Double
        /// 10^9 operations a second; a multiplication with its addition counts as two.
        var rate: Double
        /// Of what all cores in use can do at best in this precision.
        var share: Double

        private enum CodingKeys: String, CodingKey {
            case name, op, kernel, precision, microseconds
            case rate = "gops"
            case share = "share_of_peak"
        }
    }

    /// What one core can do at best: multiply and add in registers.
    struct Peak: Encodable {
        /// On float32, in GFLOP/s.
        var gflops: Double
        /// On bytes with sums of 32 bits, in GOP/s.
        var gops: Double
    }

    var model: ModelID
    var precision: String
    var isa: String
    var threads: Int
    var runs: Int
    var network: Spread
    var photo: Spread?
    var photos: [Photo]?
    var peak: Peak?
    var operators: [Operator]?

    /// Tables for people.
    public var description: String {
        var lines = [
            "\(model), \(precision), \(isa), \(Words.count(threads, "thread")), \(Words.count(runs, "run"))",
            "network        \(network.description)",
        ]
        if let photo { lines.append("JPEG to answer \(photo.description)") }
        if let photos { lines += ["", "medians in ms"] + table(photos) }
        if let operators, let peak { lines += [""] + table(operators, peak) }
        return lines.joined(separator: "\n")
    }

    private func table(_ photos: [Photo]) -> [String] {
        let width = (photos.map(\.file.count).max() ?? 0) + 2
        let titles = ["decode", "prepare", "infer", "whole", "p99"].map { $0.leftPadding(9) }.joined()
        return ["\("photo".padding(width))\("kB".leftPadding(6))\(titles)"]
            + photos.map { photo in
                let head = photo.file.padding(width) + "\((photo.bytes + 500) / 1_000)".leftPadding(6)
                guard let stages = photo.stages else { return "\(head)  \(photo.error ?? "")" }
                let figures = [
                    stages.decode.p50, stages.prepare.p50, stages.infer.p50, stages.whole.p50, stages.whole.p99,
                ]
                return head + figures.map { Words.decimals($0, 2).leftPadding(9) }.joined()
            }
    }

    private func table(_ operators: [Operator], _ peak: Peak) -> [String] {
        let width = (operators.map(\.op.count).max() ?? 0) + 2
        let kernels = (operators.map(\.kernel.count).max() ?? 0) + 2
        let head =
            "a core here does \(Words.decimals(peak.gflops, 0)) GFLOP/s on float32, "
            + "\(Words.decimals(peak.gops, 0)) GOP/s on bytes; G/s: GFLOP/s of an fp32 operator, GOP/s of an int8 one"
        let titles = "\("operator".padding(width))\("kernel".padding(kernels))      us      G/s  of peak"
        return [head, titles]
            + operators.map { row in
                let figures = [
                    Words.decimals(row.microseconds, 0).leftPadding(8), Words.decimals(row.rate, 1).leftPadding(9),
                    "\(Words.decimals(row.share * 100, 0)) %".leftPadding(9),
                ]
                return "\(row.op.padding(width))\(row.kernel.padding(kernels))\(figures.joined())"
            }
    }
}

extension String {
    /// The text with blanks before it up to a width: for columns of figures.
    func leftPadding(_ width: Int) -> String {
        String(repeating: " ", count: Swift.max(0, width - count)) + self
    }
}
