import Foundation
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Capture

/// Starts, restarts, lost events: no frame twice, none lost.
@Suite struct WatcherRestartTests {
    @Test func theFirstStartNotesWhatIsOldAndAnswersWhatIsFresh() throws {
        let directory = try TemporaryDirectory()
        for number in 0..<700 {
            try directory.write(jpeg(data: 20), to: "old\(number).jpg")
            try directory.age("old\(number).jpg", by: 3_600)
        }
        try directory.write(jpeg(), to: "fresh.jpg")
        let yard = try Yard(in: directory, firstLook: realClock().wall)
        #expect(eventually { yard.noted.count == 700 && yard.answers.count == 1 })
        #expect(yard.isQuiet())
        #expect(yard.names == ["fresh.jpg"])
        #expect(yard.firstLooks == [700], "told once, behind what it noted")
        #expect(yard.recorded[0].origin == .startup)
        #expect(Set(yard.noted.map(\.identity.id)).count == 700 && yard.status.noted == 700)
        let age = realClock().wall - yard.noted[0].time
        #expect(age > .seconds(3_590) && age < .seconds(3_700))
    }

    /// Killed before its first look was on record: what came while it ran was due an answer, however old it is by now.
    @Test func aFirstLookThatWasCutShortGoesOnFromWhereItBegan() throws {
        let directory = try TemporaryDirectory()
        for (name, age) in [("history.jpg", 7_200.0), ("due.jpg", 1_800.0)] {
            try directory.write(jpeg(), to: name)
            try directory.age(name, by: age)
        }
        let yard = try Yard(in: directory, firstLook: realClock().wall - .seconds(3_600))
        #expect(eventually { yard.noted.count == 1 && yard.answers.count == 1 })
        #expect(yard.isQuiet())
        #expect(yard.names == ["due.jpg"])
    }

    /// The clock of a board without a battery, before it has learnt the time.
    @Sendable private static func clockOf1970() -> Moment {
        Moment(monotonic: realClock().monotonic, wall: Instant(milliseconds: 60_000))
    }

    @Test func underAClockOf1970WhatLiesThereIsNotedAtTheFirstStartAndStaleLater() throws {
        let directory = try TemporaryDirectory()
        try directory.write(jpeg(1), to: "a.jpg")
        let first = try Yard(in: directory, firstLook: Self.clockOf1970().wall, clock: Self.clockOf1970)
        #expect(eventually { first.noted.count == 1 })
        #expect(first.noted[0].time <= Self.clockOf1970().wall)
        first.close()
        try directory.write(jpeg(2), to: "b.jpg")
        let second = try Yard(in: directory, earlier: [first], clock: Self.clockOf1970)
        #expect(eventually { second.answers.count == 1 })
        let claim = second.recorded[0]
        #expect(claim.time <= Self.clockOf1970().wall, "no frame is of the future")
        let age = realClock().monotonic - claim.completed.monotonic
        #expect(age > .seconds(10), "what may be old sets nothing off")
    }

    @Test func aCameraWhoseClockIsAheadMakesNoFrameOfTheFuture() throws {
        let directory = try TemporaryDirectory()
        try directory.write(jpeg(1), to: "a.jpg")
        try directory.age("a.jpg", by: -86_400)
        let yard = try Yard(in: directory)
        #expect(eventually { yard.answers.count == 1 })
        let claim = yard.recorded[0]
        #expect(claim.time <= realClock().wall)
        #expect(realClock().wall - claim.time < .seconds(300), "the file system knows when it came")
    }

    @Test func aLaterStartAnswersWhatCameMeanwhileNewestFirstWithItsOwnTime() throws {
        let first = try Yard()
        try first.directory.write(jpeg(1), to: "a.jpg")
        #expect(eventually { first.answers.count == 1 })
        first.close()
        for (number, age) in [(1, 300.0), (2, 100.0), (3, 200.0)] {
            try first.directory.write(jpeg(UInt64(number)), to: "\(number).jpg")
            try first.directory.age("\(number).jpg", by: age)
        }
        let second = try Yard(in: first.directory, earlier: [first], isAnswering: false)
        #expect(eventually { second.backlog.count == 3 })
        #expect(second.firstLooks.isEmpty)
        second.startAnswering()
        #expect(eventually { second.answers.count == 3 })
        #expect(second.isQuiet())
        #expect(second.recorded.map { $0.path.suffix(5) } == ["2.jpg", "3.jpg", "1.jpg"])
        for claim in second.recorded {
            #expect(claim.origin == .startup)
            let age = realClock().wall - claim.time
            let monotonicAge = realClock().monotonic - claim.completed.monotonic
            #expect(age > .seconds(90) && abs((age - monotonicAge).milliseconds) < 50)
        }
    }

    @Test(arguments: UInt64(0)..<5)
    func overManyRestartsEachFileIsAnsweredOnce(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let directory = try TemporaryDirectory()
        var yards: [Yard] = []
        var written = 0
        for _ in 0..<6 {
            let yard = try Yard(in: directory, earlier: yards)
            for _ in 0..<Int.random(in: 0..<40, using: &random) {
                written += 1
                try directory.write(jpeg(UInt64(written), data: 10 + written), to: "\(written).jpg")
            }
            yard.close()  // at whatever point it is
            yards.append(yard)
            for _ in 0..<Int.random(in: 0..<10, using: &random) {
                written += 1
                try directory.write(jpeg(UInt64(written), data: 10 + written), to: "\(written).jpg")
            }
        }
        // A claim under way while a yard is closed is answered by that yard or by the next one.
        let last = try Yard(in: directory, earlier: yards)
        let all = { yards.flatMap(\.recorded) + last.recorded }
        #expect(eventually { Set(all().map(\.id)).count == written }, "seed \(seed)")
        #expect(last.isQuiet())
        #expect(Set(all().map(\.path)).count == written)
        #expect(last.recorded.count == Set(last.recorded.map(\.id)).count)
    }

    @Test func lostEventsAreMadeGoodByLookingThroughEverything() throws {
        let yard = try Yard()
        #expect(eventually { yard.status.scans == 1 })
        yard.watcher.loseEvents()
        #expect(eventually { yard.status.scans == 2 })
        #expect(yard.status.overflows == 1)
    }

    @Test func aQueueThatReallyOverflowsLosesNothing() throws {
        // The thread of the source is held up in a question to the record while the kernel's queue (16,384 events unless
        // set otherwise) is filled with more than it holds.
        let gate = Shared(true)
        let asked = Shared(false)
        let directory = try TemporaryDirectory()
        try directory.write(jpeg(), to: "first.jpg")
        let yard = try Yard(
            in: directory,
            known: { _ in
                asked.value.withLock { $0 = true }
                while gate.value.withLock({ $0 }) { usleep(1_000) }
                return []
            })
        #expect(eventually { asked.value.withLock { $0 } })
        let bytes = jpeg(data: 10)
        defer { gate.value.withLock { $0 = false } }
        for number in 0..<6_000 {
            let file = try #require(fopen(directory.path("\(number).tmp"), "w"))
            fwrite(bytes, 1, bytes.count, file)
            fclose(file)
            try directory.move("\(number).tmp", to: "\(number).jpg")
        }
        gate.value.withLock { $0 = false }
        #expect(eventually { yard.answers.count == 6_001 })
        #expect(yard.status.overflows > 0 || queueLength() > 24_000)
        #expect(yard.isQuiet())
        #expect(Set(yard.recorded.map(\.id)).count == 6_001 && yard.answers.count == 6_001)
    }

    private func queueLength() -> Int {
        let text = try? String(contentsOfFile: "/proc/sys/fs/inotify/max_queued_events", encoding: .utf8)
        return text.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? 0
    }
}
