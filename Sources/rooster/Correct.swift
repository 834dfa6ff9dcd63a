import Appliance
import ArgumentParser

struct Correct: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a wrong answer right; it is kept for teaching.",
        discussion: "Example: rooster correct 4x7kq2m9w3tzb8rj5hna magpie")

    @OptionGroup var common: CommonOptions
    @Argument(help: "The id of a detection (rooster detections).")
    var id: String
    @Argument(help: "What it really was.")
    var label: String

    func run() async throws {
        guard Words.isIdentifier(id) else {
            fail("'\(id)' is not the id of a detection: 20 letters and digits, as rooster detections prints them")
            throw ExitCode(2)
        }
        try await common.ask(
            .post, "/api/v1/detections/\(id)/correction", body: ["label": .text(label)],
            done: "\(id) is a \(label) now")
    }
}
