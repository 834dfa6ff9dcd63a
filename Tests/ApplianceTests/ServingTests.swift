import Capture
import Foundation
import Imaging
import Logging
import Settings
import TestSupport
import Testing
import Vocabulary

@testable import Appliance
@testable import Models

/// Who answers: the desk follows the table of roles.
struct ServingTests {
    /// A desk that follows, until it is closed.
    private final class Desk {
        let desk: ModelDesk
        private let thread: PlainThread

        init(_ installation: Installation) throws {
            let desk = try ModelDesk(
                installation, settings: CurrentSettings(InForce(installation.configuration)),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            self.desk = desk
            thread = PlainThread("models") { desk.follow() }
        }

        deinit {
            desk.close()
            thread.join()
        }

        func answers(_ id: ModelID) async -> Bool { await holds { desk.crew.production.version.id == id } }
    }

    @Test func whatIsPromotedActsAndARollbackTakesTheVeryOneThatWasKeptWarm() async throws {
        let yard = try ModelYard()
        let second = try yard.addCooler("2")
        let desk = try Desk(yard.installation)
        let stock = desk.desk.crew.production
        #expect(stock.version.id == Registry.stock)
        try yard.registry.changeRoles { $0.promote(second) }
        #expect(await desk.answers(second))
        #expect(await holds { desk.desk.crew.previous === stock })
        #expect(desk.desk.standing.trouble == nil)
        #expect(desk.desk.crew.production.network === stock.network, "one network, two versions")
        try yard.registry.changeRoles { _ = $0.rollBack() }
        #expect(await desk.answers(Registry.stock))
        #expect(desk.desk.crew.production === stock)
    }

    @Test func aDamagedVersionLeavesTheOldOneInItsPlaceAndSaysSo() async throws {
        let yard = try ModelYard()
        let broken = try yard.add("2", [("\"logits\": \"logits\"", "\"logits\": \"answers\"")])
        let whole = try yard.addCooler("3")
        let desk = try Desk(yard.installation)
        try yard.registry.changeRoles { $0.promote(broken) }
        #expect(await holds { desk.desk.standing.trouble?.contains("'answers'") == true })
        #expect(desk.desk.crew.production.version.id == Registry.stock)
        try yard.registry.changeRoles { $0.promote(ModelID(name: "nobody", version: "1")) }
        #expect(await holds { desk.desk.standing.trouble?.contains("nobody/1") == true })
        try Data("{".utf8).write(to: URL(filePath: yard.home.path("state/models/roles.json")))
        #expect(await holds { desk.desk.standing.trouble?.contains("roles.json") == true })
        try FileManager.default.removeItem(atPath: yard.home.path("state/models/roles.json"))
        try yard.registry.changeRoles { $0.promote(whole) }
        #expect(await desk.answers(whole))
        #expect(await holds { desk.desk.standing.trouble == nil })
    }

    @Test func aStartWithADamagedProductionIsServedByThePrevious() throws {
        let yard = try ModelYard()
        let previous = try yard.addCooler("1")
        let broken = try yard.add("2", [("\"logits\": \"logits\"", "\"logits\": \"answers\"")])
        try yard.registry.changeRoles { roles in
            roles.promote(previous)
            roles.promote(broken)
        }
        let desk = try Desk(yard.installation)
        #expect(desk.desk.crew.production.version.id == previous)
        #expect(desk.desk.standing.trouble?.contains("hens/1 answers instead") == true)
    }

    @Test func aVersionThatCannotSeePeopleDoesNotActWhereTheyAreToBeDropped() async throws {
        var yard = try ModelYard()
        yard.configuration.storage.people = .drop
        let blind = try yard.add("2", [("\"people\":", "\"crowds\":")])
        let desk = try Desk(yard.installation)
        try yard.registry.changeRoles { $0.promote(blind) }
        #expect(await holds { desk.desk.standing.trouble?.contains("group:people") == true })
        #expect(desk.desk.crew.production.version.id == Registry.stock)
        #expect(throws: ModelError.self) { try RoleChange(yard.installation).promote("hens/2", force: true) }
    }

    @Test func aPinnedVersionAnswersWhateverTheRolesSay() async throws {
        var yard = try ModelYard()
        let pinned = try yard.addCooler("2")
        yard.configuration.model.version = pinned
        let desk = try Desk(yard.installation)
        #expect(desk.desk.crew.production.version.id == pinned)
        let report = try RoleChange(yard.installation).shadow("efficientnet-lite0/1")
        #expect(report.notes.contains { $0.contains("pins hens/2") })
        #expect(await holds { desk.desk.crew.companions.map(\.role) == [] && desk.desk.standing.trouble == nil })
        #expect(desk.desk.crew.production.version.id == pinned)
    }

    @Test func whatSharesTheNetworkIsScoredOnEveryFrameAndTheRestWhenThereIsTime() async throws {
        let yard = try ModelYard()
        let near = try yard.addCooler("1")
        let far = try yard.addElsewhere("2")
        let desk = try Desk(yard.installation)
        try yard.registry.changeRoles { roles in
            roles.baseline = near
            roles.shadow = far
        }
        #expect(await holds { desk.desk.crew.companions.map(\.role) == [.baseline] })
        #expect(await holds { desk.desk.crew.guests.map(\.role) == [.shadow] })
        let guests = desk.desk.crew.guests

        let counts = LaterAnswers.Counts()
        let reports = ReportQueue()
        let later = LaterAnswers(counts, reports)
        let decoder = JPEGDecoder(limits: .standard)
        var frames: [FrameID] = []
        for photo in [
            "02-house-finch.jpg", "03-junco.jpg", "06-goose.jpg", "07-kite.jpg", "09-grey-fox.jpg", "11-hare.jpg",
        ] {
            let frame = try yard.frame(photo)
            let picture = try Data(contentsOf: URL(filePath: frame.path)).withUnsafeBytes { bytes in
                try decoder.decode(bytes, regions: [Region.wholeFrame.box], minimumSide: 256)
            }
            let claim = Claim(
                identity: frame.identity, path: frame.path, completed: Clock.now(), time: Clock.now().wall,
                origin: .event)
            frames.append(claim.id)
            later.put(
                DecodedFrame(
                    claim: claim,
                    source: .init(
                        regions: [.wholeFrame], deadline: .seconds(1), staleAfter: .seconds(10),
                        deletesOriginals: false,
                        silentAfter: nil), picture: picture, taken: .zero, decoded: .zero), guests)
        }
        while !later.isEmpty { later.work() }
        #expect(counts.now == (answered: 4, skipped: 2))
        let answered = reports.take().compactMap { entry in
            if case .late(let answers, let frame) = entry { (frame, answers) } else { nil }
        }
        #expect(answered.map(\.0) == frames.suffix(4).reversed(), "newest first, the oldest given up")
        #expect(answered.first?.1.first?.prediction.best(1).first?.label == "hare")
        #expect(answered.allSatisfy { $0.1.map(\.role) == [.shadow] && $0.1[0].prediction.model == far })
    }
}
