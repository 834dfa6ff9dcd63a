import Appliance
import ArgumentParser

struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure how fast this board answers.",
        discussion: """
            Example: rooster bench --photo photo.jpg
            Prints the network's time; with --photo the way from JPEG to answer; with --photos each stage of each JPEG in
            a folder; with --operators the time of each operator and its share of what the cores can do.
            """)

    @OptionGroup var common: CommonOptions
    @Option(help: "How many inferences are timed.")
    var runs = 100
    @Option(help: "Cores to use, 1 to 4. Without it: as the settings say.")
    var threads: Int?
    @Option(help: "A JPEG to decode and classify too.")
    var photo: String?
    @Option(help: "A folder of JPEGs: decoding, preparing and inference of each are timed.")
    var photos: String?
    @Flag(help: "Time each operator of the network.")
    var operators = false
    @Option(help: "The model version NAME/VERSION instead of production.")
    var model: String?
    @Option(help: "The data type of the network, fp32 or int8: takes a version that computes in it.")
    var precision: String?
    @Flag(help: "Answer a benchmark's questions on standard input until it ends.")
    var worker = false

    func validate() throws {
        guard (1...100_000).contains(runs) else { throw ValidationError("--runs must be 1 to 100000") }
        if let threads, !(1...4).contains(threads) { throw ValidationError("--threads must be 1 to 4") }
        if let precision, !["fp32", "int8"].contains(precision) {
            throw ValidationError("--precision must be fp32 or int8")
        }
    }

    func run() async throws {
        try common.reporting(on: common.installationForAnswers(model: model)) { installation in
            let bench = try Benchmark(installation, model: model, precision: precision, threads: threads)
            if worker {
                bench.serve(read: { readLine() }, write: show)
            } else {
                let report = try bench.report(runs: runs, photo: photo, photos: photos, operators: operators)
                show(common.json ? jsonLine(report) : report.description)
            }
        }
    }
}
