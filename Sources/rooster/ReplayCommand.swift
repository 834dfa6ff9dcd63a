import Appliance
import ArgumentParser

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Answer kept frames again, and say whether the recorded answers come out.",
        discussion: """
            Example: rooster replay --since 1h
            Each frame goes through the version that answered it, or through --model. Bit for bit means every bit of every
            probability. Records nothing. Exit status 1 where an answer differs or a picture has changed.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "Ids of frames; without them: all since --since.")
    var ids: [String] = []
    @Option(help: "Only since then: a duration (2h, 7d) or an instant (2026-05-12T07:42:00Z). Without it: all.")
    var since: String?
    @Option(help: "The model version NAME/VERSION instead of the one that answered.")
    var model: String?
    @Flag(help: "Print what came out the same too.")
    var all = false

    func validate() throws { try checkSince(since) }

    func run() async throws {
        let replay = Replay(try common.installationWithState())
        do {
            let summary = try await replay.run(
                ids: ids, since: since.flatMap(Words.instant), model: model,
                report: { line in
                    if common.json {
                        show(jsonLine(line))
                    } else if all || !ids.isEmpty || line.verdict != .same {
                        show(line.description)
                    }
                }, progress: { if !common.json { fail("\($0) frames...") } })
            show(common.json ? jsonLine(summary) : summary.description)
            if summary.differs + summary.changed > 0 { throw ExitCode.failure }
        } catch let code as ExitCode {
            throw code
        } catch {
            fail("\(error)")
            throw ExitCode.failure
        }
    }
}

/// Refuses what is neither a duration nor an instant.
func checkSince(_ since: String?) throws {
    if let since, Words.instant(since) == nil {
        throw ValidationError(
            "--since \(since): neither a duration such as 2h nor an instant such as 2026-05-12T07:42:00Z")
    }
}
