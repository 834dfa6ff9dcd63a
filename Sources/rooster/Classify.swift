import Appliance
import ArgumentParser

struct Classify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what is on photos, without recording anything.",
        discussion: "Example: rooster classify --top 3 photo.jpg")

    @OptionGroup var common: CommonOptions
    @Argument(help: "JPEG files.")
    var photos: [String]
    @Option(help: "How many labels to print, best first.")
    var top = 5
    @Flag(help: "Print the embedding too (with --json).")
    var embedding = false
    @Option(help: "The model version NAME/VERSION instead of production.")
    var model: String?

    func validate() throws {
        guard top >= 1 else { throw ValidationError("--top must be 1 or more") }
        guard !photos.isEmpty else { throw ValidationError("name at least one photo") }
    }

    func run() async throws {
        let photographs: Photographs
        do {
            photographs = try Photographs(common.installationForAnswers(model: model), model: model)
        } catch let code as ExitCode {
            throw code
        } catch {
            fail("\(error)")
            throw ExitCode.failure
        }
        var failed = false
        for photo in photos {
            switch photographs.classify(photo, top: top, embedding: embedding) {
            case .answer(let answer):
                show(common.json ? jsonLine(answer) : answer.description)
            case .failure(let failure):
                failed = true
                if common.json { show(jsonLine(failure)) } else { fail(failure.error.message) }
            }
        }
        if failed { throw ExitCode.failure }
    }
}
