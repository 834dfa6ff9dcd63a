import Models
import Vocabulary

/// The versions loaded to answer frames, each in its role. Immutable; a change of roles makes another.
///
/// `@unchecked Sendable`: the classifiers answer on the lane's thread alone. Others look at their versions, and load what
/// is new into networks of its own until the lane takes it.
final class Crew: @unchecked Sendable {
    /// A version that is scored and never acts.
    struct Member {
        let role: ModelRole
        let classifier: Classifier
    }

    /// The version that acts.
    let production: Classifier
    /// Warm, so that a rollback takes no time; nil where there is none.
    let previous: Classifier?
    /// Shadow and baseline that one run of production's network answers for too: scored on every frame.
    let companions: [Member]
    /// Shadow and baseline on another network: scored when the lane has nothing else to do.
    let guests: [Member]

    init(production: Classifier, previous: Classifier? = nil, others: [Member] = []) {
        self.production = production
        self.previous = previous
        companions = others.filter { $0.classifier.shares(with: production) }
        guests = others.filter { !$0.classifier.shares(with: production) }
    }

    /// Every version that is loaded.
    var classifiers: [Classifier] {
        [production] + [previous].compactMap { $0 } + (companions + guests).map(\.classifier)
    }

    /// Starts the threads that help. On the lane's thread, whose urgency they take over.
    func startHelpers() {
        production.startHelpers()
        for guest in guests { guest.classifier.startHelpers() }
    }
}
