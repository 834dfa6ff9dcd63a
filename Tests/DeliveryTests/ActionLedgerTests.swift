import TestSupport
import Testing
import Vocabulary

@testable import Delivery

extension DeliveryTests {
    @Suite struct ActionLedgerTests {
        let start = Moment(monotonic: .seconds(1_000), wall: Instant(milliseconds: 0))

        func settings(
            atOnce: Int = 1, whenBusy: ActionSettings.WhenBusy = .skip, atMost: Int = 1_000
        ) -> ActionSettings {
            ActionSettings(
                name: "a", work: .command(["true"]), atOnce: atOnce, whenBusy: whenBusy,
                atMost: Rate(count: atMost, window: .seconds(60)))
        }

        @Test func oneMoreThanAtOnceIsHeldBackWithTheFigures() {
            var ledger = ActionLedger(settings(atOnce: 2))
            #expect(ledger.admit(due("a", number: 1, now: start), now: start.monotonic) == .start)
            #expect(ledger.admit(due("a", number: 2, now: start), now: start.monotonic) == .start)
            #expect(ledger.load(now: start.monotonic).isBusy)
            #expect(
                ledger.admit(due("a", number: 3, now: start), now: start.monotonic)
                    == .heldBack(.busy, "2 of 2 at once run already"))
            ledger.ended()
            #expect(ledger.admit(due("a", number: 4, now: start), now: start.monotonic) == .start)
        }

        @Test func aQueueIsServedInOrderAndBounded() {
            var ledger = ActionLedger(settings(whenBusy: .queue))
            #expect(ledger.admit(due("a", number: 0, now: start), now: start.monotonic) == .start)
            for number in 1...ActionLedger.longestQueue {
                #expect(ledger.admit(due("a", number: number, now: start), now: start.monotonic) == .wait)
            }
            #expect(ledger.load(now: start.monotonic).isBusy)
            guard case .heldBack(.busy, _) = ledger.admit(due("a", number: 99, now: start), now: start.monotonic) else {
                Issue.record("the queue has no end")
                return
            }
            #expect(ledger.next(now: start.monotonic) == nil)
            ledger.ended()
            #expect(ledger.next(now: start.monotonic)?.0.detection.frame.rawValue == "frame1")
            #expect(ledger.next(now: start.monotonic) == nil)
        }

        @Test func whatWaitedTooLongExpires() {
            var ledger = ActionLedger(settings(whenBusy: .queue))
            _ = ledger.admit(due("a", number: 0, now: start), now: start.monotonic)
            _ = ledger.admit(due("a", number: 1, expiresIn: .seconds(2), now: start), now: start.monotonic)
            #expect(ledger.nextExpiry == start.monotonic + .seconds(2))
            #expect(ledger.next(now: start.monotonic + .seconds(1)) == nil)
            #expect(ledger.next(now: start.monotonic + .seconds(2))?.1 == .expired)
            #expect(ledger.admit(due("a", expiresIn: .zero, now: start), now: start.monotonic) == .expired)
        }

        @Test func atMostHoldsForEveryWindowAndNotForTests() {
            var ledger = ActionLedger(settings(atOnce: 100, atMost: 2))
            #expect(ledger.admit(due("a", now: start), now: start.monotonic) == .start)
            #expect(ledger.admit(due("a", now: start), now: start.monotonic) == .start)
            let held = ledger.admit(due("a", now: start), now: start.monotonic)
            #expect(held == .heldBack(.rate, "started 2 times within 60\u{A0}s"))
            #expect(ledger.load(now: start.monotonic).isRateExceeded)
            #expect(ledger.admit(due("a", now: start, isTest: true), now: start.monotonic) == .start)
            let later = Moment(monotonic: start.monotonic + .seconds(60), wall: start.wall)
            #expect(ledger.admit(due("a", now: later), now: later.monotonic) == .start)
        }

        @Test(arguments: UInt64(0)..<50)
        func noWindowEverHoldsMoreThanItsRate(seed: UInt64) {
            var random = SplitMix64(seed: seed)
            var window = SlidingWindow(Rate(count: Int.random(in: 1...5, using: &random), window: .seconds(10)))
            var now = Duration.seconds(1)
            var happened: [Duration] = []
            for _ in 0..<300 {
                now += .milliseconds(Int.random(in: 0...4_000, using: &random))
                if window.isFull(now: now) { continue }
                window.note(at: now)
                happened.append(now)
                let within = happened.filter { now - $0 < .seconds(10) }.count
                #expect(within <= window.rate.count && within == window.count(now: now))
            }
        }
    }
}
