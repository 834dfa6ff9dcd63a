import Appliance
import ArgumentParser

struct Arm: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let rules set off actions again.", discussion: "Example: rooster arm")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await common.ask(.post, "/api/v1/arm", done: "armed")
    }
}

struct Disarm: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Hold back all actions; running ones are ended.",
        discussion: "Example: rooster disarm --for 2h")

    @OptionGroup var common: CommonOptions
    @Option(name: .customLong("for"), help: "For how long: 30m, 2h. Without it: until rooster arm.")
    var duration: String?

    func run() async throws {
        var body: [String: JSONValue] = [:]
        if let duration {
            guard let milliseconds = Words.milliseconds(duration) else {
                fail("--for \(duration): not a duration such as 30m or 2h")
                throw ExitCode(2)
            }
            body["for_ms"] = .number(milliseconds)
        }
        try await common.ask(
            .post, "/api/v1/disarm", body: body, done: duration.map { "disarmed for \($0)" } ?? "disarmed")
    }
}
