import Foundation
import Store
import Testing
import Vocabulary

@testable import Delivery

extension DeliveryTests {
    @Suite struct MessageWordsTests {
        let words: MessageWords
        init() throws { words = MessageWords(timeZone: try #require(TimeZone(identifier: "Europe/London"))) }

        let time = Instant(milliseconds: 1_778_568_120_084)  // 2026-05-12 07:42 in London, summer time

        func seen(
            _ state: ActionState? = nil, started: Bool = false, reason: String? = nil, heldBack: Clause? = nil,
            latency: Double? = 84.3, region: String = "frame", superseded: Bool = false
        ) -> DetectionItem {
            var detection = sampleDetection()
            detection.time = time
            detection.region = region
            detection.latency = latency
            detection.heldBack = heldBack
            detection.superseded = superseded
            detection.action = state.map {
                DetectionItem.Action(name: "sprinkler", state: $0, started: started ? time : nil, reason: reason)
            }
            return detection
        }

        @Test func theSentenceSaysWhatWasSeenAndWhatWasDone() {
            func sentence(_ detection: DetectionItem) -> String { words.sentence(detection, now: time) }
            #expect(sentence(seen()) == "Jay seen 07:42")
            #expect(sentence(seen(.started, started: true)) == "Jay seen 07:42, sprinkler fired after 84\u{A0}ms")
            #expect(sentence(seen(.done, started: true, latency: nil)) == "Jay seen 07:42, sprinkler fired")
            #expect(
                sentence(seen(.failed, started: true, reason: "exit status 3"))
                    == "Jay seen 07:42, sprinkler fired after 84\u{A0}ms, then failed: exit status 3")
            #expect(
                sentence(seen(.timedOut, started: true, latency: 2_345))
                    == "Jay seen 07:42, sprinkler fired after 2.3\u{A0}s, then ran too long")
            #expect(
                sentence(seen(.failed, reason: "there is no program /x"))
                    == "Jay seen 07:42, sprinkler failed: there is no program /x")
            #expect(
                sentence(seen(.heldBack, heldBack: .cooldown)) == "Jay seen 07:42, sprinkler held back (cool-down)")
            #expect(
                sentence(seen(.heldBack, reason: "busy: 1 of 1 at once run already"))
                    == "Jay seen 07:42, sprinkler held back (still busy)")
            #expect(sentence(seen(.expired)) == "Jay seen 07:42, sprinkler not fired: too late")
            #expect(sentence(seen(.dryRun)) == "Jay seen 07:42, sprinkler would have fired (dry run)")
            #expect(sentence(seen(.queued)) == "Jay seen 07:42, sprinkler waits its turn")
            #expect(sentence(seen(.heldBack, superseded: true)) == "Jay seen 07:42")
        }

        @Test func aMessageOfAnotherDaySaysWhichDay() {
            #expect(words.sentence(seen(), now: time + .seconds(86_400)) == "Jay seen 2026-05-12 07:42")
        }

        @Test func theTitleNamesCameraAndRegion() {
            #expect(words.title(seen()) == "Jay at nest")
            #expect(words.title(seen(region: "left box")) == "Jay at nest, left box")
        }

        @Test func aVisitIsToldFromItsBeginningToItsEnd() {
            let detection = seen(.done, started: true)
            var visit = VisitItem(
                id: detection.visit, cursor: PageCursor(sequence: 1), label: "jay", source: "nest", region: "frame",
                started: time, last: time + .seconds(190), ended: time + .seconds(250), changed: time, count: 12,
                best: seen(.heldBack, heldBack: .cooldown), fired: detection, outcomes: [])
            #expect(
                words.sentence(visit, now: time)
                    == "Jay seen 07:42 to 07:45, 12 times, sprinkler fired after 84\u{A0}ms")
            visit.last = time
            visit.count = 1
            visit.fired = nil
            #expect(words.sentence(visit, now: time) == "Jay seen 07:42, sprinkler held back (cool-down)")
        }

        @Test func durationsAreSaidWithTheirUnits() {
            let said = [84, 999, 1_000, 1_540, 10_000, 99_900, 120_000, 7_200_000, 86_400_000].map {
                spoken(.milliseconds($0)).replacingOccurrences(of: "\u{A0}", with: " ")
            }
            #expect(said == ["84 ms", "999 ms", "1 s", "1.5 s", "10 s", "99.9 s", "2 min", "2 h", "24 h"])
        }
    }
}
