import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Capture

/// How programs put files into a directory: each is answered once.
@Suite struct WatcherTests {
    @Test func aFileWrittenToItsNameIsClaimedWhenItIsClosed() throws {
        let yard = try Yard()
        #expect(eventually { yard.status.scans > 0 })
        let before = realClock()
        try yard.directory.write(jpeg(), to: "a.jpg")
        #expect(eventually { yard.answers.count == 1 })
        let claim = yard.recorded[0]
        #expect(claim.path == yard.directory.path("a.jpg"))
        #expect(claim.origin == .event && !claim.settled)
        #expect(claim.completed.monotonic >= before.monotonic && claim.time == claim.completed.wall)
        #expect(yard.isQuiet())
        #expect(yard.answers.count == 1)
        #expect(yard.status.state == .watching && yard.status.frames == 1 && yard.status.message == nil)
        #expect(yard.status.lastFrame != nil && yard.status.known == 1)
        let place = yard.directory.url.path
        #expect(FrameIdentity(ofFile: claim.path, source: "nest", directory: place) == claim.identity)
        #expect(FrameIdentity(ofFile: place, source: "nest", directory: place) == nil)
    }

    @Test func aFileWrittenBesideAndRenamedIsClaimedUnderItsName() throws {
        let yard = try Yard()
        for name in [".a.jpg.X1", "b.jpg.tmp", "c.jpg.part", "d.jpg.filepart", "e.jpg~"] {
            try yard.directory.write(jpeg(UInt64(name.count)), to: name)
            try yard.directory.move(name, to: String(name.drop { $0 == "." }.prefix(1)) + ".jpg")
        }
        #expect(eventually { yard.answers.count == 5 })
        #expect(yard.isQuiet())
        #expect(yard.names == ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"])
    }

    @Test func aSlowWriterIsAnsweredOnceWhenItIsDone() throws {
        let yard = try Yard(settle: .seconds(10))
        let bytes = jpeg(data: 5_000)
        let file = try #require(fopen(yard.directory.path("a.jpg"), "w"))
        for start in stride(from: 0, to: bytes.count, by: 700) {
            fwrite(Array(bytes[start..<min(start + 700, bytes.count)]), 1, min(700, bytes.count - start), file)
            fflush(file)
            #expect(yard.waitUntilLookedThrough())  // a scan in the middle meets half a file
        }
        fclose(file)
        #expect(eventually { yard.answers.count == 1 })
        #expect(yard.isQuiet())
        #expect(yard.answers.map(\.bytes) == [bytes.count])
        #expect(!yard.recorded[0].settled)
    }

    @Test func aWriterThatOpensAgainForEachPieceIsAnsweredOnce() throws {
        let yard = try Yard(settle: .seconds(10))
        let bytes = jpeg(data: 3_000)
        for start in stride(from: 0, to: bytes.count, by: 500) {
            let seen = yard.handedBack
            let file = try #require(fopen(yard.directory.path("a.jpg"), "a"))
            fwrite(Array(bytes[start..<min(start + 500, bytes.count)]), 1, min(500, bytes.count - start), file)
            fclose(file)
            if start + 500 < bytes.count { #expect(eventually { yard.handedBack > seen }) }
        }
        #expect(eventually { yard.answers.count == 1 })
        #expect(yard.isQuiet())
        #expect(yard.answers.map(\.bytes) == [bytes.count])
    }

    @Test func aWriterThatDiesLeavesAFileThatIsTakenAsItIs() throws {
        let yard = try Yard()
        let cut = Array(jpeg().prefix(500))
        let before = realClock().monotonic
        try yard.directory.write(cut, to: "a.jpg")
        try yard.directory.write([], to: "empty.jpg")
        #expect(eventually { yard.answers.count == 2 })
        #expect(realClock().monotonic - before >= .milliseconds(300))
        #expect(yard.recorded.filter { !$0.settled }.isEmpty)
        #expect(Set(yard.answers.map(\.bytes)) == [500, 0])
        #expect(yard.isQuiet())
        #expect(yard.answers.count == 2)
        try yard.directory.write(jpeg(), to: "a.jpg")  // the camera tries again under the same name
        #expect(eventually { yard.answers.count == 3 })
        #expect(!yard.recorded[2].settled)
    }

    @Test func aFileThatGrowsWithoutBeingClosedAgainIsTakenSoonAfterItsEndCame() throws {
        let yard = try Yard(watch: .poll, settle: .seconds(30))
        #expect(eventually { yard.status.scans > 0 })
        let bytes = jpeg()
        let file = try #require(fopen(yard.directory.path("a.jpg"), "w"))
        defer { fclose(file) }
        fwrite(bytes, 1, 400, file)
        fflush(file)
        #expect(eventually { yard.status.settling == 1 })
        fwrite(Array(bytes[400...]), 1, bytes.count - 400, file)
        fflush(file)
        #expect(eventually { yard.answers.count == 1 })  // not after the 30 s of a settled file
        #expect(!yard.recorded[0].settled)
        #expect(yard.isQuiet())
        #expect(yard.answers.count == 1)
    }

    @Test func aNameThatIsUsedAgainIsAnotherFrame() throws {
        let yard = try Yard()
        for round in 1...5 {
            try yard.directory.write(jpeg(UInt64(round), data: round * 100), to: "latest.jpg")
            #expect(eventually { yard.answers.count == round })
        }
        #expect(yard.isQuiet())
        #expect(Set(yard.recorded.map(\.id)).count == 5)
    }

    @Test func aRenameMakesNoNewFrame() throws {
        let yard = try Yard()
        try yard.directory.write(jpeg(), to: "a.jpg")
        #expect(eventually { yard.answers.count == 1 })
        try yard.directory.move("a.jpg", to: "b.jpg")
        try yard.directory.makeDirectory("day")
        try yard.directory.move("b.jpg", to: "day/c.jpg")
        try yard.directory.move("day", to: "night")
        #expect(yard.isQuiet())
        #expect(yard.answers.count == 1)
        #expect(yard.gone.isEmpty)
    }

    @Test func aFileThatIsRenamedBeforeItIsReadIsFoundUnderItsNewName() throws {
        let yard = try Yard(isAnswering: false)
        try yard.directory.write(jpeg(1), to: "a.jpg")
        try yard.directory.makeDirectory("day")
        try yard.directory.write(jpeg(2), to: "day/x.jpg")
        #expect(eventually { yard.backlog.count == 2 })
        try yard.directory.move("a.jpg", to: "b.jpg")
        try yard.directory.move("day", to: "night")
        yard.startAnswering()
        #expect(eventually { yard.answers.count == 2 })
        #expect(yard.isQuiet())
        #expect(yard.names == ["b.jpg", "night/x.jpg"])
    }

    @Test func aFileWhoseTimeIsSetAfterwardsIsNotAnsweredAgain() throws {
        let yard = try Yard()
        #expect(eventually { yard.status.scans > 0 })
        try yard.directory.write(jpeg(1), to: "a.jpg")
        #expect(eventually { yard.answers.count == 1 })
        try yard.directory.age("a.jpg", by: 3_600)  // as `wget` does
        #expect(yard.isQuiet())
        #expect(yard.waitUntilLookedThrough(times: 3))
        #expect(yard.answers.count == 1 && yard.gone.isEmpty)
        try yard.directory.write(jpeg(2), to: "a.jpg")
        #expect(eventually { yard.answers.count == 2 })
        #expect(yard.isQuiet())
    }

    @Test func aFileWhoseTimeIsSetBeforeItIsReadIsAnsweredOnce() throws {
        let yard = try Yard(isAnswering: false)
        #expect(eventually { yard.status.scans > 0 })
        for number in 1...20 {
            try yard.directory.write(jpeg(UInt64(number)), to: "\(number).jpg")
            #expect(eventually { yard.backlog.count == number })
            try yard.directory.age("\(number).jpg", by: 3_600)
        }
        yard.startAnswering()
        #expect(eventually { yard.answers.count == 20 })
        #expect(yard.isQuiet())
        #expect(Set(yard.names).count == 20 && yard.answers.count == 20)
    }

    @Test func otherBytesOfTheSameSizeAndTimeAreAnotherFrame() throws {
        let yard = try Yard()
        #expect(eventually { yard.status.scans > 0 })
        try yard.directory.write(jpeg(1), to: "a.jpg")
        #expect(eventually { yard.answers.count == 1 })
        let file = open(yard.directory.path("a.jpg"), O_WRONLY)
        var times = [timespec(tv_sec: 1_700_000_000, tv_nsec: 0), timespec(tv_sec: 1_700_000_000, tv_nsec: 0)]
        write(file, [UInt8](repeating: 7, count: 20), 20)
        futimens(file, &times)
        #expect(yard.isQuiet())
        #expect(yard.answers.count == 1, "it is still open")
        close(file)
        #expect(eventually { yard.answers.count == 2 })
        #expect(yard.isQuiet())
        #expect(yard.answers.count == 2)
    }

    @Test func aHardLinkFromElsewhereIsAFrameAndASecondNameIsNone() throws {
        let elsewhere = try TemporaryDirectory()
        let yard = try Yard()
        try elsewhere.write(jpeg(), to: "a.jpg")
        #expect(eventually { yard.status.state == .watching && yard.status.scans > 0 })
        #expect(link(elsewhere.path("a.jpg"), yard.directory.path("a.jpg")) == 0)
        #expect(eventually { yard.answers.count == 1 })
        #expect(yard.recorded[0].origin == .event)
        #expect(link(elsewhere.path("a.jpg"), yard.directory.path("b.jpg")) == 0)
        #expect(yard.isQuiet())
        #expect(yard.answers.count == 1)
    }

    @Test func aFileThatIsDeletedAndMadeAgainIsAnotherFrameAlsoWithTheSameInode() throws {
        let yard = try Yard()
        for round in 1...4 {
            try yard.directory.write(jpeg(), to: "a.jpg")
            #expect(eventually { yard.answers.count == round })
            try yard.directory.remove("a.jpg")
            usleep(5_000)  // the clock of the file system ticks every 4 ms
        }
        #expect(Set(yard.recorded.map(\.id)).count == 4)
        #expect(yard.isQuiet())
        #expect(eventually { yard.waitUntilLookedThrough() && yard.gone.count == 4 }, "their frames are reported gone")
        #expect(Set(yard.gone) == Set(yard.recorded.map(\.id)))
        #expect(yard.status.known == 0)
    }

    @Test func whatIsNoPictureIsLeftAloneAndCounted() throws {
        let elsewhere = try TemporaryDirectory()
        try elsewhere.write(jpeg(), to: "real.jpg")
        let yard = try Yard()
        #expect(eventually { yard.status.scans > 0 })
        for name in [".hidden.jpg", "a.jpg.tmp", "notes.txt"] { try yard.directory.write(jpeg(), to: name) }
        try yard.directory.makeDirectory("folder.jpg")
        try yard.directory.makeDirectory(".thumbnails")
        try yard.directory.write(jpeg(), to: ".thumbnails/a.jpg")
        mkfifo(yard.directory.path("pipe.jpg"), 0o644)
        symlink(elsewhere.path("real.jpg"), yard.directory.path("lastsnap.jpg"))
        symlink(elsewhere.url.path, yard.directory.path("elsewhere"))  // whatever it is: not followed
        let latin: [CChar] =
            Array((yard.directory.url.path + "/k").utf8CString.dropLast()) + [-4, 46, 106, 112, 103, 0]
        close(open(latin, O_CREAT | O_WRONLY, 0o644))
        #expect(yard.isQuiet())
        #expect(yard.answers.isEmpty)
        #expect(
            yard.status.ignored == [.temporaryName: 2, .pattern: 2, .notAFile: 1, .symbolicLink: 1, .notText: 1])
    }

    @Test func fiveThousandFilesAtOnceAreAllAnswered() throws {
        let yard = try Yard()
        let bytes = jpeg(data: 50)
        for number in 0..<5_000 {
            let file = try #require(fopen(yard.directory.path("\(number).jpg"), "w"))
            fwrite(bytes, 1, bytes.count, file)
            fclose(file)
        }
        #expect(eventually { yard.answers.count == 5_000 })
        #expect(yard.isQuiet())
        #expect(Set(yard.recorded.map(\.id)).count == 5_000 && yard.answers.count == 5_000)
    }

    @Test func aBacklogThatIsTooSmallLosesNothing() throws {
        let yard = try Yard(capacity: 20, isAnswering: false)
        #expect(eventually { yard.status.scans > 0 })
        for number in 0..<500 { try yard.directory.write(jpeg(data: 50), to: "\(number).jpg") }
        // A file can be seen in two states on a busy machine: more claims than files are no fault, fewer are.
        #expect(eventually { yard.status.frames >= 500 })
        #expect(yard.backlog.count == 20 && yard.backlog.forgotten >= 480)
        yard.startAnswering()
        #expect(eventually { yard.answers.count == 500 })
        #expect(yard.isQuiet())
        #expect(Set(yard.recorded.map(\.id)).count == 500 && yard.answers.count == 500)
    }

    @Test func aFileThatIsGivenBackIsFoundAgain() throws {
        let yard = try Yard()
        #expect(eventually { yard.status.scans > 0 })
        for number in 0..<3 { try yard.directory.write(jpeg(data: 50 + number), to: "\(number).jpg") }
        #expect(eventually { yard.answers.count == 3 })
        let lost = try #require(yard.answers.first?.claim.identity)
        yard.backlog.giveBack(lost)
        #expect(eventually { yard.answers.count == 4 })
        #expect(yard.answers.last?.claim.identity == lost)
        #expect(yard.isQuiet())
    }

    @Test func stoppingIsPrompt() throws {
        let yard = try Yard()
        #expect(eventually { yard.status.scans > 0 })
        let before = realClock().monotonic
        yard.watcher.stop()
        #expect(realClock().monotonic - before < .seconds(1))
        try yard.directory.write(jpeg(), to: "a.jpg")
        yard.watcher.rescan()
        #expect(yard.backlog.take(atMost: .milliseconds(50)) == nil)
    }
}
