import Appliance
import ArgumentParser

struct ModelsImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Make a model version of an ONNX classifier, or take over exported versions.",
        discussion: """
            Example: rooster models import /media/stick/models
                     rooster models import resnet50.onnx --labels classes.txt --preprocessing torchvision
            Of a directory that rooster models export made, every file is compared with its digest and the golden photos are \
            answered before anything is taken over.
            Of an ONNX file the labels stand one a line, in the order of the network's output. --preprocessing is one of torchvision, \
            inception, lite, caffe, unit, raw, and key=value for what differs: size, crop, resample, channels, offset, \
            scale. What is not said is guessed, with a warning. The version is measured here, and refused where it \
            can't meet the deadline.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(
        help: "An exported directory, or that of one version in it; or a network: an ONNX file that takes one photo.")
    var path: String
    @Option(help: "The file of labels of an ONNX file.")
    var labels: String?
    @Option(help: "How pixels are normalised: torchvision,size=224,crop=1.")
    var preprocessing: String?
    @Option(help: "The name of the model instead of the file's.")
    var name: String?
    @Option(help: "The network's output with one number a label.")
    var output: String?
    @Flag(help: "Take it even if it answers too late here.")
    var force = false

    func validate() throws {
        if labels == nil, path.hasSuffix(".onnx") { throw ValidationError("an ONNX file needs --labels FILE") }
    }

    func run() async throws {
        try common.reporting { installation in
            guard let labels else {
                for copy in try ModelShelf(installation).takeOver(path) {
                    show(common.json ? jsonLine(copy) : copy.description)
                }
                return
            }
            let report = try ModelImporter(installation).run(
                network: path, labels: labels, preprocessing: preprocessing, name: name, output: output, force: force
            )
            for warning in report.warnings where !common.json { fail("warning: \(warning)") }
            show(common.json ? jsonLine(report) : report.description)
        }
    }
}
