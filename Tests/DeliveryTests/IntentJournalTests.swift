import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Delivery

extension DeliveryTests {
    @Suite struct IntentJournalTests {
        let directory: TemporaryDirectory
        init() throws { directory = try TemporaryDirectory() }

        let now = Moment(monotonic: .seconds(5_000), wall: Instant(milliseconds: 1_778_571_720_000))

        func intent(_ number: Int, at: Moment? = nil, boot: String = "one") -> Intent {
            Intent(due("sprinkler", number: number, now: at ?? now), at: at ?? now, boot: boot)
        }

        func line(_ seed: Int) -> JournalLine {
            let intent = intent(seed / 3)
            return switch seed % 3 {
            case 0: .intent(intent)
            case 1: .started(intent.key, at: now.wall)
            default:
                .ended(
                    intent.key,
                    ActionReport(
                        name: "sprinkler", state: .failed, started: now.wall, duration: .milliseconds(1_234), exit: 3,
                        reason: "exit \"status\" 3\n"))
            }
        }

        @Test func everyKindOfLineIsReadBackAsItWasWritten() {
            for seed in 0..<3 {
                let line = line(seed)
                #expect(JournalLine(line.text.utf8.dropLast()) == line)
            }
            let odd = Intent(
                due("spr\"inkler\n", label: "Häher \\ 🐦", picture: nil, labels: [], now: now), at: now, boot: "")
            #expect(JournalLine(JournalLine.intent(odd).text.utf8.dropLast()) == .intent(odd))
        }

        @Test func crcIsTheOneOfTheStandard() { #expect(crc32("123456789".utf8) == 0xCBF4_3926) }

        @Test func aJournalIsTakenUpWhereItWasLeft() {
            let path = directory.path("intents")
            do {
                let journal = IntentJournal(path: path, boot: "one")
                for seed in 0..<5 { journal.append(line(seed)) }  // 0 ended, 1 started
                journal.append(.intent(intent(7)))
            }
            let journal = IntentJournal(path: path, boot: "one")
            #expect(journal.entries().count == 3)
            #expect(journal.report(of: intent(0).detection, action: "sprinkler")?.state == .failed)
            #expect(journal.report(of: intent(1).detection, action: "sprinkler")?.state == .started)
            #expect(journal.report(of: intent(7).detection, action: "sprinkler")?.state == .queued)
            #expect(journal.report(of: intent(7).detection, action: "lamp") == nil)
            #expect(journal.health.tornLines == 0)
        }

        @Test(arguments: UInt64(0)..<6)
        func cutAnywhereNothingTrapsAndNoCompleteLineIsLost(seed: UInt64) throws {
            var random = SplitMix64(seed: seed)
            let path = directory.path("intents")
            let lines = (0..<Int.random(in: 1...7, using: &random)).map { line($0) }
            let bytes = lines.flatMap { Array($0.text.utf8) }
            var ends: [Int] = []
            for line in lines { ends.append((ends.last ?? 0) + line.text.utf8.count) }
            let onDisk = Set((0..<3).map { _ in Int.random(in: 0...bytes.count, using: &random) })
            for cut in 0...bytes.count {
                var expected = JournalState()
                // a line whose end alone is missing is whole: its sum says so
                for (line, end) in zip(lines, ends) where end - 1 <= cut { expected.apply(line) }
                #expect(JournalState.read(bytes[..<cut]).0.entries == expected.entries, "cut at \(cut)")
                guard onDisk.contains(cut) else { continue }
                try Data(bytes[..<cut]).write(to: URL(filePath: path))
                let journal = IntentJournal(path: path, boot: "one")
                #expect(journal.entries() == expected.entries)
                // the journal goes on behind the cut
                journal.append(.intent(intent(1_000)))
                #expect(IntentJournal(path: path, boot: "one").entries().count == expected.entries.count + 1)
            }
        }

        @Test(arguments: UInt64(0)..<50)
        func damagedBytesNeverTrapAndLeaveTheOtherLines(seed: UInt64) throws {
            var random = SplitMix64(seed: seed)
            let lines = (0..<12).map { intent($0) }.map { JournalLine.intent($0) }
            var bytes = lines.flatMap { Array($0.text.utf8) }
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let (journal, torn) = JournalState.read(bytes)
            // one damaged byte costs a line, or two where it was the end of one
            #expect(journal.entries.count >= 12 - 8)
            #expect(journal.entries.count == 12 || torn > 0)
        }

        @Test func absurdNumbersInAWholeLineDoNotTrap() {
            var intent = intent(1)
            (intent.monotonic, intent.expires, intent.deadline) = (.min, .max, .min)
            intent.at = Instant(milliseconds: .min)
            for boot in ["one", "two"] {
                let left = intent.timeLeft(now: now, boot: boot)
                _ = intent.age(now: now, boot: boot)
                if let left { _ = intent.due(now: now, timeLeft: left, boot: boot) }
            }
        }

        @Test func whatIsStillWorthStartingIsTold() {
            let intent = intent(1)  // 10 s to live
            func at(_ seconds: Int, wall: Int? = nil) -> Moment {
                Moment(monotonic: now.monotonic + .seconds(seconds), wall: now.wall + .seconds(wall ?? seconds))
            }
            #expect(intent.timeLeft(now: at(4), boot: "one") == .seconds(6))
            #expect(intent.timeLeft(now: at(10), boot: "one") == nil)
            // the wall clock may jump within one boot
            #expect(intent.timeLeft(now: at(4, wall: 9_999), boot: "one") == .seconds(6))
            // over a reboot it is all there is
            let rebooted = Moment(monotonic: .seconds(3), wall: now.wall + .seconds(4))
            #expect(intent.timeLeft(now: rebooted, boot: "two") == .seconds(6))
            let setBack = Moment(monotonic: .seconds(3), wall: now.wall - .seconds(4))
            #expect(intent.timeLeft(now: setBack, boot: "two") == nil)
            #expect(intent.age(now: setBack, boot: "two") == .zero)
        }

        @Test func compactingKeepsWhatIsOpenAndTheLatestOfEachCooldown() throws {
            let path = directory.path("intents")
            let journal = IntentJournal(path: path, boot: "one")
            var rare = due("lamp", number: 0, now: now)
            rare.detection.rule = "fox"
            journal.append(.intent(Intent(rare, at: now, boot: "one")))
            journal.append(
                .ended(
                    Intent.Key(detection: rare.detection.id, action: "lamp"), ActionReport(name: "lamp", state: .done)))
            journal.noteOnRecord([(detection: rare.detection.id, action: "lamp")])
            journal.append(.intent(intent(1)))
            for number in 2..<4_000 {
                journal.append(.intent(intent(number)))
                journal.append(.started(intent(number).key, at: now.wall))
                journal.append(.ended(intent(number).key, ActionReport(name: "sprinkler", state: .done)))
                journal.noteOnRecord([(detection: intent(number).detection, action: "sprinkler")])
                journal.compactIfLarge()
            }
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
            #expect(size < 3 * IntentJournal.leastCompaction)
            let again = IntentJournal(path: path, boot: "one")
            #expect((JournalState.kept..<4_000).contains(again.entries().count))
            #expect(again.report(of: rare.detection.id, action: "lamp")?.state == .done)
            #expect(again.report(of: intent(1).detection, action: "sprinkler")?.state == .queued)
            #expect(again.report(of: intent(3_999).detection, action: "sprinkler")?.state == .done)
            #expect(again.health.tornLines == 0)
        }

        @Test func whatIsNotOnRecordIsNotForgotten() throws {
            let path = directory.path("intents")
            let journal = IntentJournal(path: path, boot: "one")
            for number in 1..<3_000 {
                journal.append(.intent(intent(number)))
                journal.append(.ended(intent(number).key, ActionReport(name: "sprinkler", state: .done)))
                if number > 10 { journal.noteOnRecord([(detection: intent(number).detection, action: "sprinkler")]) }
                journal.compactIfLarge()
            }
            let again = IntentJournal(path: path, boot: "one")
            for number in 1...10 {
                #expect(again.report(of: intent(number).detection, action: "sprinkler")?.state == .done)
            }
            #expect(again.entries().count < 2_999)
        }

        @Test func aDirectoryThatIsMissingIsCountedAndWritingGoesOnWhenItComes() throws {
            let journal = IntentJournal(path: directory.path("away/intents"), boot: "one")
            #expect(!journal.append(.intent(intent(1))))
            #expect(journal.health.failures == 1)
            #expect(journal.health.fault?.contains("away/intents cannot be written") == true)
            try FileManager.default.createDirectory(atPath: directory.path("away"), withIntermediateDirectories: false)
            #expect(journal.append(.intent(intent(2))))
            #expect(journal.health.fault == nil)
            #expect(journal.report(of: intent(1).detection, action: "sprinkler")?.state == .queued)
        }

        @Test func startsRestoreCooldownsAndNeverLieInTheFuture() {
            let journal = IntentJournal(path: directory.path("intents"), boot: "one")
            journal.append(.intent(intent(1)))
            journal.append(.intent(intent(2)))
            journal.append(.ended(intent(2).key, ActionReport(name: "sprinkler", state: .heldBack)))
            let later = Moment(monotonic: now.monotonic + .seconds(7), wall: now.wall - .seconds(3_600))
            let starts = journal.starts(now: later)
            #expect(starts.map(\.age) == [.seconds(7)])
            #expect(starts.first?.rule == "jay on the eggs" && starts.first?.region == "left box")
        }
    }
}
