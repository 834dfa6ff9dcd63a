import Appliance
import ArgumentParser

struct ModelsImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Make a model version of an ONNX classifier.",
        discussion: """
            Example: rooster models import resnet50.onnx --labels classes.txt --preprocessing torchvision
            The labels stand one a line, in the order of the network's output. --preprocessing is one of torchvision, \
            inception, lite, caffe, unit, raw, and key=value for what differs: size, crop, resample, channels, offset, \
            scale. What is not said is guessed, with a warning. The version is measured here, and refused where it \
            can't meet the deadline.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The network: an ONNX file that takes one photo.")
    var network: String
    @Option(help: "The file of labels.")
    var labels: String
    @Option(help: "How pixels are normalised: torchvision,size=224,crop=1.")
    var preprocessing: String?
    @Option(help: "The name of the model instead of the file's.")
    var name: String?
    @Option(help: "The network's output with one number a label.")
    var output: String?
    @Flag(help: "Take it even if it answers too late here.")
    var force = false

    func run() async throws {
        try common.reporting { installation in
            let report = try ModelImporter(installation).run(
                network: network, labels: labels, preprocessing: preprocessing, name: name, output: output, force: force
            )
            for warning in report.warnings where !common.json { fail("warning: \(warning)") }
            show(common.json ? jsonLine(report) : report.description)
        }
    }
}
