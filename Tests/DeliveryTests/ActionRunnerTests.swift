import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Delivery

extension DeliveryTests {
    /// Counting, waiting, ending and taking up again.
    @Suite struct ActionRunnerTests {
        /// An action that runs until the file `go` is there.
        func waiting(
            _ directory: TemporaryDirectory, atOnce: Int = 1, whenBusy: ActionSettings.WhenBusy = .skip,
            atMost: Int = 100
        ) throws -> ActionSettings {
            ActionSettings(
                name: "wait",
                work: .command([
                    try directory.script(
                        "wait", "echo $ROOSTER_DETECTION >> order; while [ ! -e go ]; do sleep 0.02; done")
                ]), timeout: .seconds(30), atOnce: atOnce, whenBusy: whenBusy,
                atMost: Rate(count: atMost, window: .seconds(3_600)))
        }

        func go(_ yard: Yard) throws {
            try "".write(toFile: yard.directory.path("go"), atomically: false, encoding: .utf8)
        }

        @Test func oneTooManyIsSkippedWithTheReason() async throws {
            let yard = try Yard { [try waiting($0)] }
            #expect(yard.runner.start(due("wait", number: 1)).state == .started)
            let second = yard.runner.start(due("wait", number: 2))
            #expect(second.state == .heldBack && second.reason == "busy: 1 of 1 at once run already")
            #expect(yard.runner.load()["wait"]?.isBusy == true)
            try go(yard)
            #expect(await yard.end(of: due("wait", number: 1))?.state == .done)
            #expect(yard.runner.load()["wait"]?.isBusy == false)
            #expect(yard.runner.start(due("wait", number: 3)).state == .started)
            yard.close()
        }

        @Test func queuedOnesStartInTheirOrder() async throws {
            let yard = try Yard { [try waiting($0, whenBusy: .queue)] }
            let all = (1...4).map { due("wait", number: $0) }
            #expect(all.map { yard.runner.start($0).state } == [.started, .queued, .queued, .queued])
            #expect(yard.runner.load()["wait"]?.queued == 3)
            try go(yard)
            for one in all { #expect(await yard.end(of: one)?.state == .done) }
            #expect(yard.read("order") == all.map { $0.detection.id.rawValue + "\n" }.joined())
            let second = yard.reports.filter { $0.0 == all[1].detection.id }.map(\.1.state)
            #expect(second == [.started, .done])
            yard.close()
        }

        @Test func whatWaitsTooLongExpires() async throws {
            let yard = try Yard { [try waiting($0, whenBusy: .queue)] }
            _ = yard.runner.start(due("wait", number: 1))
            let second = due("wait", number: 2, expiresIn: .milliseconds(150))
            #expect(yard.runner.start(second).state == .queued)
            #expect(await yard.end(of: second)?.state == .expired)
            #expect(yard.runner.start(due("wait", number: 3, expiresIn: .zero)).state == .expired)
            yard.close()
        }

        @Test func moreThanAtMostAreHeldBack() async throws {
            let yard = try Yard { [try waiting($0, atOnce: 10, atMost: 2)] }
            let states = (1...3).map { yard.runner.start(due("wait", number: $0)).state }
            #expect(states == [.started, .started, .heldBack])
            #expect(yard.runner.load()["wait"]?.isRateExceeded == true)
            yard.close()
        }

        @Test func aDryRunDoesNothingAndSaysSo() async throws {
            let yard = try Yard { directory in
                var action = try waiting(directory)
                action.dryRun = true
                return [action]
            }
            let report = yard.runner.start(due("wait"))
            #expect(report.state == .dryRun && report.started == nil)
            #expect(yard.read("order") == "(no file order)")
            #expect(yard.runner.load()["wait"]?.startedInWindow == 1)
            yard.close()
        }

        @Test func aDetectionSetsOffItsActionOnceEvenAcrossAnEndOfTheProcess() async throws {
            let directory = try TemporaryDirectory()
            let yard = try Yard({ [try waiting($0)] }, in: directory)
            try go(yard)
            #expect(yard.runner.start(due("wait")).state == .started)
            let first = await yard.end(of: due("wait"))
            #expect(yard.runner.start(due("wait")).state == .done)
            yard.close()
            let again = try Yard({ [try waiting($0)] }, in: directory)
            #expect(again.runner.recover(isArmed: true).isEmpty)
            let report = again.runner.start(due("wait"))
            #expect(report.state == .done && report.started == first?.started && report.exit == 0)
            #expect(again.read("order").split(separator: "\n").count == 1)
            #expect(again.runner.load()["wait"]?.startedInWindow == 1)  // at_most survives too
            again.close()
        }

        @Test func anIntentWithoutStartIsStartedAgainWithItsIdWithinItsTime() async throws {
            let directory = try TemporaryDirectory()
            let now = systemClock()
            let fresh = due("wait", number: 1, now: now)
            let stale = due("wait", number: 2, expiresIn: .milliseconds(1), now: now)
            let ran = due("wait", number: 3, now: now)
            do {  // what a process leaves that is killed between intent and start, and while an action runs
                let journal = IntentJournal(path: directory.path("intents"))
                for one in [fresh, stale, ran] {
                    journal.append(.intent(Intent(one, at: now, boot: journal.boot)))
                }
                journal.append(.started(Intent.Key(detection: ran.detection.id, action: "wait"), at: now.wall))
            }
            let yard = try Yard({ [try waiting($0)] }, in: directory)
            try go(yard)
            _ = await eventually { systemClock().monotonic > stale.expires }
            let recovered = Dictionary(uniqueKeysWithValues: yard.runner.recover(isArmed: true).map { ($0, $1) })
            #expect(recovered[fresh.detection.id]?.state == .started)
            #expect(recovered[stale.detection.id]?.state == .expired)
            #expect(recovered[ran.detection.id]?.state == .failed)
            #expect(recovered[ran.detection.id]?.reason?.contains("how it ended is not known") == true)
            #expect(await yard.end(of: fresh)?.state == .done)
            #expect(yard.read("order") == fresh.detection.id.rawValue + "\n")
            #expect(yard.runner.start(stale).state == .expired)
            yard.close()
        }

        @Test func disarmedNothingIsStartedAgain() async throws {
            let directory = try TemporaryDirectory()
            let now = systemClock()
            do {
                let journal = IntentJournal(path: directory.path("intents"))
                journal.append(.intent(Intent(due("wait", now: now), at: now, boot: journal.boot)))
            }
            let yard = try Yard({ [try waiting($0)] }, in: directory)
            let recovered = yard.runner.recover(isArmed: false)
            #expect(recovered.map(\.report.state) == [.heldBack] && recovered.first?.report.reason == "disarmed")
            yard.close()
        }

        @Test func disarmingEndsWhatRunsAndHoldsBackWhatWaits() async throws {
            let yard = try Yard { [try waiting($0, whenBusy: .queue)] }
            #expect(yard.runner.start(due("wait", number: 1)).state == .started)
            #expect(yard.runner.start(due("wait", number: 2)).state == .queued)
            yard.runner.endAll()
            let first = await yard.end(of: due("wait", number: 1))
            #expect(first?.state == .failed && first?.reason == "ended because Rooster was disarmed")
            let second = await yard.end(of: due("wait", number: 2))
            #expect(second?.state == .heldBack && second?.reason == "disarmed")
            yard.close()
        }

        @Test func stoppingEndsWhatRunsAndLeavesWhatWaitsForTheNextStart() async throws {
            let directory = try TemporaryDirectory()
            let yard = try Yard({ [try waiting($0, whenBusy: .queue)] }, in: directory)
            #expect(yard.runner.start(due("wait", number: 1)).state == .started)
            #expect(yard.runner.start(due("wait", number: 2)).state == .queued)
            yard.close()
            #expect(yard.reports.map(\.1.reason) == ["ended because Rooster was stopped"])
            #expect(yard.runner.start(due("wait", number: 3)).reason == "Rooster is stopping")
            let again = try Yard({ [try waiting($0, whenBusy: .queue)] }, in: directory)
            let recovered = again.runner.recover(isArmed: true)
            #expect(recovered.map(\.detection) == [due("wait", number: 2).detection.id])
            #expect(recovered.first?.report.state == .started)
            again.close()
        }

        @Test func settingsAreExchangedWhileActionsRun() async throws {
            let yard = try Yard { [try waiting($0, whenBusy: .queue)] }
            #expect(yard.runner.start(due("wait", number: 1)).state == .started)
            #expect(yard.runner.start(due("wait", number: 2)).state == .queued)
            yard.runner.replace(actions: [ActionSettings(name: "true", work: .command(["true"]))])
            #expect(await yard.end(of: due("wait", number: 2))?.state == .failed)
            #expect(Set(yard.runner.load().keys) == ["true"])
            #expect(yard.runner.start(due("wait", number: 3)).state == .failed)
            #expect(yard.runner.start(due("true", number: 4)).state == .started)
            try go(yard)
            #expect(await yard.end(of: due("wait", number: 1))?.state == .done)  // it goes on under its old settings
            #expect(await yard.end(of: due("true", number: 4))?.state == .done)
            yard.close()
        }

        @Test func aTestIsMarkedAsSuchAndLeavesNoTrace() async throws {
            let yard = try Yard { directory in
                [
                    ActionSettings(
                        name: "show", work: .command([try directory.script("show", "echo \"<$ROOSTER_TEST>\"; cat")]),
                        atMost: Rate(count: 1, window: .seconds(60)))
                ]
            }
            for _ in 0..<2 {
                let report = await yard.runner.test("show", picture: "/p.jpg")
                #expect(report.state == .done && report.output?.hasPrefix("<1>\n{\"schema\":1,") == true)
                #expect(report.output?.contains("\"test\":true") == true)
            }
            #expect(await yard.runner.test("unknown").state == .failed)
            #expect(yard.reports.isEmpty && yard.journal.entries().isEmpty)
            #expect(yard.runner.load()["show"]?.startedInWindow == 0)
            yard.close()
            #expect(await yard.runner.test("show").reason == "Rooster is stopping")
        }

        @Test func aTestThatTakesLongIsToldToBeRunning() async throws {
            let yard = try Yard { [try waiting($0)] }
            let report = await yard.runner.test("wait", patience: .milliseconds(50))
            #expect(report.state == .started)
            #expect(report.reason?.hasPrefix("still running after") == true)
            try go(yard)
            #expect(await eventually { yard.runner.load()["wait"]?.running == 0 })
            yard.close()
        }

        @Test func anIntentThatCannotBeWrittenHoldsUpNothing() async throws {
            let directory = try TemporaryDirectory()
            let journal = IntentJournal(path: directory.path("no/such/folder/intents"))
            let client = HTTPClient(usesProxyOfEnvironment: false)
            let log = Yard.Log()
            let runner = ActionRunner(
                actions: [ActionSettings(name: "true", work: .command(["true"]))], journal: journal, client: client,
                clock: systemClock
            ) { log.add($0, $1) }
            #expect(runner.start(due("true")).state == .started)
            #expect(await eventually { log.all.last?.1.state == .done })
            #expect(journal.health.failures >= 2)
            #expect(runner.start(due("true")).state == .done)  // still not twice: memory remembers
            runner.close()
            client.close()
        }

        @Test func startingIsQuick() async throws {
            let yard = try Yard { _ in
                [
                    ActionSettings(
                        name: "true", work: .command(["/bin/true"]), atOnce: 1_000,
                        atMost: Rate(count: 10_000, window: .seconds(60)))
                ]
            }
            var times: [Duration] = []
            for number in 0..<200 {
                let one = due("true", number: number)
                let before = ContinuousClock.now
                #expect(yard.runner.start(one).state == .started)
                times.append(ContinuousClock.now - before)
                if number % 20 == 0 { _ = await yard.end(of: one) }
            }
            times.sort()
            print(
                "starting a program: median \(times[100].milliseconds) ms, p95 \(times[190].milliseconds) ms,",
                "worst \(times[199].milliseconds) ms")
            _ = await yard.end(of: due("true", number: 199))
            yard.close()
        }
    }
}
