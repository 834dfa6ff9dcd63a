import Foundation
import Imaging
import Rules
import Settings
import TestSupport
import Testing
import Vocabulary

@testable import Appliance
@testable import Models
@testable import Store

/// What looks back at the record: replay, rules try, models compare, and the gate of promotion.
struct RecordToolTests {
    private static let photos = ["09-grey-fox.jpg", "11-hare.jpg", "14-empty.jpg"]

    /// A yard whose record holds real photos, answered by the shipped version without any rule.
    private static func recorded(_ configuration: Configuration? = nil) async throws -> (ModelYard, [FrameID]) {
        var yard = try ModelYard()
        if let configuration {
            yard.configuration.ruleBook = configuration.ruleBook
            yard.configuration.actions = configuration.actions
        }
        let store = try Store(directory: yard.home.path("state"), now: Clock.now().wall)
        let classifier = try Classifier(
            yard.registry.version(Registry.stock), threads: yard.installation.threads, clock: Clock.monotonic)
        let decoder = JPEGDecoder(limits: .standard)
        let regions = [Region(name: "left", box: Box(x: 0, y: 0, width: 0.6, height: 1)), Region.wholeFrame]
        var ids: [FrameID] = []
        for (index, photo) in photos.enumerated() {
            let frame = try yard.frame(photo)
            let picture = try Data(contentsOf: URL(filePath: frame.path)).withUnsafeBytes { bytes in
                try decoder.decode(bytes, regions: regions.map(\.box), minimumSide: DecodeStage.minimumSide)
            }
            let report = FrameReport(
                identity: frame.identity, path: frame.path, time: Clock.now().wall + .seconds(index), state: .recorded,
                deadline: .seconds(1), latency: .milliseconds(40),
                answers: try regions.map { .init($0, try classifier.classify(picture, region: $0).prediction) })
            #expect(await store.record([report], at: Clock.now().wall) == .written)
            try await store.keepPicture(of: report.id, from: report.path, digest: Recorder.digest)
            ids.append(report.id)
        }
        await store.close()
        return (yard, ids)
    }

    @Test func recordedAnswersComeOutAgainBitForBitAndAPictureThatChangedIsTold() async throws {
        let (yard, ids) = try await RecordToolTests.recorded()
        let replay = Replay(yard.installation)
        let first = try await replay.run(ids: [], since: nil, model: nil, report: { _ in }, progress: { _ in })
        #expect(first.frames == 3 && first.regions == 6 && first.same == 6)
        // The same network under another name and temperature was never asked.
        try yard.addCooler("2")
        let other = try await replay.run(ids: [], since: nil, model: "hens/2", report: { _ in }, progress: { _ in })
        #expect(other.new == 6 && other.same == 0)

        let kept = yard.home.path("state/pictures/\(ids[0].rawValue.prefix(2))/\(ids[0].rawValue).jpg")
        try FileManager.default.removeItem(atPath: kept)
        try FileManager.default.copyItem(
            at: SharedData.repository.appending(path: "scripts/demo-photos/13-cat.jpg"), to: URL(filePath: kept))
        var lines: [Replay.Line] = []
        let changed = try await replay.run(
            ids: [ids[0].rawValue, ids[1].rawValue], since: nil, model: nil, report: { lines.append($0) },
            progress: { _ in })
        #expect(changed.changed == 2 && changed.same == 2)
        #expect(lines.first?.reason?.contains("SHA-256") == true)
        await #expect(throws: ModelError.self) {
            try await replay.run(
                ids: ["aaaaaaaaaaaaaaaaaaaa"], since: nil, model: nil, report: { _ in }, progress: { _ in })
        }
    }

    @Test func rulesAreTriedOnWhatWasStored() async throws {
        var configuration = Configuration.preset
        configuration.ruleBook.rules = [
            Rule(name: "fox", regions: ["frame"], labels: ["grey fox"], probability: 0.6, action: "lamp"),
            Rule(name: "anyone", labels: ["group:animals"], probability: 0.5),
        ]
        configuration.actions = [
            ActionSettings(name: "lamp", work: .command(["/bin/true"]), atMost: Rate(count: 1, window: .seconds(3_600)))
        ]
        let (yard, ids) = try await RecordToolTests.recorded(configuration)
        var lines: [RulesTrial.Line] = []
        let summary = try await RulesTrial(yard.installation).run(
            since: Clock.now().wall - .seconds(3_600), report: { lines.append($0) }, progress: { _ in })
        #expect(summary.frames == 3 && summary.notes.isEmpty)
        let fox = lines.filter { $0.rule == "fox" }
        #expect(fox.map(\.frame) == [ids[0]] && fox.first?.would == "fires" && fox.first?.did == nil)
        #expect(lines.contains { $0.rule == "anyone" && $0.label == "hare" && $0.would == "seen" })
        #expect(summary.rules.map(\.rule) == ["fox", "anyone"] && summary.rules.first?.fires == 1)
        #expect(summary.differences == lines.count, "nothing of it is on record")
    }

    @Test func twoVersionsAreComparedOnStoredAnswersAndKeptPicturesAndOnCorrections() async throws {
        let (yard, ids) = try await RecordToolTests.recorded()
        try yard.addCooler("2")
        let store = try Store(directory: yard.home.path("state"), now: Clock.now().wall)
        try await store.correct(frame: ids[1], region: "frame", label: "wood rabbit", at: Clock.now().wall)
        await store.close()
        let (differences, summary) = try await Comparison(yard.installation).run(
            "\(Registry.stock)", "hens/2", since: nil, limit: 5, progress: { _ in })
        #expect(summary.regions == 6 && summary.agree == 6 && differences.isEmpty)
        #expect(summary.computed == 6 && summary.missing == 0, "stored for one, computed for the other")
        #expect(summary.truth?.photos == 1 && summary.truth?.firstAccuracy == 0 && summary.truth?.verdict == .open)
    }

    @Test func thePageOfAComparisonShowsPicturesAndWhatEachSaid() throws {
        let picture = SharedData.repository.appending(path: "scripts/demo-photos/13-cat.jpg").path
        let difference = Comparison.Difference(
            frame: FrameID(rawValue: "aaaaaaaaaaaaaaaaaaaa"), time: Clock.now().wall, source: "<yard>",
            region: "frame", first: ScoredLabel(label: "cat", index: 0, probability: 0.9),
            second: ScoredLabel(label: "fox", index: 1, probability: 0.6), correction: "cat", picture: picture,
            distance: 1)
        let home = try TemporaryDirectory()
        let (first, second) = (Registry.stock, ModelID(name: "hens", version: "1"))
        try ComparisonPage([difference], Comparison.Summary(first: first, second: second)).write(
            to: home.path("page.html"))
        let page = try String(contentsOfFile: home.path("page.html"), encoding: .utf8)
        #expect(page.contains("data:image/jpeg;base64,") && page.contains("&lt;yard>"))
        #expect(page.contains("hens/1: <b>fox</b> 0.6") && page.contains("it was <b>cat</b>"))
    }

    @Test func aVersionThatMakesARuleWithAnActionIdleIsRefusedUnlessForced() throws {
        var yard = try ModelYard()
        yard.configuration.ruleBook.rules = [
            Rule(name: "fox", labels: ["grey fox"], action: "lamp"), Rule(name: "finch", labels: ["house finch"]),
        ]
        try yard.add("2") { manifest in
            let labels = try #require(manifest["labels"] as? [String])
            let others = ["grey fox": "silver fox", "house finch": "red finch"]
            manifest["labels"] = labels.map { others[$0] ?? $0 }
        }
        // Its golden photos ask for labels that it does not have.
        try Data("{\"tolerance\": 0.1, \"photos\": []}".utf8).write(
            to: URL(filePath: yard.home.path("state/models/hens/2/golden/expected.json")))
        let change = RoleChange(yard.installation)
        let error = #expect(throws: ModelError.self) { try change.promote("hens/2", force: false) }
        let words = "\(try #require(error))"
        #expect(words.contains("'fox' would be idle") && !words.contains("'finch'"))
        #expect(try yard.registry.roles().production == Registry.stock)
        let report = try change.promote("hens/2", force: true)
        #expect(report.notes.contains { $0.hasPrefix("forced: rule 'fox'") })
        #expect(report.notes.contains { $0.contains("'finch' would be idle") })
        #expect(try yard.registry.roles().production == ModelID(name: "hens", version: "2"))
    }
}
