import Appliance
import ArgumentParser

struct ModelsExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Copy a version with all it needs into a directory, or make one ONNX file of it.",
        discussion: """
            Example: rooster models export henhouse/3 /media/stick/models
                     rooster models export henhouse/3 --onnx henhouse.onnx
            The directory can be imported elsewhere, and hold several versions. The ONNX file runs in other programs to the
            same probabilities; how pixels become its input stands in its metadata.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "NAME/VERSION.")
    var version: String
    @Argument(help: "The directory; made where it is missing.")
    var directory: String?
    @Option(help: "Write one standard ONNX file instead.")
    var onnx: String?

    func validate() throws {
        guard (directory == nil) != (onnx == nil) else {
            throw ValidationError("name either a directory or --onnx FILE")
        }
    }

    func run() async throws {
        try common.reporting { installation in
            let shelf = ModelShelf(installation)
            let copy =
                try onnx.map { try shelf.export(version, toONNX: $0) }
                ?? shelf.export(version, to: directory ?? ".")
            show(common.json ? jsonLine(copy) : copy.description)
        }
    }
}

struct ModelsRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove a version that has no role, and its network where nobody else uses it.",
        discussion: "Example: rooster models remove henhouse/2")

    @OptionGroup var common: CommonOptions
    @Argument(help: "NAME/VERSION.")
    var version: String

    func run() async throws {
        try common.reporting { installation in
            let removed = try ModelShelf(installation).remove(version)
            show(common.json ? jsonLine(removed) : removed.description)
        }
    }
}

struct ModelsCompare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Show where two versions differ on the camera's own photos.",
        discussion: """
            Example: rooster models compare henhouse/2 henhouse/3 --since 7d
            Takes what was stored (rooster models shadow) and answers kept pictures where nothing was. Where people put
            answers right, a paired test says which version is better. --report shows the pictures.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "NAME/VERSION.")
    var first: String
    @Argument(help: "NAME/VERSION.")
    var second: String
    @Option(help: "Only since then: a duration (2h, 7d) or an instant. Without it: all.")
    var since: String?
    @Option(help: "How many differences to print, the greatest first.")
    var limit = 20
    @Option(help: "Write a page with the pictures into this file.")
    var report: String?

    func validate() throws {
        try checkSince(since)
        guard limit >= 0 else { throw ValidationError("--limit must be 0 or more") }
    }

    func run() async throws {
        let installation = try common.installationWithState()
        do {
            let found = try await Comparison(installation).run(
                first, second, since: since.flatMap(Words.instant), limit: limit,
                progress: { if !common.json { fail("\($0) frames...") } })
            for difference in found.differences { show(common.json ? jsonLine(difference) : difference.description) }
            show(common.json ? jsonLine(found.summary) : found.summary.description)
            if let report { try ComparisonPage(found.differences, found.summary).write(to: report) }
        } catch {
            fail("\(error)")
            throw ExitCode.failure
        }
    }
}
