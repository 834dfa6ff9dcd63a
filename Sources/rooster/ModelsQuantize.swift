import Appliance
import ArgumentParser

struct ModelsQuantize: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quantize", abstract: "Make an int8 version of an fp32 one: a third of the time and size.",
        discussion: """
            Example: rooster models quantize efficientnet-lite0/1 --photos photos --check labelled
            64 varied photos are enough; labels are not needed. The version made is installed beside the one it was made of; \
            its network is standard ONNX. --check compares the two on other photos.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "NAME/VERSION; without it: production.")
    var version: String?
    @Option(help: "A folder of photos to calibrate on; may be given several times.")
    var photos: [String] = []
    @Option(
        help: """
            A folder of photos to compare a version and the one it was made of on, with a labels.csv (file, class_index) \
            where labels are known. Without --photos, nothing is made and VERSION is compared.
            """)
    var check: String?

    func validate() throws {
        guard !photos.isEmpty || check != nil else { throw ValidationError("name a folder of photos with --photos") }
    }

    func run() async throws {
        try common.reporting { installation in
            let quantiser = ModelQuantiser(installation)
            var made = version
            if !photos.isEmpty {
                let report = try quantiser.run(version, photos: photos, progress: progress("quantising"))
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
