import Appliance
import ArgumentParser

struct Action: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Try out actions.", discussion: "Example: rooster action test sprinkler",
        subcommands: [ActionTest.self])
}

struct ActionTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Set off one action with a made-up detection.",
        discussion: """
            Example: rooster action test sprinkler
            The running daemon starts it; the program sees ROOSTER_TEST=1. Says how it ended, with the last of what it
            printed, or that it still runs after 20 s.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The name of the action in the settings.")
    var name: String

    func run() async throws {
        guard let path = Words.pathSegment(name) else {
            fail("'\(name)' cannot be the name of an action")
            throw ExitCode(2)
        }
        let tested: TestedAction
        do {
            let answer = try await DaemonClient(common.installation()).ask(.post, "/api/v1/actions/\(path)/test")
            tested = try TestedAction(answer: answer)
            show(common.json ? answer : "\(tested)")
        } catch let code as ExitCode {
            throw code
        } catch {
            fail("\(error)")
            throw ExitCode.failure
        }
        if tested.isFailure { throw ExitCode.failure }
    }
}
