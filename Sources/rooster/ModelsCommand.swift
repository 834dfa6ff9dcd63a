import Appliance
import ArgumentParser

struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "Look at the model versions, make new ones, and choose which one serves.",
        discussion: "Example: rooster models list",
        subcommands: [
            ModelsList.self, ModelsShow.self, ModelsVerify.self, ModelsPromote.self, ModelsRollback.self,
            ModelsShadow.self,
            ModelsBaseline.self, ModelsCompare.self, ModelsImport.self, ModelsExport.self, ModelsRemove.self,
            ModelsQuantize.self,
        ])
}

struct ModelsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "The installed versions and their roles.",
        discussion: "Example: rooster models list --json")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let shelf = ModelShelf(try common.installationWithState())
        for entry in shelf.list() { show(common.json ? jsonLine(entry) : entry.description) }
    }
}

struct ModelsShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "What a version is made of.",
        discussion: """
            Example: rooster models show efficientnet-lite0/1
                     rooster models show henhouse/3 --photos
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "NAME/VERSION; without it: production.")
    var version: String?
    @Flag(help: "Print the photos it was taught with, one a line.")
    var photos = false

    func run() async throws {
        try common.reporting {
            if photos {
                for photo in try ModelShelf($0).photos(version) {
                    show(common.json ? jsonLine(photo) : photo.description)
                }
                return
            }
            let details = try ModelShelf($0).details(version)
            show(common.json ? jsonLine(details) : details.description)
        }
    }
}

struct ModelsVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare a version's files with their digests and let it answer its golden photos.",
        discussion: "Example: rooster models verify")

    @OptionGroup var common: CommonOptions
    @Argument(help: "NAME/VERSION; without it: every installed version.")
    var version: String?

    func run() async throws {
        try common.reporting { installation in
            for verdict in try ModelShelf(installation).verify(version) {
                show(common.json ? jsonLine(verdict) : verdict.description)
                if !verdict.ok { throw ExitCode.failure }
            }
        }
    }
}
