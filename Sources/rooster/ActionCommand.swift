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
            The running daemon starts it; the program sees ROOSTER_TEST=1.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The name of the action in the settings.")
    var name: String

    func run() async throws {
        guard let path = Words.pathSegment(name) else {
            fail("'\(name)' cannot be the name of an action")
            throw ExitCode(2)
        }
        try await common.ask(.post, "/api/v1/actions/\(path)/test", done: "\(name) was started")
    }
}
