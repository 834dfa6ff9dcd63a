import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Capture

/// Directories that come, go, move, vanish and are too many.
@Suite struct WatcherDirectoryTests {
    @Test(arguments: [false, true])
    func filesInDirectoriesMadeJustBeforeThemAreFound(isDeep: Bool) throws {
        let yard = try Yard()
        #expect(eventually { yard.status.scans > 0 })
        for number in 0..<200 {
            let folder = isDeep ? "\(number % 10)/\(number / 10)/x/y" : "\(number)"
            try yard.directory.makeDirectory(folder)
            try yard.directory.write(jpeg(data: 50), to: folder + "/a.jpg")
        }
        #expect(eventually { yard.answers.count == 200 })
        #expect(yard.isQuiet())
        #expect(Set(yard.names).count == 200 && yard.answers.count == 200)
    }

    @Test func directoriesInTheDirectoryAreLeftAloneWhereTheSourceSaysSo() throws {
        let yard = try Yard(recursive: false)
        try yard.directory.makeDirectory("below")
        try yard.directory.write(jpeg(1), to: "below/a.jpg")
        try yard.directory.write(jpeg(2), to: "b.jpg")
        #expect(yard.isQuiet())
        #expect(yard.names == ["b.jpg"])
    }

    @Test func aDirectoryThatIsMovedInIsLookedThroughAndOneMovedOutIsLeft() throws {
        let elsewhere = try TemporaryDirectory()
        try elsewhere.makeDirectory("day/deep")
        try elsewhere.write(jpeg(1), to: "day/a.jpg")
        try elsewhere.write(jpeg(2), to: "day/deep/b.jpg")
        let yard = try Yard()
        #expect(eventually { yard.status.scans > 0 })
        #expect(rename(elsewhere.path("day"), yard.directory.path("day")) == 0)
        #expect(eventually { yard.answers.count == 2 })
        try yard.directory.write(jpeg(3), to: "day/deep/c.jpg")
        #expect(eventually { yard.answers.count == 3 })
        #expect(eventually { yard.status.watchedDirectories == 3 })
        #expect(rename(yard.directory.path("day"), elsewhere.path("day")) == 0)
        #expect(eventually { yard.status.watchedDirectories == 1 })
        try elsewhere.write(jpeg(4), to: "day/d.jpg")
        #expect(yard.isQuiet())
        #expect(yard.answers.count == 3)
    }

    @Test func aRenamedDirectoryIsWatchedUnderItsNewName() throws {
        let yard = try Yard()
        try yard.directory.makeDirectory("a/deep")
        try yard.directory.write(jpeg(1), to: "a/deep/1.jpg")
        #expect(eventually { yard.answers.count == 1 })
        try yard.directory.move("a", to: "b")
        try yard.directory.write(jpeg(2), to: "b/deep/2.jpg")
        #expect(eventually { yard.answers.count == 2 })
        #expect(yard.isQuiet())
        #expect(yard.names == ["a/deep/1.jpg", "b/deep/2.jpg"])
    }

    @Test func aDirectoryThatVanishesIsReportedAndTakenUpWhenItIsBack() throws {
        let yard = try Yard(path: "mount")
        #expect(eventually { yard.status.state == .missing })
        #expect(yard.status.message?.contains("is not there") == true)
        try yard.directory.makeDirectory("mount")
        try yard.directory.write(jpeg(1), to: "mount/a.jpg")
        #expect(eventually { yard.answers.count == 1 })
        #expect(eventually { yard.status.state == .watching && yard.status.message == nil })
        try yard.directory.move("mount", to: "unmounted")
        #expect(eventually { yard.status.state == .missing })
        try yard.directory.write(jpeg(2), to: "unmounted/b.jpg")
        try yard.directory.move("unmounted", to: "mount")
        #expect(eventually { yard.answers.count == 2 })
        #expect(yard.isQuiet())
        #expect(yard.names == ["mount/a.jpg", "mount/b.jpg"])
        #expect(yard.gone.isEmpty)
    }

    @Test func aDirectoryThatIsDeletedAndMadeAgainIsWatchedAgain() throws {
        let yard = try Yard(path: "mount")
        for round in 1...5 {
            try yard.directory.makeDirectory("mount/deep")
            try yard.directory.write(jpeg(UInt64(round), data: 100 * round), to: "mount/deep/a.jpg")
            #expect(eventually { yard.answers.count == round })
            try yard.directory.remove("mount")
        }
        #expect(eventually { yard.status.state == .missing })
    }

    @Test func aDirectoryPutInThePlaceOfAnotherIsNoticed() throws {
        let yard = try Yard(path: "mount")
        try yard.directory.makeDirectory("mount")
        #expect(eventually { yard.status.state == .watching })
        try yard.directory.makeDirectory("other")
        try yard.directory.write(jpeg(1), to: "other/a.jpg")
        try yard.directory.move("mount", to: "old")
        try yard.directory.move("other", to: "mount")
        #expect(eventually { yard.answers.count == 1 })
        try yard.directory.write(jpeg(2), to: "mount/b.jpg")
        #expect(eventually { yard.answers.count == 2 })
        try yard.directory.write(jpeg(3), to: "old/c.jpg")
        #expect(yard.isQuiet())
        #expect(yard.answers.count == 2)
    }

    @Test func aFileInThePlaceOfTheDirectoryIsReported() throws {
        let yard = try Yard(path: "mount")
        try yard.directory.write([], to: "mount")
        #expect(eventually { yard.status.message?.contains("Not a directory") == true })
        #expect(yard.status.state == .missing)
    }

    @Test(.enabled(if: geteuid() != 0, "rights do not bind root: run as a user to see it"))
    func aDirectoryWithoutRightsSaysWhatToDo() throws {
        let yard = try Yard(path: "mount")
        try yard.directory.makeDirectory("mount")
        chmod(yard.directory.path("mount"), 0)
        #expect(eventually { yard.status.state == .noRights })
        #expect(yard.status.message?.contains("chmod a+rx") == true)
        chmod(yard.directory.path("mount"), 0o755)
        #expect(eventually { yard.status.state == .watching })
    }

    @Test func moreDirectoriesThanTheSystemWatchesAreLookedAtInstead() throws {
        let yard = try Yard(watchLimit: 2)
        for number in 0..<5 { try yard.directory.makeDirectory("\(number)") }
        #expect(eventually { yard.status.state == .polling })
        #expect(yard.status.message?.contains("fs.inotify.max_user_watches") == true)
        for number in 0..<5 { try yard.directory.write(jpeg(UInt64(number)), to: "\(number)/a.jpg") }
        #expect(eventually { yard.answers.count == 5 })
        for number in 0..<5 { try yard.directory.remove("\(number)") }
        #expect(eventually { yard.status.state == .watching && yard.status.message == nil })
        #expect(yard.isQuiet())
        #expect(yard.answers.count == 5)
    }

    @Test func aPolledDirectoryIsAnsweredWithoutNewsFromTheKernel() throws {
        let yard = try Yard(watch: .poll)
        #expect(eventually { yard.status.scans > 0 })
        #expect(yard.status.state == .polling)
        try yard.directory.makeDirectory("day")
        try yard.directory.write(jpeg(1), to: "day/a.jpg")
        try yard.directory.write(jpeg(2), to: "b.jpg")
        #expect(eventually { yard.answers.count == 2 })
        #expect(yard.recorded.allSatisfy { $0.origin == .event })
        #expect(yard.status.watchedDirectories == 0)
        try yard.directory.write(jpeg(3, data: 9), to: "b.jpg")
        #expect(eventually { yard.answers.count == 3 })
        #expect(yard.isQuiet())
        #expect(yard.answers.count == 3)
    }

    @Test func aPolledFileWithAWrongTimeIsNewsAllTheSame() throws {
        let yard = try Yard(watch: .poll)
        #expect(eventually { yard.status.scans > 2 })
        let before = realClock()
        try yard.directory.write(jpeg(1), to: ".a")
        try yard.directory.age(".a", by: 86_400)  // the clock of the file server is a day behind
        try yard.directory.move(".a", to: "a.jpg")
        #expect(eventually { yard.answers.count == 1 })
        #expect(yard.recorded[0].completed.monotonic > before.monotonic - .seconds(5))
    }

    @Test func changedSettingsForgetNothing() throws {
        let yard = try Yard(patterns: ["*.jpg"], path: "a")
        try yard.directory.makeDirectory("a")
        try yard.directory.write(jpeg(1), to: "a/1.jpg")
        try yard.directory.write(jpeg(2), to: "a/2.png")
        #expect(eventually { yard.answers.count == 1 })
        yard.watcher.replace(sources: [
            WatchedSource(name: "nest", directory: yard.directory.path("a"), patterns: ["*.png", "*.jpg"])
        ])
        #expect(eventually { yard.answers.count == 2 })
        #expect(yard.isQuiet())
        #expect(yard.names == ["a/1.jpg", "a/2.png"])
        try yard.directory.makeDirectory("b")
        yard.watcher.replace(sources: [WatchedSource(name: "yard", directory: yard.directory.path("b"))])
        #expect(yard.watcher.status().map { $0.name } == ["yard"])
        try yard.directory.write(jpeg(3), to: "b/3.jpg")
        try yard.directory.write(jpeg(4), to: "a/4.jpg")
        #expect(eventually { yard.answers.count == 3 })
        #expect(yard.isQuiet())
        #expect(yard.answers.count == 3 && yard.recorded[2].identity.source == "yard")
    }
}
