import Appliance
import ArgumentParser

struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Classify and record frames that were there before the first start.",
        discussion: """
            Example: rooster import --source nest
            They are recorded with the time of their files; nothing is set off and no channel is told.
            """)

    @OptionGroup var common: CommonOptions
    @Option(help: "Only this source.")
    var source: String?

    func run() async throws {
        let installation = try common.installationWithState()
        let importer = Importer(installation)
        if let fault = source.flatMap(importer.fault) {
            fail(fault)
            throw ExitCode(2)
        }
        do {
            let summary = try await importer.run(source: source) { done, total in
                if !common.json { show("\(done) of \(total) frames") }
            }
            show(common.json ? jsonLine(summary) : summary.description)
        } catch {
            fail("\(error)")
            throw ExitCode.failure
        }
    }
}
