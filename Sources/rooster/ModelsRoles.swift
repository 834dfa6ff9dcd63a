import Appliance
import ArgumentParser

struct ModelsPromote: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote", abstract: "Let a version act.",
        discussion: """
            Example: rooster models promote henhouse/3
            Its digests and golden photos are checked, and it is refused where it is worse than production on photos that
            both were evaluated on, or would make a rule with an action idle. A running daemon takes it between two frames;
            production becomes previous.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "NAME/VERSION.")
    var version: String
    @Flag(help: "Promote it even if it is worse, or makes a rule idle.")
    var force = false

    func run() async throws {
        try await common.changing { try $0.promote(version, force: force) }
    }
}

struct ModelsRollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Let the previous version act again.",
        discussion: "Example: rooster models rollback\nProduction and previous change places, at once.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await common.changing { try $0.rollBack() }
    }
}

struct ModelsShadow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shadow", abstract: "Score a version beside production, without acting on it.",
        discussion: "Example: rooster models shadow henhouse/3\nrooster models compare shows where the two differ.")

    @OptionGroup var common: CommonOptions
    @Argument(help: "NAME/VERSION; without it nobody is shadow.")
    var version: String?

    func run() async throws {
        try await common.changing { try $0.shadow(version) }
    }
}

struct ModelsBaseline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baseline", abstract: "Always score an old, well-known version beside production.",
        discussion: "Example: rooster models baseline efficientnet-lite0/1")

    @OptionGroup var common: CommonOptions
    @Argument(help: "NAME/VERSION; without it nobody is baseline.")
    var version: String?

    func run() async throws {
        try await common.changing { try $0.baseline(version) }
    }
}

extension CommonOptions {
    /// Changes roles, waits for the daemon, and prints what came of it.
    func changing(_ change: (RoleChange) throws -> RoleChange.Report) async throws {
        let roles = RoleChange(try installationWithState())
        do {
            let report = try await roles.followed(change(roles))
            show(json ? jsonLine(report) : report.description)
        } catch {
            fail("\(error)")
            throw ExitCode.failure
        }
    }
}
