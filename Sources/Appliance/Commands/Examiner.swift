public import Models
import Training
public import Vocabulary

/// `rooster evaluate`: how good a version is on photos whose labels are known.
public struct Examiner {
    /// What came of it.
    public struct Summary: Encodable, CustomStringConvertible {
        struct Unreadable: Encodable {
            var path: String
            var reason: String
        }

        struct Strangers: Encodable {
            var photos: Int
            var accepted: Evaluation.Share?
        }

        /// The version that answered.
        public var model: ModelID
        var unreadable: [Unreadable]
        var taught: Int
        var strangers: Strangers
        /// On photos of labels it knows.
        public var evaluation: Evaluation

        /// A report for people.
        public var description: String {
            var lines = unreadable.map { "skipped \($0.path): \($0.reason)" }
            if taught > 0 {
                lines.append("careful: \(model) was taught with \(taught) of these photos: take others to judge it")
            }
            lines.append("\(model): " + EvaluationWords(evaluation).text)
            if strangers.photos > 0 {
                let share = strangers.accepted.map {
                    ", \(Words.probability($0.value)) of which it takes for something it knows"
                }
                lines.append(
                    "\(strangers.photos) photos have labels that it does not know"
                        + (share ?? "; it has no score for the unknown"))
            }
            return lines.joined(separator: "\n")
        }
    }

    private let installation: Installation

    /// - Parameter installation: where the versions are.
    public init(_ installation: Installation) {
        self.installation = installation
    }

    /// Shows photos to a version. Runs at a low priority.
    /// - Parameters:
    ///   - path: a folder with one folder a label, or a manifest.
    ///   - model: `NAME/VERSION`; nil: production.
    ///   - precision: what thresholds are to reach.
    ///   - threads: for the network; nil: those of the settings.
    ///   - progress: told how many photos of how many are done since when, on any thread.
    public func run(
        _ path: String, model: String?, precision: Double?, threads: Int?,
        progress: @escaping @Sendable (Int, Int, Duration) -> Void
    ) throws -> Summary {
        Trainer.stepBack()
        let version = try installation.modelVersion(model)
        let assessment = try Assessment(
            of: version, on: PhotoList(path).photos, cache: Trainer.cacheDirectory(installation),
            threads: threads ?? installation.threads, precision: precision, clock: Clock.monotonic,
            modified: Trainer.modified
        ) { progress($0.done, $0.total, $0.elapsed) }
        return Summary(
            model: version.id, unreadable: assessment.unreadable.map { .init(path: $0.path, reason: $0.reason) },
            taught: assessment.taught,
            strangers: .init(photos: assessment.strangerCount, accepted: assessment.strangers),
            evaluation: assessment.evaluation)
    }
}
