import CLinux
import Foundation
import Glibc
public import Models
import Settings
import Training
public import Vocabulary

/// `rooster train`: labelled photos in, a new model version out.
public struct Trainer {
    /// What the owner asks for.
    public struct Wishes: Sendable {
        /// Of the model.
        public var name: String
        /// `NAME/VERSION` whose network is used; nil: production.
        public var from: String?
        /// What thresholds are to reach.
        public var precision: Double?
        /// How often each label is expected: `even`, `between` or `as-photographed`.
        public var prior: String
        /// Deals groups out to folds.
        public var seed: UInt64
        /// Threads for the network; nil: those of the settings.
        public var threads: Int?
        /// The file that gets a page about the result.
        public var report: String?

        /// What the owner asks for.
        public init(
            name: String, from: String?, precision: Double?, prior: String, seed: UInt64, threads: Int?,
            report: String?
        ) {
            self.name = name
            self.from = from
            self.precision = precision
            self.prior = prior
            self.seed = seed
            self.threads = threads
            self.report = report
        }
    }

    /// What came of it.
    public struct Summary: Encodable, CustomStringConvertible {
        struct Timings: Encodable {
            var embed: Double
            var teach: Double
            /// Time on a core: what teaching takes where nothing else runs.
            var teachCPU: Double

            private enum CodingKeys: String, CodingKey {
                case embed, teach
                case teachCPU = "teach_cpu"
            }
        }

        struct Unreadable: Encodable {
            var path: String
            var reason: String
        }

        /// The new version.
        public var model: ModelID
        var digest: String
        var photos: Int
        var labels: [String: Int]
        var known: Int
        var unreadable: [Unreadable]
        var warnings: [String]
        /// How good it is; nil: it could not be judged.
        public var evaluation: Evaluation?
        var temperature: Double
        var timings: Timings

        private enum CodingKeys: String, CodingKey {
            case model, digest, photos, labels, known, unreadable, warnings, evaluation, temperature
            case timings = "timings_ms"
        }

        /// A report for people.
        public var description: String {
            var lines = unreadable.map { "skipped \($0.path): \($0.reason)" }
            lines += warnings.map { "note: \($0)" }
            lines.append(
                "\(photos) photos of \(labels.count) labels; \(known) of them were known to the network "
                    + "(\(Words.milliseconds(timings.embed)) for the rest, \(Words.milliseconds(timings.teach)) to teach)"
            )
            if let evaluation { lines.append(EvaluationWords(evaluation).text) }
            lines.append("\(model) is ready: rooster models promote \(model)")
            return lines.joined(separator: "\n")
        }
    }

    private let installation: Installation

    /// - Parameter installation: where the versions are and will be.
    public init(_ installation: Installation) {
        self.installation = installation
    }

    /// Teaches a version and adds it to the registry. Runs at the lowest priority.
    /// - Parameters:
    ///   - path: a folder with one folder a label, or a manifest.
    ///   - progress: told how many photos of how many are done since when, on any thread.
    public func run(
        _ path: String, wishes: Wishes, progress: @escaping @Sendable (Int, Int, Duration) -> Void
    ) throws -> Summary {
        Self.stepBack()
        guard let id = ModelID("\(wishes.name)/1"), id.name == wishes.name else {
            throw Course.Fault(description: "'\(wishes.name)' is no name for a model: a plain word, such as hens")
        }
        guard let prior = Manifest.Training.Prior(rawValue: wishes.prior) else {
            throw Course.Fault(
                description: "--prior is even, between or as-photographed, not '\(wishes.prior)'")
        }
        if let report = wishes.report { try ReportPage.check(report) }
        let list = try PhotoList(path)
        let parent = try installation.modelVersion(wishes.from)
        let embedder = try Embedder(parent, cache: cacheDirectory, clock: Clock.monotonic)
        let start = Clock.monotonic()
        let embedded = embedder.run(list.photos, threads: wishes.threads ?? installation.threads) { step in
            progress(step.done, step.total, step.elapsed)
        }
        let middle = Clock.monotonic()
        let photos = zip(list.photos, embedded.facts).compactMap { photo, facts in
            facts.map { Course.Photo(photo: photo, facts: $0, modified: Self.modified(photo.file)) }
        }
        let before = Clock.thread()
        let settings = Manifest.Training(
            seed: wishes.seed, folds: 0, penalty: Course.penalty,
            prior: prior, accepted: Course.accepted, precision: wishes.precision)
        let outcome = try Course(parent: parent, name: wishes.name, tool: "rooster \(Facts.version)")
            .teach(photos, settings: settings, created: Clock.now().wall)
        let taught = Clock.monotonic()
        let spent = Clock.thread() - before
        let version = try installation.registry.add(outcome.draft)
        let summary = Summary(
            model: version.id, digest: version.digest, photos: version.manifest.photos?.count ?? 0,
            labels: version.manifest.photos?.labels ?? [:], known: embedded.known,
            unreadable: embedded.unreadable.map { .init(path: $0.path, reason: $0.reason) },
            warnings: outcome.warnings, evaluation: outcome.draft.evaluation,
            temperature: Double(version.manifest.temperature).asFloat,
            timings: .init(
                embed: (middle - start).milliseconds, teach: (taught - middle).milliseconds,
                teachCPU: spent.milliseconds))
        if let report = wishes.report {
            let files = Dictionary(list.photos.map { ($0.path, $0.file) }) { first, _ in first }
            try EvaluationPage(version: version, files: files).write(to: report)
        }
        return summary
    }

    private var cacheDirectory: String { Self.cacheDirectory(installation) }

    /// Where the facts of photos are kept.
    static func cacheDirectory(_ installation: Installation) -> String {
        "\(installation.configuration.storage.directory)/embeddings"
    }

    /// When a file was changed.
    static func modified(_ path: String) -> Instant? {
        var status = rk_file()
        guard rk_stat(path, &status) == 0 else { return nil }
        return Instant(milliseconds: status.modified_ms)
    }

    /// Gives the calling thread, and those it will start, only what no other program wants: a daemon beside it keeps its
    /// deadlines.
    static func stepBack() {
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
    }
}
