import Logging
import Models
import Settings
import Vocabulary

/// The version that answers: production, or where that is damaged the best that is whole.
///
/// `@unchecked Sendable`: `classifier` is handed to the lane's thread before that starts, and used there alone.
struct LoadedModel: @unchecked Sendable {
    let version: ModelVersion
    let classifier: Classifier
    /// Why production itself does not answer; nil: it does.
    let trouble: String?

    /// Loads production and lets it answer its golden photos; falls back on `previous`, then on those that are shipped.
    /// - Throws: production's fault where no version is whole.
    init(_ installation: Installation, logger: Logger) throws {
        var wanted: [ModelID] = []
        if let pinned = installation.configuration.model.version { wanted.append(pinned) }
        var firstFault: (any Error)?
        do {
            let roles = try installation.registry.roles()
            wanted.append(roles.production)
            if let previous = roles.previous { wanted.append(previous) }
        } catch {
            firstFault = error
        }
        wanted += [Registry.stock, Registry.stockOriginal]
        for id in wanted.uniqued() {
            do {
                let version = try installation.registry.version(id)
                let classifier = try Classifier(
                    version, threads: installation.threads, clock: Clock.monotonic)
                try classifier.selfTest()
                self.version = version
                self.classifier = classifier
                trouble = firstFault.map { "\($0). Version \(id) answers instead" }
                return
            } catch {
                logger.error("model version refused", metadata: ["version": "\(id)", "reason": "\(error)"])
                firstFault = firstFault ?? error
            }
        }
        throw firstFault ?? ModelError.unknownVersion(Registry.stock, installed: [])
    }
}

extension Array where Element: Hashable {
    /// Each once, in order.
    fileprivate func uniqued() -> [Element] {
        var seen = Set<Element>()
        return filter { seen.insert($0).inserted }
    }
}
