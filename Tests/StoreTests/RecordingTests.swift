import Foundation
import Store
import TestSupport
import Testing
import Vocabulary

@Suite struct RecordingTests {
    let directory: TemporaryDirectory
    let store: Store

    init() throws {
        directory = try TemporaryDirectory()
        store = try directory.store()
    }

    @Test func aRecordedFrameIsReadAsTheFixedJSON() async throws {
        let report = Sample.frame(1)
        #expect(await store.record([report], at: Sample.start) == .written)
        let item = try #require(try await store.frame(report.id))
        #expect(
            try Sample.json(item) == """
                {"id":"\(report.id)","late":false,"model":"efficientnet-lite0/1","path":"/capture/nest/1.jpg",\
                "picture":"/frames/\(report.id)","reason":null,"regions":[{"labels":[\
                {"index":0,"label":"jay","probability":0.97},{"index":1,"label":"hen","probability":0.015},\
                {"index":2,"label":"fox","probability":0.009},{"index":3,"label":"empty","probability":0.006}],\
                "region":"frame","unknown":null}],"source":"nest","state":"recorded","thumbnail":null,\
                "time":"\(report.time)","timings_ms":{"decode":3,"infer":4.9}}
                """)
    }

    @Test func aDetectionIsReadAsTheFixedJSON() async throws {
        let report = Sample.jay(1, state: .done)
        await store.record([report], at: Sample.start)
        let item = try #require(try await store.detection(Sample.detectionID(1)))
        #expect(
            try Sample.json(item) == """
                {"action":{"exit":null,"name":"sprinkler","reason":null,"started":"\(report.time)","state":"done"},\
                "correction":null,"deadline_ms":1000,"frame":"\(report.id)","id":"\(item.id)","label":"jay",\
                "latency_ms":84,"model":"efficientnet-lite0/1","picture":"/frames/\(report.id)","probability":0.97,\
                "region":"frame","rule":"jay on the eggs","source":"nest","thumbnail":null,"time":"\(report.time)",\
                "trace":[{"clause":"probability","detail":"0.97 of 0.60 needed","passed":true}],"visit":"\(item.visit)"}
                """)
        #expect(item.labels.first?.label == "jay")
    }

    @Test func recordingAFrameAgainChangesNothing() async throws {
        let report = Sample.jay(1)
        await store.record([report], publications: [Sample.phone], at: Sample.start)
        let before = try await store.counts()
        let change = try await store.lastChange()
        await store.record([report, report], publications: [Sample.phone], at: Sample.at(5))
        #expect(try await store.counts() == before)
        #expect(try await store.lastChange() == change)
    }

    @Test func recordingAgainAddsWhatWasMissing() async throws {
        var report = Sample.frame(1)
        let whole = Sample.jay(1)
        report.answers = []
        await store.record([report], at: Sample.start)
        await store.record([whole], at: Sample.start)
        #expect(try await store.detections().items.map(\.id) == [Sample.detectionID(1)])
        #expect(try await store.frame(report.id)?.regions.first?.labels.first?.label == "jay")
    }

    @Test func anActionReportNeverGoesBack() async throws {
        await store.record([Sample.jay(1, state: .started)], at: Sample.start)
        let id = Sample.detectionID(1)
        await store.update(
            ActionReport(name: "sprinkler", state: .done, exit: 0, output: "ok"), of: id, at: Sample.start)
        await store.update(ActionReport(name: "sprinkler", state: .started), of: id, at: Sample.start)
        await store.update(ActionReport(name: "sprinkler", state: .failed), of: id, at: Sample.start)
        let action = try await store.detection(id)?.action
        #expect(action?.state == .done)
        #expect(action?.output == "ok")
        #expect(action?.started == Sample.at(1), "the start is not forgotten")
    }

    @Test func aReportThatComesBeforeItsFrameIsKeptForIt() async throws {
        let id = Sample.detectionID(1)
        await store.update(
            ActionReport(name: "sprinkler", state: .done, started: Sample.at(1)), of: id, at: Sample.start)
        await store.record([Sample.jay(1, state: .started)], at: Sample.start)
        #expect(try await store.detection(id)?.action?.state == .done)
        #expect(try await store.visit(id)?.fired?.id == id)
    }

    @Test func anActionThatWasHeldBackSaysByWhichClause() async throws {
        await store.record([Sample.jay(1, heldBack: .cooldown), Sample.jay(2, visit: 1)], at: Sample.start)
        let held = try await store.detection(Sample.detectionID(1))
        #expect(held?.action?.state == .heldBack)
        #expect(held?.action?.reason == "cooldown")
        #expect(held?.heldBack == .cooldown)
        #expect(try await store.detection(Sample.detectionID(2))?.action?.state == .queued)
    }

    @Test func aQuarantinedFileIsReplacedByItsLaterState() async throws {
        let broken = Sample.frame(
            1, state: .quarantined(reason: "ends at byte 10"), identity: Sample.identity(1, size: 10, modified: 1))
        let whole = Sample.frame(1, identity: Sample.identity(1, size: 1_000, modified: 2))
        await store.record([broken], at: Sample.start)
        #expect(try await store.frame(broken.id)?.reason == "ends at byte 10")
        await store.record([whole], at: Sample.start)
        #expect(try await store.frame(broken.id) == nil)
        #expect(try await store.frame(whole.id)?.state == .recorded)
        // And not the other way round, should the older one come late.
        await store.record([broken], at: Sample.start)
        #expect(try await store.frame(broken.id) == nil)
        #expect(try await store.counts().frames == [.recorded: 1, .quarantined: 0, .noted: 0])
    }

    @Test func aQuarantinedFileIsReplacedWhenItsNameIsWrittenAnew() async throws {
        let broken = Sample.frame(1, path: "/capture/latest.jpg", state: .quarantined(reason: "empty"))
        let whole = Sample.frame(2, path: "/capture/latest.jpg")
        await store.record([broken], at: Sample.start)
        await store.record([whole], at: Sample.start)
        #expect(try await store.frames().items.map(\.id) == [whole.id])
    }

    @Test func aNotedFrameIsRecordedWhenItIsImported() async throws {
        await store.record([Sample.frame(1, state: .noted)], at: Sample.start)
        #expect(try await store.frame(Sample.identity(1).id)?.state == .noted)
        await store.record([Sample.jay(1)], at: Sample.start)
        #expect(try await store.frame(Sample.identity(1).id)?.state == .recorded)
        #expect(try await store.counts().frames == [.recorded: 1, .quarantined: 0, .noted: 0])
        #expect(try await store.counts().detections == 1)
    }

    @Test func aFrameIsKnownUntilItsFileIsGone() async throws {
        let id = Sample.identity(1).id
        #expect(!store.isKnown(id))
        await store.record([Sample.frame(1)], at: Sample.start)
        #expect(store.isKnown(id))
        #expect(try await store.knownFrames(of: "nest") == [id])
        #expect(store.known(among: [id, Sample.identity(2).id]) == [id])
        await store.frameGone([id], at: Sample.start)
        #expect(!store.isKnown(id))
        #expect(try await store.knownFrames(of: "nest").isEmpty)
        #expect(try await store.frame(id)?.hasPicture == false)
    }

    @Test func correctingADetectionShowsInItAndCanBeTakenBack() async throws {
        await store.record([Sample.jay(1)], at: Sample.start)
        let id = Sample.detectionID(1)
        try await store.correct(id, label: "hen", at: Sample.at(10))
        #expect(try await store.detection(id)?.correction == "hen")
        #expect(try await store.visit(id)?.changed == Sample.at(10))
        try await store.correct(id, label: nil, at: Sample.at(11))
        #expect(try await store.detection(id)?.correction == nil)
        await #expect(throws: StoreError.self) {
            try await store.correct(Sample.detectionID(9), label: "hen", at: Sample.start)
        }
    }

    @Test func aFrameInWhichNothingWasSeenCanBeCorrectedToo() async throws {
        let report = Sample.frame(1)
        await store.record([report], at: Sample.start)
        try await store.correct(frame: report.id, label: "fox", at: Sample.at(10))
        await #expect(throws: StoreError.self) {
            try await store.correct(frame: report.id, region: "left box", label: "fox", at: Sample.start)
        }
    }

    @Test func whatMakesNoSenseIsRefusedAndTheRestRecorded() async throws {
        var hostile = Sample.frame(1, path: "")
        hostile.id = FrameID(rawValue: "../../../etc/passwd")
        let outcome = await store.record([Sample.frame(2)], at: Sample.start)
        #expect(outcome == .written)
        #expect(await store.record([hostile], at: Sample.start) == .written)
        #expect(await store.record([Sample.frame(3, path: "")], at: Sample.start) == .written)
        #expect(await store.record([Sample.frame(4)], at: Sample.start) == .written)
        #expect(try await store.frames().items.count == 2)
        #expect(store.health.lost == 2)
        #expect(store.health.refused != nil)
        #expect(store.health.isWell)
    }

    @Test func probabilitiesFromAnywhereAreStoredWithinZeroAndOne() async throws {
        var report = Sample.jay(1, probability: 1.000_000_2)
        report.answers = [
            .init(
                .wholeFrame,
                Prediction(
                    region: "frame", model: Sample.model, labels: Sample.labels,
                    probabilities: [.nan, .infinity, -1, 0.5, 0.4]))
        ]
        #expect(await store.record([report], at: Sample.start) == .written)
        #expect(try await store.detection(Sample.detectionID(1))?.probability == 1)
        #expect(try await store.frame(report.id)?.regions.first?.labels.map(\.label) == ["empty"])
    }

    @Test func armingHoldsAcrossRestarts() async throws {
        #expect(try await store.armedState().isArmed(at: Sample.start))
        let off = ArmedState.disarmed(since: Sample.at(0), until: Sample.at(3_600))
        try await store.setArmed(off)
        await store.close()
        let again = try directory.store()
        #expect(try await again.armedState() == off)
        #expect(!off.isArmed(at: Sample.at(10)))
        #expect(off.isArmed(at: Sample.at(3_600)))
        #expect(off.left(at: Sample.at(-100_000)) == .seconds(3_600), "a clock set back makes no wait longer")
        try await again.setArmed(.disarmed(since: Sample.at(0), until: nil))
        #expect(try await again.armedState().isArmed(at: Sample.at(1e9)) == false)
        try await again.setArmed(.armed(since: Sample.at(1)))
        #expect(try await again.armedState() == .armed(since: Sample.at(1)))
    }

    @Test func nearMissesAreKeptWithTheirFrame() async throws {
        var report = Sample.frame(1)
        report.nearMisses = ["jay on the eggs", "night"]
        await store.record([report, Sample.frame(2)], at: Sample.start)
        #expect(try await store.frame(report.id)?.nearMisses == ["jay on the eggs", "night"])
        #expect(try await store.frame(Sample.identity(2).id)?.nearMisses == [])
    }

    @Test func notesAreKeptUnderTheirName() async throws {
        #expect(try await store.note("rules") == nil)
        try await store.setNote("rules", to: "{}")
        #expect(try await store.note("rules") == "{}")
        try await store.setNote("rules", to: nil)
        #expect(try await store.note("rules") == nil)
    }
}
