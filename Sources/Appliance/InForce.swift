import Rules
import Settings
import Store
import Synchronization
import Vocabulary

/// What the settings say, in the form the frame's path needs it. Immutable; a reload puts another in its place.
final class InForce: Sendable {
    /// What one source asks for.
    struct Source: Sendable {
        var regions: [Region]
        var deadline: Duration
        var staleAfter: Duration
        var deletesOriginals: Bool
        var silentAfter: Duration?
    }

    let configuration: Configuration
    let book: RuleBook
    let sources: [String: Source]
    /// Of the sources whose photos are to be deleted (`after: delete`), by source.
    let deletingDirectories: [String: String]
    let publications: [Publication]
    /// Under `people: drop`, the probability from which `group:people` withholds a picture; nil: all are kept.
    let peopleThreshold: Double?

    init(_ configuration: Configuration) {
        self.configuration = configuration
        book = configuration.ruleBook
        sources = Dictionary(
            configuration.sources.map { source in
                (
                    source.name,
                    Source(
                        regions: source.regions.isEmpty ? [.wholeFrame] : source.regions, deadline: source.deadline,
                        staleAfter: source.staleAfter, deletesOriginals: source.after == .delete,
                        silentAfter: source.silentAfter)
                )
            }, uniquingKeysWith: { first, _ in first })
        deletingDirectories = Dictionary(
            configuration.sources.filter { $0.after == .delete }.map { ($0.name, $0.directory) },
            uniquingKeysWith: { first, _ in first })
        publications = configuration.channels.map { channel in
            Publication(
                channel: channel.name, when: channel.when,
                labels: Set(channel.only.labels), rules: Set(channel.only.rules), troubles: channel.troubles,
                expires: channel.expires)
        }
        peopleThreshold = configuration.storage.people == .drop ? 0.3 : nil
    }

    /// What may be kept, and how long.
    var retention: RetentionLimits {
        let storage = configuration.storage
        return RetentionLimits(
            budget: storage.budget, keepFree: storage.keepFree, keepFrames: storage.keepFrames,
            keepRecords: storage.keepRecords)
    }

    /// Whether a frame's picture may be kept: people are on none of its regions, or may be kept.
    func mayKeepPicture(of report: FrameReport) -> Bool {
        guard let threshold = peopleThreshold else { return true }
        return report.answers.allSatisfy { answer in
            let people = answer.prediction.labels.indices(of: "group:people", groups: book.groups)
            let sum = people.reduce(0) { $0 + Double(answer.prediction.probabilities[$1]) }
            return sum < threshold
        }
    }
}

/// The settings in force, shared by the frame's path and everything beside it.
final class CurrentSettings: Sendable {
    private let value: Mutex<InForce>

    init(_ value: InForce) {
        self.value = Mutex(value)
    }

    var now: InForce { value.withLock { $0 } }

    func replace(with next: InForce) {
        value.withLock { $0 = next }
    }
}
