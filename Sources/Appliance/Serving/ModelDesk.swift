import CKernels
import Foundation
import Glibc
import Logging
import Models
import Settings
import Synchronization
import Vocabulary

/// Who answers: follows the table of roles while frames are answered.
///
/// A thread of its own, less urgent than all else, watches the registry and loads what has a new role; the lane takes the new
/// crew between two frames. A version that cannot be loaded leaves the old one in its place, and says so.
final class ModelDesk: Sendable {
    /// What pages and metrics say.
    struct Standing: Sendable {
        /// The version that answers.
        var version: ModelVersion
        /// Why it is not the one that should; nil: it is.
        var trouble: String?
        /// The loaded versions of the other roles.
        var others: [ModelRole: ModelVersion] = [:]
        /// Other roles whose version cannot be loaded, and why.
        var troubles: [ModelRole: String] = [:]
    }

    private struct State {
        var crew: Crew
        var standing: Standing
        /// Let go by the lane; freed elsewhere.
        var retired: [Crew] = []
        var isClosed = false
    }

    /// What was looked at last: nothing is done while it stays the same.
    private struct Wish: Equatable {
        var roles: Data
        var pinned: ModelID?
    }

    private let installation: Installation
    private let settings: CurrentSettings
    private let logger: Logger
    private let state: Mutex<State>
    private let watch: RegistryWatch

    /// A tenth of what the lane gets where both want the same core: a version is there in seconds, and no frame waits.
    private static let niceness: Int32 = 10
    /// How often is looked without being told: network shares tell nothing.
    private static let patience: Int32 = 1_000
    /// After as many looks a version that could not be loaded is tried again: somebody may have put it right.
    private static let triesAgainAfter = 60

    /// Loads the version that answers and lets it answer its golden photos: production, else previous, else the shipped
    /// one.
    /// - Throws: production's fault where none of them is whole.
    init(_ installation: Installation, settings: CurrentSettings, logger: Logger) throws {
        self.installation = installation
        self.settings = settings
        self.logger = logger
        var fault: String?
        var wanted = [installation.configuration.model.version].compactMap { $0 }
        do {
            let roles = try installation.registry.roles()
            wanted += [roles.production, roles.previous].compactMap { $0 }
        } catch {
            fault = "\(error)"
        }
        wanted += [Registry.stock, Registry.stockOriginal]
        var found: Classifier?
        for id in wanted where found == nil {
            do {
                let loaded = try Classifier(
                    installation.registry.version(id), threads: installation.threads, clock: Clock.monotonic)
                try loaded.selfTest()
                found = loaded
            } catch {
                logger.error("model version refused", metadata: ["version": "\(id)", "reason": "\(error)"])
                fault = fault ?? "\(error)"
            }
        }
        guard let found else { throw Appliance.StartFailure(description: fault ?? "there is no model version") }
        let id = found.version.id
        let standing = Standing(
            version: found.version, trouble: fault.map { "\($0). Version \(id) answers instead" })
        state = Mutex(State(crew: Crew(production: found), standing: standing))
        watch = RegistryWatch(installation.registry.directories.first ?? ".")
    }

    /// Who answers the next frame. For the lane, once a frame: all its regions are answered by one crew.
    var crew: Crew { state.withLock { $0.crew } }

    /// What pages and metrics say.
    var standing: Standing { state.withLock { $0.standing } }

    /// The lane has a newer crew: what this one alone holds is freed, elsewhere.
    func retire(_ crew: Crew) {
        state.withLock { $0.retired.append(crew) }
        watch.call()
    }

    /// Looks at the roles and the settings now.
    func lookAgain() { watch.call() }

    /// Ends ``follow()``.
    func close() {
        state.withLock { $0.isClosed = true }
        watch.call()
    }

    /// Follows the registry until ``close()``. For a thread of its own, whose urgency is lowered.
    func follow() {
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, ModelDesk.niceness)
        var seen: Wish?
        var looks = 0
        while !state.withLock({ $0.isClosed }) {
            let wish = Wish(
                roles: installation.registry.rolesBytes(), pinned: settings.now.configuration.model.version)
            looks += 1
            let standing = standing
            let isTroubled = standing.trouble != nil || !standing.troubles.isEmpty
            if wish != seen || (isTroubled && looks >= ModelDesk.triesAgainAfter) {
                seen = wish
                looks = 0
                take(wish)
            }
            letGo()
            watch.wait(atMost: ModelDesk.patience)
        }
    }

    /// Frees what the lane let go, on this thread, and gives the memory back to the system.
    private func letGo() {
        var retired = state.withLock { state in
            defer { state.retired = [] }
            return state.retired
        }
        guard !retired.isEmpty else { return }
        retired = []
        rk_trim_memory()
    }

    // MARK: Taking a new table

    private func take(_ wish: Wish) {
        let roles: Roles
        do {
            roles = try installation.registry.roles()
        } catch {
            note("\(error)")
            return
        }
        let before = crew
        let wanted = wish.pinned ?? roles.production
        var production = before.production
        do {
            production = try loaded(wanted, beside: before.classifiers, acts: true)
            note(nil)
        } catch {
            logger.error("model version refused", metadata: ["version": "\(wanted)", "reason": "\(error)"])
            note("\(error)")
        }
        if production !== before.production {
            // The one that answered until now is at hand already: it is what a rollback takes.
            put(Crew(production: production, previous: before.production, others: members(of: before, roles)))
            logger.notice(
                "model version taken",
                metadata: ["version": "\(production.version.id)", "before": "\(before.production.version.id)"])
        }
        complete(roles, production, beside: before.classifiers)
    }

    /// Those who stay in their roles while the rest is loaded.
    private func members(of crew: Crew, _ roles: Roles) -> [Crew.Member] {
        (crew.companions + crew.guests).filter { member in
            let id = member.classifier.version.id
            return roles[member.role] == id && id != roles.production
        }
    }

    /// Loads previous, shadow and baseline.
    private func complete(_ roles: Roles, _ production: Classifier, beside known: [Classifier]) {
        var known = known + [production]
        var found: [ModelRole: Classifier] = [:]
        var troubles: [ModelRole: String] = [:]
        for role in [ModelRole.previous, .shadow, .baseline] {
            guard let id = roles[role], id != production.version.id else { continue }
            do {
                let classifier = try loaded(id, beside: known, acts: false)
                found[role] = classifier
                known.append(classifier)
            } catch {
                logger.error(
                    "model version refused", metadata: ["version": "\(id)", "role": "\(role)", "reason": "\(error)"])
                troubles[role] = "\(error)"
            }
        }
        let others = [ModelRole.shadow, .baseline].compactMap { role in
            found[role].map { Crew.Member(role: role, classifier: $0) }
        }
        put(Crew(production: production, previous: found[.previous], others: others))
        let versions = found.mapValues(\.version)
        state.withLock { state in
            state.standing.others = versions
            state.standing.troubles = troubles
        }
    }

    private func put(_ crew: Crew) {
        state.withLock { state in
            state.retired.append(state.crew)  // the lane may never have taken it
            state.crew = crew
            state.standing.version = crew.production.version
        }
    }

    private func note(_ fault: String?) {
        state.withLock { state in
            state.standing.trouble = fault.map { "\($0). Version \(state.crew.production.version.id) answers instead" }
        }
    }

    /// A version: one of `known`, else on the network of one of them where that is the same, else loaded and tested.
    private func loaded(_ id: ModelID, beside known: [Classifier], acts: Bool) throws -> Classifier {
        let version = try installation.registry.version(id)
        if acts, let fault = installation.fault(ofActing: version, under: settings.now.configuration) {
            throw ModelError.refused(fault)
        }
        if let warm = known.first(where: { $0.version.id == id && $0.version.digest == version.digest }) {
            return warm
        }
        // A head costs kilobytes and no time. Its bytes are compared with their digest; it has answered its golden photos
        // when it was given its role, and its network has answered golden photos here.
        if let partner = known.first(where: { $0.version.manifest.backbone == version.manifest.backbone }) {
            return try Classifier(version, sharing: partner)
        }
        let fresh = try Classifier(
            version, threads: installation.threads, startsHelpers: false, clock: Clock.monotonic)
        try fresh.selfTest()
        return fresh
    }
}
