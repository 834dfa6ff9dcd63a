import Appliance
import ArgumentParser

struct RulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules", abstract: "Try out rules.", discussion: "Example: rooster rules try --since 7d",
        subcommands: [RulesTry.self])
}

struct RulesTry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "try",
        abstract: "Run stored predictions through the rules at hand, and print what would have fired.",
        discussion: """
            Example: rooster rules try --since 7d --settings my.yaml
            Prints where the rules of these settings do something else than what is on record, then a line a rule. Sets
            off nothing.
            """)

    @OptionGroup var common: CommonOptions
    @Option(help: "Since then: a duration (2h, 7d) or an instant (2026-05-12T07:42:00Z).")
    var since = "7d"
    @Flag(help: "Print what is the same too.")
    var all = false

    func validate() throws { try checkSince(since) }

    func run() async throws {
        let installation = try common.installationWithState()
        guard let since = Words.instant(since) else { throw ExitCode(2) }
        do {
            let summary = try await RulesTrial(installation).run(
                since: since,
                report: { line in
                    if all || line.differs { show(common.json ? jsonLine(line) : line.description) }
                }, progress: { if !common.json { fail("\($0) frames...") } })
            show(common.json ? jsonLine(summary) : summary.description)
        } catch {
            fail("\(error)")
            throw ExitCode.failure
        }
    }
}
