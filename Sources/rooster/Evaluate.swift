import Appliance
import ArgumentParser

struct Evaluate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure a model version on photos whose labels you know.",
        discussion: """
            Example: rooster evaluate --model hens/2 photos-of-last-week/
            One folder a label, or a manifest, as for train. Labels that the version does not know show how often it says
            "unknown" where it should.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "A folder with one folder a label, or a manifest.")
    var photos: String
    @Option(help: "The model version NAME/VERSION instead of production.")
    var model: String?
    @Option(
        help: "How often a label's answers have to be right, 0.5 to 1: gives each label a probability for its rules.")
    var precision: Double?
    @Option(help: "Cores for the network; without it those of the settings.")
    var threads: Int?

    func validate() throws {
        if let precision, !(0.5...1).contains(precision) {
            throw ValidationError("--precision must be from 0.5 to 1")
        }
        if let threads, !(1...16).contains(threads) { throw ValidationError("--threads must be from 1 to 16") }
    }

    func run() async throws {
        try common.reporting { installation in
            let progress = ProgressLine(of: "photos", isShown: !common.json)
            let summary = try Examiner(installation).run(
                photos, model: model, precision: precision, threads: threads, progress: progress.show)
            progress.end()
            show(common.json ? jsonLine(summary) : summary.description)
        }
    }
}
