import Appliance
import ArgumentParser

struct Reload: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let the running daemon take changed settings.",
        discussion: """
            Example: rooster reload
            Settings that are wrong leave the old ones in force.
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await common.ask(.post, "/api/v1/reload", done: "the settings are taken")
    }
}
