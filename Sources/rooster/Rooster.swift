import Appliance
import ArgumentParser

/// Parses and runs, with the exit statuses of the design: 0 done, 1 failed, 2 wrong usage or settings.
@main
enum Main {
    static func main() async {
        do {
            var command = try Rooster.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            guard Rooster.exitCode(for: error) == .validationFailure else { Rooster.exit(withError: error) }
            fail(Rooster.message(for: error))
            fail("see rooster --help")
            Rooster.exit(withError: ExitCode(2))
        }
    }
}

/// The command line: parse, call, print.
struct Rooster: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rooster",
        abstract: "Watches a camera's photos, tells in time what is on them, and acts.",
        discussion: """
            Example: rooster run --settings rooster.yaml
            Without settings it watches ./capture and keeps its state in ./rooster-state.
            """,
        version: Facts.version,
        subcommands: [
            Run.self, Import.self, Classify.self, Train.self, Evaluate.self, Check.self, Reload.self, Detections.self,
            Correct.self,
            Action.self, Arm.self, Disarm.self, DoctorCommand.self, ModelsCommand.self, Bench.self,
            ReplayCommand.self, RulesCommand.self,
        ])
}
