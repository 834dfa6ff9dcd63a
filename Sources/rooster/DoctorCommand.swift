import Appliance
import ArgumentParser

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look for the usual reasons why nothing happens, each with the sentence that mends it.",
        discussion: """
            Example: rooster doctor
            One line a check: ok, note or fault. Changes nothing. As root it tries the rights of the user Rooster runs as.
            Exit status: 0 nothing at fault, 1 something is, 2 the settings are wrong.
            """)

    @OptionGroup var common: CommonOptions
    @Flag(help: "Ask the servers of channels whether they answer; otherwise nobody is asked.")
    var network = false

    func run() async throws {
        let doctor = Doctor(try common.installation(), network: network)
        let verdict = await doctor.run(
            busy: { if !common.json { fail("\($0)...") } },
            report: { show(common.json ? jsonLine($0) : $0.description) })
        if verdict != .well { throw ExitCode(verdict.rawValue) }
    }
}
