import Appliance
import ArgumentParser

struct Train: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Teach a new model version with your photos, one folder a label.",
        discussion: """
            Example: rooster train photos/ --precision 0.99 --report report.html
            photos/jay/1.jpg, photos/hen/7.jpg, photos/empty/3.jpg and so on; or a manifest: CSV with the columns path,
            label and maybe region, or JSON lines. What runs meanwhile keeps its deadlines.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "A folder with one folder a label, or a manifest.")
    var photos: String
    @Option(help: "The name of the model; its versions count up.")
    var name = "hens"
    @Option(help: "The version NAME/VERSION whose network is used, instead of production's.")
    var from: String?
    @Option(
        help: "How often a label's answers have to be right, 0.5 to 1: gives each label a probability for its rules.")
    var precision: Double?
    @Option(help: "How often each label is expected: even, as-photographed (as its folder is full) or between.")
    var prior = "between"
    @Option(help: "Deals the photos out to the parts that judge each other.")
    var seed: UInt64 = 1
    @Option(help: "Cores for the network; without it those of the settings.")
    var threads: Int?
    @Option(help: "Write a page with plots and the doubtful photos into this file.")
    var report: String?

    func validate() throws {
        if let precision, !(0.5...1).contains(precision) {
            throw ValidationError("--precision must be from 0.5 to 1")
        }
        if let threads, !(1...16).contains(threads) { throw ValidationError("--threads must be from 1 to 16") }
    }

    func run() async throws {
        try common.reporting { installation in
            let progress = ProgressLine(of: "photos", isShown: !common.json)
            let wishes = Trainer.Wishes(
                name: name, from: from, precision: precision, prior: prior, seed: seed,
                threads: threads, report: report)
            let summary = try Trainer(installation).run(photos, wishes: wishes, progress: progress.show)
            progress.end()
            show(common.json ? jsonLine(summary) : summary.description)
        }
    }
}
