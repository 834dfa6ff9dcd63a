import Foundation
import Models
import Settings
import Vocabulary

/// `rooster models promote|rollback|shadow|baseline`: changes which version serves as what.
public struct RoleChange {
    /// What came of it.
    public struct Report: Encodable, CustomStringConvertible {
        var production: ModelID
        var previous: ModelID?
        var shadow: ModelID?
        var baseline: ModelID?
        /// What the owner should know.
        public var notes: [String]
        /// True where the daemon answers with it; false where none runs; nil where nobody asked.
        var serving: Bool?

        private enum Key: String, CodingKey { case production, previous, shadow, baseline, notes, serving }

        /// What is absent is null.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(production, forKey: .production)
            try container.encode(previous, forKey: .previous)
            try container.encode(shadow, forKey: .shadow)
            try container.encode(baseline, forKey: .baseline)
            try container.encode(notes, forKey: .notes)
            try container.encode(serving, forKey: .serving)
        }

        /// For people.
        public var description: String {
            var lines = ["production is \(production), previous is \(previous?.description ?? "none")"]
            for (role, id) in [("shadow", shadow), ("baseline", baseline)] {
                if let id { lines[0] += ", \(role) is \(id)" }
            }
            switch serving {
            case true: lines.append("the running daemon answers with \(production)")
            case false: lines.append("no daemon runs with these settings; it takes this at its start")
            default: break
            }
            return (lines + notes).joined(separator: "\n")
        }
    }

    private let installation: Installation

    /// Changes the roles of an installation.
    public init(_ installation: Installation) {
        self.installation = installation
    }

    /// Makes a version act, the one that acts until now previous.
    /// - Parameter force: also where the gate refuses it. A version that is damaged, answers its golden photos wrongly,
    ///   or cannot see people under `people: drop` is refused nevertheless.
    /// - Throws: all reasons for which it is refused.
    public func promote(_ name: String, force: Bool) throws -> Report {
        let version = try whole(name)
        if let fault = installation.fault(ofActing: version, under: installation.configuration) {
            throw ModelError.refused(fault)
        }
        let gate = try PromotionGate(installation, candidate: version)
        guard force || gate.refusals.isEmpty else {
            throw ModelError.refused(
                "\(version.id) is not promoted:\n" + gate.refusals.map { "- \($0)" }.joined(separator: "\n")
                    + "\n--force promotes it nevertheless")
        }
        let roles = try installation.registry.changeRoles { $0.promote(version.id) }
        return report(roles, notes: gate.refusals.map { "forced: \($0)" } + gate.notes)
    }

    /// Production and previous change places.
    /// - Throws: where there is no previous, or its files are damaged.
    public func rollBack() throws -> Report {
        let roles = try installation.registry.changeRoles { (roles) throws(ModelError) in
            guard let previous = roles.previous else {
                throw .refused("there is no previous version to go back to (rooster models list)")
            }
            let version = try installation.registry.version(previous)
            try version.verify()
            if let fault = installation.fault(ofActing: version, under: installation.configuration) {
                throw .refused(fault)
            }
            _ = roles.rollBack()
        }
        return report(roles, notes: [])
    }

    /// Makes a version shadow; nil: nobody is.
    public func shadow(_ name: String?) throws -> Report { try assign(name) { $0.shadow = $1 } }

    /// Makes a version baseline; nil: nobody is.
    public func baseline(_ name: String?) throws -> Report { try assign(name) { $0.baseline = $1 } }

    private func assign(_ name: String?, _ change: (inout Roles, ModelID?) -> Void) throws -> Report {
        let version = try name.map(whole)
        let roles = try installation.registry.changeRoles { change(&$0, version?.id) }
        let acts = version.map { $0.id == roles.production } ?? false
        return report(roles, notes: acts ? ["\(roles.production) acts already: nothing more is scored"] : [])
    }

    /// Waits until the running daemon answers with production.
    /// - Returns: the report with what came of it.
    /// - Throws: why the daemon does not take it.
    public func followed(_ report: Report) async throws -> Report {
        var report = report
        let client = try DaemonClient(installation)
        let limit = ContinuousClock.now + RoleChange.patience
        while true {
            let status: DaemonStatus
            do {
                status = try JSONDecoder().decode(
                    DaemonStatus.self,
                    from: Data(try await client.ask(.get, "/api/v1/status", timeout: .seconds(5)).utf8))
            } catch let refusal as DaemonClient.Refusal where refusal.isSilent {
                report.serving = false
                return report
            }
            let wanted = installation.configuration.model.version ?? report.production
            if status.model.id == wanted {
                report.serving = report.production == wanted
                return report
            }
            guard ContinuousClock.now < limit else {
                throw ModelError.refused(
                    "the roles are written, but the daemon still answers with \(status.model.id)"
                        + (status.model.trouble.map { ": \($0)" } ?? ""))
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// A large network takes a slow card some seconds.
    private static let patience = Duration.seconds(60)

    private struct DaemonStatus: Decodable {
        struct Model: Decodable {
            var id: ModelID
            var trouble: String?
        }
        var model: Model
    }

    /// A version with its digests compared and its golden photos answered.
    private func whole(_ name: String) throws -> ModelVersion {
        let version = try installation.modelVersion(name)
        try version.verify()
        try Classifier(version, threads: installation.threads, clock: Clock.monotonic).selfTest()
        return version
    }

    private func report(_ roles: Roles, notes: [String]) -> Report {
        var notes = notes
        if let pinned = installation.configuration.model.version, pinned != roles.production {
            notes.append(
                "model.version in the settings pins \(pinned): it answers, whatever the roles say; take the key out")
        }
        return Report(
            production: roles.production, previous: roles.previous, shadow: roles.shadow, baseline: roles.baseline,
            notes: notes)
    }
}
