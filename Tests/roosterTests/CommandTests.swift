import Foundation
import TestSupport
import Testing

/// Commands as people and programs call them: output, errors, exit status.
struct CommandTests {
    private let photos = SharedData.repository.appending(path: "scripts/demo-photos").path

    @Test func classifySaysWhatIsOnAPhotoInTheJSONOfTheDesign() throws {
        let outcome = try Program.run(
            "classify", "--json", "--top", "3", "--embedding", "\(photos)/09-grey-fox.jpg",
            directory: FileManager.default.temporaryDirectory)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let answer = try #require(try outcome.objects().first)
        #expect(answer["model"] as? String == "efficientnet-lite0/2")
        let region = try #require((answer["regions"] as? [[String: Any]])?.first)
        #expect(region["region"] as? String == "frame")
        #expect((region["unknown"] as? NSNull) != nil)
        #expect((region["embedding"] as? [Double])?.count == 1280)
        let labels = try #require(region["labels"] as? [[String: Any]])
        #expect(labels.count == 3)
        #expect(labels[0]["label"] as? String == "grey fox")
        #expect(labels[0]["index"] as? Int == 280)
        #expect((labels[0]["probability"] as? Double ?? 0) > 0.85)
        #expect((answer["timings_ms"] as? [String: Double]).map { Set($0.keys) } == ["decode", "prepare", "infer"])
    }

    @Test func classifyGoesOnAfterABadPhotoAndEndsWithStatusOne() throws {
        let home = try empty()
        let whole = try Data(contentsOf: URL(filePath: "\(photos)/09-grey-fox.jpg"))
        try whole.prefix(2_000).write(to: home.url.appending(path: "cut.jpg"))
        try Data().write(to: home.url.appending(path: "empty.jpg"))
        let outcome = try Program.run(
            "classify", "--json", "nowhere.jpg", "empty.jpg", "cut.jpg", "\(photos)/09-grey-fox.jpg",
            directory: home.url)
        #expect(outcome.status == 1)
        let objects = try outcome.objects()
        let kinds = objects.map { ($0["error"] as? [String: Any])?["kind"] as? String }
        #expect(kinds == ["missing", "empty", "truncated", nil])
        #expect(objects[3]["file"] as? String == "\(photos)/09-grey-fox.jpg")
    }

    @Test func wrongSettingsEndWithStatusTwoAndNameFileLineAndTheNearestWord() throws {
        let home = try empty()
        let text = "sources:\n  - {name: yard, directory: .}\nrules:\n  - {name: a, labels: [jay], probabilty: 0.5}\n"
        try text.write(toFile: home.path("rooster.yaml"), atomically: true, encoding: .utf8)
        for command in ["check", "run", "detections"] {
            let outcome = try Program.run(command, directory: home.url)
            #expect(outcome.status == 2, "\(command)")
            #expect(outcome.errors.contains("rooster.yaml"), "\(outcome.errors)")
            #expect(outcome.errors.contains("4"), "\(outcome.errors)")
            #expect(outcome.errors.contains("probability"), "\(outcome.errors)")
        }
    }

    @Test func checkRefusesALabelNobodyHasAndExplainsWhatIsInForce() throws {
        let home = try empty()
        func write(_ label: String) throws {
            let text = "sources:\n  - {name: yard, directory: .}\nrules:\n  - {name: a, labels: [\(label)]}\n"
            try text.write(toFile: home.path("rooster.yaml"), atomically: true, encoding: .utf8)
        }
        try write("jey")
        let wrong = try Program.run("check", directory: home.url)
        #expect(wrong.status == 2)
        #expect(wrong.errors.contains("jey"), "\(wrong.errors)")
        try write("jay")
        let right = try Program.run("check", "--explain", directory: home.url)
        #expect(right.status == 0, "\(right.errors)")
        #expect(right.output.contains("deadline"), "\(right.output)")
    }

    @Test func anImportedNetworkClassifies() throws {
        let home = try empty()
        let network = SharedData.repository.appending(path: "Tests/InferenceTests/Fixtures/mobilenet-v2.onnx").path
        let labels = (0..<37).map { "label \($0)" }.joined(separator: "\n")
        try labels.write(toFile: home.path("labels.txt"), atomically: true, encoding: .utf8)
        let imported = try Program.run(
            "models", "import", network, "--labels", "labels.txt", "--name", "small", "--force", "--json",
            directory: home.url)
        #expect(imported.status == 0, "\(imported.errors)")
        #expect(try imported.objects().first?["model"] as? String == "small/1")
        let answer = try Program.run(
            "classify", "--json", "--model", "small/1", "\(photos)/09-grey-fox.jpg", directory: home.url)
        #expect(answer.status == 0, "\(answer.errors)")
        #expect(try answer.objects().first?["model"] as? String == "small/1")
        let again = try Program.run("models", "import", "labels.txt", "--labels", "labels.txt", directory: home.url)
        #expect(again.status == 1)
        #expect(again.errors.contains("can't be imported"), "\(again.errors)")
    }

    @Test func modelsAreListedShownAndVerified() throws {
        let home = try empty()
        let list = try Program.run("models", "list", "--json", directory: home.url)
        let entries = try list.objects()
        #expect(entries.map { $0["model"] as? String } == ["efficientnet-lite0/1", "efficientnet-lite0/2"])
        #expect(entries.map { $0["roles"] as? [String] } == [[], ["production"]])
        let shown = try Program.run("models", "show", directory: home.url)
        #expect(shown.output.contains("Apache-2.0"))
        let verified = try Program.run("models", "verify", directory: home.url)
        #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
        #expect(verified.output.contains("4 golden photos"))
        let unknown = try Program.run("models", "show", "sparrow/9", directory: home.url)
        #expect(unknown.status == 1)
        #expect(unknown.errors.contains("efficientnet-lite0/1"))
    }

    @Test func withoutADaemonCommandsSayWhatToDo() throws {
        let outcome = try Program.run("disarm", directory: FileManager.default.temporaryDirectory)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("rooster run"), "\(outcome.errors)")
    }

    @Test(arguments: [
        "run", "import", "classify", "check", "reload", "detections", "correct", "action", "arm", "disarm", "doctor",
        "models", "bench",
    ])
    func everyCommandsHelpShowsAnExample(command: String) throws {
        let outcome = try Program.run(command, "--help")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("Example: rooster \(command)"))
    }

    @Test(arguments: [["frob"], ["bench", "--threads", "9"], ["classify"], ["detections", "--since", "yesterday"]])
    func wrongUsageEndsWithStatusTwo(arguments: [String]) throws {
        let outcome = try Program.run(arguments)
        #expect(outcome.status == 2, "\(arguments)")
        #expect(outcome.errors.contains("rooster"), "\(outcome.errors)")
    }

    @Test func versionNamesNumberCommitAndHowItWasBuilt() throws {
        let outcome = try Program.run("--version")
        #expect(outcome.output.contains(#/^\d+\.\d+\.\d+ \(([0-9a-f]{8}\+?|unknown), (debug|release), Swift 6\.\d/#))
    }

    private func empty() throws -> TemporaryDirectory { try TemporaryDirectory() }
}
