import Appliance
import ArgumentParser

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the settings without starting.",
        discussion: "Example: rooster check --explain --settings my.yaml")

    @OptionGroup var common: CommonOptions
    @Flag(help: "Print each key in force and where it comes from.")
    var explain = false

    func run() async throws {
        let installation = try common.installationForAnswers(model: nil)
        let faults = installation.faults()
        for fault in faults { fail("\(fault)") }
        if explain {
            for line in installation.explanation() {
                show(common.json ? jsonLine(line) : "\(line)")
            }
        }
        guard faults.isEmpty else { throw ExitCode(2) }
        for hint in installation.hints() where !common.json { show(hint) }
        if !explain { show(common.json ? #"{"faults":0}"# : "\(installation.settingsName): all well") }
    }
}
