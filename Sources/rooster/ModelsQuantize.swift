import Appliance
import ArgumentParser

struct ModelsQuantize: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quantize", abstract: "Make an int8 version of an fp32 one: a third of the time and size.",
        discussion: """
            Example: rooster models quantize efficientnet-lite0/1 --photos photos --check labelled
            64 varied photos are enough; labels are not needed. The version made is installed beside the one it was made \
            of; its network is standard ONNX. A file NAME.onnx becomes NAME-int8.onnx beside it. --check compares the two \
            versions on other photos; without --photos nothing is made, and VERSION is compared.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "NAME/VERSION, or an ONNX file; without it: production.")
    var source: String?
    @Option(help: "A folder of photos to calibrate on; may be given several times.")
    var photos: [String] = []
    @Option(help: "A folder of photos to compare on, with a labels.csv (file, class_index) where labels are known.")
    var check: String?
    @Option(help: "How pixels become a file's input, as for import: torchvision,size=224.")
    var preprocessing: String?

    private var file: String? { source.flatMap { $0.hasSuffix(".onnx") ? $0 : nil } }

    func validate() throws {
        guard !photos.isEmpty || check != nil else { throw ValidationError("name a folder of photos with --photos") }
        guard file == nil || (check == nil && !photos.isEmpty) else {
            throw ValidationError("--check compares versions: import the file first (rooster models import)")
        }
        guard preprocessing == nil || file != nil else {
            throw ValidationError("--preprocessing is for files; a version says itself how it takes pixels")
        }
    }

    func run() async throws {
        try common.reporting { installation in
            let quantiser = ModelQuantiser(installation)
            if let file {
                let report = try quantiser.run(
                    file: file, preprocessing: preprocessing, photos: photos, progress: progress("quantising"))
                for warning in report.warnings { fail("warning: \(warning)") }
                return show(common.json ? jsonLine(report) : report.description)
            }
            var made = source
            if !photos.isEmpty {
                let report = try quantiser.run(source, photos: photos, progress: progress("quantising"))
                for file in report.unreadable { fail("warning: \(file)") }
                show(common.json ? jsonLine(report) : report.description)
                made = report.name
            }
            if let check {
                let comparison = try quantiser.compare(made, on: check, progress: progress("comparing"))
                show(common.json ? jsonLine(comparison) : comparison.description)
            }
        }
    }

    /// Says each tenth that is done.
    private func progress(_ what: String) -> (Double) -> Void {
        var said = 0
        return { share in
            let tenths = Int(share * 10)
            guard tenths > said else { return }
            said = tenths
            if !common.json { fail("\(what): \(tenths * 10) %") }
        }
    }
}
