import Foundation
import GRDB
import Glibc
import Logging
import Settings
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Appliance
@testable import Delivery
@testable import Rules
@testable import Store

/// Pictures of frames while the disk refuses records, and originals of an earlier life.
struct PictureKeepingTests {
    let directory: TemporaryDirectory
    let store: Store
    let owed = OwedPictures()
    let queue = ReportQueue()
    let originals = Originals()
    let journal: IntentJournal

    init() throws {
        directory = try TemporaryDirectory()
        store = try Store(directory: directory.path("state"), now: Instant(milliseconds: 1_790_000_000_000))
        journal = IntentJournal(path: directory.path("intents"), boot: "one")
        try FileManager.default.createDirectory(atPath: directory.path("yard"), withIntermediateDirectories: true)
    }

    private func recorder(deleting: Bool = false) async -> Recorder {
        var configuration = Configuration.preset
        configuration.sources[0].name = "yard"
        configuration.sources[0].directory = directory.path("yard")
        configuration.sources[0].after = deleting ? .delete : .leave
        return Recorder(
            queue: queue, store: store, journal: journal, settings: CurrentSettings(InForce(configuration)),
            thumbnails: Thumbnails(store), originals: originals, owed: owed,
            firstStarts: await FirstStarts([], store: store, now: Instant(milliseconds: 0)), tally: Tally(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// A frame whose file is there.
    private func frame(_ name: String) throws -> FrameReport {
        let path = directory.path("yard/\(name)")
        try Data("picture \(name)".utf8).write(to: URL(filePath: path))
        let identity = try #require(FrameIdentity(ofFile: path, source: "yard", directory: directory.path("yard")))
        return FrameReport(
            identity: identity, path: path, time: Instant(milliseconds: 1_790_000_000_000), state: .recorded,
            deadline: .seconds(1))
    }

    private func readOnly(_ on: Bool) async throws {
        try await store.connection.withWriter { database in
            Result { try database.execute(sql: "PRAGMA query_only = \(on ? 1 : 0)") }
        }.get()
    }

    @Test func aPictureWhoseFrameWaitsInMemoryIsKeptWhenTheFrameIsOnRecord() async throws {
        let recorder = await recorder()
        let report = try frame("1.jpg")
        try await readOnly(true)
        queue.put(report)
        queue.close()
        await recorder.run()
        #expect(store.health.waiting == 1)
        await recorder.settleOwed()
        try await readOnly(false)
        await store.update(
            ActionReport(name: "a", state: .done), of: DetectionID(rawValue: "aaaaaaaaaaaaaaaaaaaa"), at: report.time)
        await recorder.settleOwed()
        try FileManager.default.removeItem(atPath: report.path)
        #expect(try await store.picturePath(of: report.id)?.hasPrefix(store.directory) == true)
        #expect(owed.lost == 0 && owed.take() == nil)
    }

    @Test func tooManyOwedPicturesAreCounted() throws {
        let report = try frame("1.jpg")
        for number in 0..<1_003 {
            #expect(owed.put(OwedPictures.Picture(report, isWithheld: false)) == (number == 0))
        }
        #expect(owed.lost == 3)
    }

    @Test func anOriginalOfAnEarlierLifeThatIsWithheldIsRemovedAsTheSettingsSay() async throws {
        let withheld = try frame("person.jpg")
        let plain = try frame("hen.jpg")
        var broken = try frame("broken.jpg")
        broken.state = .quarantined(reason: "truncated")
        await store.record([withheld, plain, broken], withheld: [withheld.id], at: withheld.time)
        await originals.takeUp(directory.path("yard"), of: "yard", running: [], store: store)
        #expect(await originals.removeAll(store, of: ["yard": directory.path("yard")]) == 2)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path("yard")) == ["broken.jpg"])
        #expect(try await store.picturePath(of: plain.id) != nil)
        #expect(try await store.picturePath(of: withheld.id) == nil)
    }

    /// Nobody, not even root, deletes a file of the kernel's.
    @Test func anOriginalThatTheSystemDoesNotDeleteIsTold() async throws {
        let path = "/sys/kernel/notes"
        guard let identity = FrameIdentity(ofFile: path, source: "kernel", directory: "/sys/kernel") else {
            return print("skipped: this system has no \(path)")
        }
        originals.recorded(
            FrameReport(
                identity: identity, path: path, time: Instant(milliseconds: 0), state: .recorded, deadline: .seconds(1))
        )
        originals.recorded(try frame("hen.jpg"))
        let directories = ["kernel": "/sys/kernel", "yard": directory.path("yard")]
        #expect(await originals.removeAll(store, of: directories) == 1)
        let refusal = try #require(originals.refusals(directories).first)
        #expect(originals.refusals(directories).count == 1 && refusal.count == 1)
        #expect([.rights, .readOnly, .marked].contains(refusal.reason), "\(refusal)")
        #expect(refusal.sentence.contains("one photo of kernel"), "\(refusal.sentence)")
    }

    @Test(arguments: [
        (EACCES, "umask 002"), (EROFS, "ReadWritePaths=-"), (EPERM, "chattr -i"), (EIO, "disk or server"),
    ])
    func whatCouldNotBeDeletedIsTriedAgainWhenAsked(code: Int32, mend: String) async throws {
        let code = Mutex(code)
        let originals = Originals(unlink: { path in code.withLock { $0 == 0 ? unlink(path) : $0 } })
        let report = try frame("jay.jpg")
        let directories = ["yard": directory.path("yard")]
        originals.recorded(report)
        #expect(await originals.removeAll(store, of: directories) == 0)
        #expect(originals.refusals(directories).first?.sentence.contains(mend) == true)
        code.withLock { $0 = 0 }
        #expect(await originals.removeAll(store, of: directories) == 0, "not before its time")
        #expect(await originals.removeAll(store, of: directories, alsoRefused: true) == 1)
        #expect(originals.refusals(directories) == [])
        #expect(!FileManager.default.fileExists(atPath: report.path))
    }

    @Test func aDirectoryMayBeWrittenWithASlashAtItsEnd() async throws {
        let report = try frame("jay.jpg")
        originals.recorded(report)
        #expect(await originals.removeAll(store, of: ["yard": directory.path("yard") + "/"]) == 1)
    }

    @Test func whatCouldNotBeDeletedStaysWhereTheSettingsSayLeaveByNow() async throws {
        let code = Mutex(EACCES)
        let originals = Originals(unlink: { path in code.withLock { $0 == 0 ? unlink(path) : $0 } })
        let report = try frame("jay.jpg")
        originals.recorded(report)
        #expect(await originals.removeAll(store, of: ["yard": directory.path("yard")]) == 0)
        code.withLock { $0 = 0 }
        #expect(await originals.removeAll(store, of: [:], alsoRefused: true) == 0)
        #expect(await originals.removeAll(store, of: ["yard": directory.path("yard")], alsoRefused: true) == 0)
        #expect(FileManager.default.fileExists(atPath: report.path))
    }

    /// The process died between the end of an action and the record of its frame; the cool-down it began is its own.
    @Test func anActionThatRanBeforeTheDeathOfTheProcessIsOnRecordAsItEnded() async throws {
        var report = try frame("jay.jpg")
        let now = Moment(monotonic: .seconds(100), wall: report.time)
        let id = DetectionID(frame: report.id, rule: "jay", region: "frame")
        var detection = Detection(
            id: id, visit: id, frame: report.id, time: now.wall, source: "yard", region: "frame", rule: "jay",
            label: "jay", probability: 1, model: ModelID(name: "m", version: "1"), labels: [], trace: [],
            action: "lamp", heldBack: nil, superseded: false, publish: [])
        let due = DueAction(
            detection: detection, action: "lamp", deadline: .seconds(101), expires: .seconds(110), picture: nil,
            isTest: false)
        journal.append(.intent(Intent(due, at: now, boot: "one")))
        journal.append(
            .ended(Intent.Key(detection: id, action: "lamp"), ActionReport(name: "lamp", state: .done, exit: 0)))
        detection.heldBack = .cooldown
        report.detections = [detection]
        queue.put(report)
        queue.close()
        await recorder().run()
        #expect(try await store.detection(id)?.action?.state == .done)
        #expect(try await store.onRecord([id, DetectionID(rawValue: "other")]) == [id])
    }

    @Test func anActionThatNeverStartedGivesItsCooldownBack() async throws {
        let now = Moment(monotonic: .seconds(100), wall: Instant(milliseconds: 1_790_000_000_000))
        let rules = await RuleKeeper(store, now: now)
        let id = DetectionID(frame: FrameID(rawValue: "f"), rule: "jay", region: "frame")
        let detection = Detection(
            id: id, visit: id, frame: FrameID(rawValue: "f"), time: now.wall, source: "yard", region: "frame",
            rule: "jay", label: "jay", probability: 1, model: ModelID(name: "m", version: "1"), labels: [], trace: [],
            action: "lamp", heldBack: nil, superseded: false, publish: [])
        for (state, cools) in [
            (ActionState.queued, true), (.started, true), (.failed, true), (.expired, false), (.heldBack, false),
        ] {
            rules.withLock { state in
                state = RuleState()
                state.noteDue(detection, now: now)
            }
            rules.note(ActionReport(name: "lamp", state: state), of: id)
            #expect(rules.withLock { $0.lastActions.isEmpty } == !cools, "\(state)")
        }
    }
}
