import Foundation
import Store
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Delivery

extension DeliveryTests {
    /// From a recorded frame to the phone, through a real record and a real socket.
    @Suite struct DispatcherTests {
        final class TroubleLog: Sendable {
            private let lines = Mutex<[String]>([])
            func add(_ line: String) { lines.withLock { $0.append(line) } }
            var all: [String] { lines.withLock { $0 } }
        }

        /// A record, servers and a dispatcher that runs until the body ends.
        final class Post: Sendable {
            let directory: TemporaryDirectory
            let store: Store
            let client = HTTPClient(usesProxyOfEnvironment: false)
            let servers: [String: NtfyServer]
            let dispatcher: ChannelDispatcher
            let publications: [Publication]
            private let troubles = TroubleLog()

            init(
                _ channels: [String], in directory: TemporaryDirectory? = nil,
                _ change: (inout ChannelSettings) -> Void = { _ in }
            ) throws {
                self.directory = try directory ?? TemporaryDirectory()
                store = try Store(directory: self.directory.path("state"), now: systemClock().wall)
                let token = self.directory.path("token")
                try NtfyServer.token.write(toFile: token, atomically: false, encoding: .utf8)
                var servers: [String: NtfyServer] = [:]
                var settings: [ChannelSettings] = []
                for name in channels {
                    let server = try NtfyServer()
                    servers[name] = server
                    var channel = ChannelSettings(
                        name: name, kind: .ntfy(ChannelSettings.Ntfy(url: server.url, tokenFile: token)))
                    change(&channel)
                    settings.append(channel)
                }
                self.servers = servers
                publications = settings.map { channel in
                    Publication(
                        channel: channel.name, when: Publication.When(rawValue: channel.when.rawValue) ?? .start,
                        troubles: channel.troubles, expires: channel.expires)
                }
                let troubles = self.troubles
                dispatcher = ChannelDispatcher(
                    channels: settings, store: store, client: client, timeZone: .gmt, clock: systemClock,
                    jitter: { 0 }
                ) { channel, sentence in
                    troubles.add("\(channel): \(sentence ?? "well again")")
                }
            }

            var troubleLog: [String] { troubles.all }
            var status: [String: ChannelStatus] {
                Dictionary(uniqueKeysWithValues: dispatcher.status().map { ($0.name, $0) })
            }

            /// Records a frame in which a jay was seen; keeps its picture.
            @discardableResult
            func see(_ number: Int, visit: Int? = nil, withheld: Bool = false) async throws -> FrameReport {
                let file = directory.path("\(number).jpg")
                try Data(NtfyServer.jpeg).write(to: URL(filePath: file))
                var report = Self.frame(number, path: file)
                let id = DetectionID(frame: report.id, rule: "jays", region: "frame")
                let first = DetectionID(
                    frame: Self.frame(visit ?? number, path: file).id, rule: "jays", region: "frame")
                report.detections = [
                    Detection(
                        id: id, visit: first, frame: report.id, time: report.time, source: "nest", region: "frame",
                        rule: "jays", label: "jay", probability: 0.97, model: ModelID(name: "m", version: "1"),
                        labels: [], trace: [], action: "sprinkler", heldBack: nil, superseded: false,
                        publish: publications.map(\.channel))
                ]
                report.actions = [id: ActionReport(name: "sprinkler", state: .started, started: report.time)]
                await store.record(
                    [report], publications: publications, withheld: withheld ? [report.id] : [], at: systemClock().wall)
                return report
            }

            static func frame(_ number: Int, path: String) -> FrameReport {
                var status = stat()
                stat(path, &status)
                return FrameReport(
                    identity: FrameIdentity(
                        source: "nest", file: .inode(device: UInt64(status.st_dev), inode: UInt64(number)), size: 164,
                        modified: 1),
                    path: path, time: systemClock().wall, state: .recorded, deadline: .seconds(1),
                    latency: .milliseconds(84))
            }

            func states(of report: FrameReport) async -> [OutboxItem.State] {
                let visit = report.detections.first?.visit ?? DetectionID(rawValue: "")
                return (try? await store.messages(of: visit).map(\.state)) ?? []
            }

            /// Runs the dispatcher while the body runs, then closes everything.
            func open(_ body: () async throws -> Void) async {
                let task = Task { await dispatcher.run() }
                do {
                    try await body()
                } catch {
                    Issue.record(error)
                }
                task.cancel()
                await task.value
                client.close()
                for server in servers.values {
                    server.stop()
                    #expect(server.faults == [])
                }
                await store.close()
            }
        }

        @Test func aCameraInTroubleIsToldOnceAndSoIsItsEnd() async throws {
            let post = try Post(["phone", "calm"]) { $0.troubles = $0.name == "phone" }
            let server = try #require(post.servers["phone"])
            await post.open {
                let since = Instant(milliseconds: systemClock().wall.milliseconds - 10_800_000)
                var silence = ConditionReport(
                    source: "nest", condition: .silent, since: since, detail: "no picture for 3 h")
                let night = ConditionReport(source: "nest", condition: .dark, since: since, detail: "dark")
                for _ in 0..<2 {
                    await post.store.record(
                        conditions: [silence, night], publications: post.publications, at: systemClock().wall)
                }
                #expect(await eventually { server.messages.count == 1 })
                silence.until = since + .seconds(10_800)
                for _ in 0..<2 {
                    await post.store.record(
                        conditions: [silence], publications: post.publications, at: systemClock().wall)
                }
                #expect(await eventually { server.messages.count == 2 })
                #expect(await eventually { post.status["phone"]?.delivered == 2 })
                let first = try #require(server.messages.first)
                #expect(first.title == "Camera nest")
                #expect(first.text.contains(/^Camera nest: no picture since (\d{4}-\d\d-\d\d )?\d\d:\d\d$/))
                #expect(first.sequence == "\(silence.id)-began-phone")
                #expect(server.messages.last?.text == "nest: pictures again after 3 h")
                #expect(post.servers["calm"]?.messages.count == 0)
            }
        }

        @Test func aVisitReachesThePhoneOnceWithItsPicture() async throws {
            let post = try Post(["phone"])
            let server = try #require(post.servers["phone"])
            await post.open {
                let report = try await post.see(1)
                try await post.store.keepPicture(of: report.id, from: report.path)
                for number in 2..<6 { try await post.see(number, visit: 1) }
                #expect(await eventually { server.messages.count == 1 })
                #expect(await eventuallyAsync { await post.states(of: report) == [.delivered] })
                let message = try #require(server.messages.first)
                #expect(message.title == "Jay at nest")
                #expect(message.text.contains(/^Jay seen \d\d:\d\d, sprinkler fired after 84 ms$/))
                #expect(message.sequence == "\(report.detections[0].visit)-start-phone")
                try await post.see(7)
                #expect(await eventually { server.messages.count == 2 })
                #expect(await eventually { post.status["phone"]?.delivered == 2 })
                #expect(server.requests.count == 2)
            }
        }

        @Test func aPictureThatMayNotBeShownIsNotSent() async throws {
            let post = try Post(["phone"])
            let server = try #require(post.servers["phone"])
            await post.open {
                try await post.see(1, withheld: true)
                #expect(await eventually { server.messages.count == 1 })
                #expect(server.messages.first?.picture == nil)
            }
        }

        @Test func theEndOfAVisitIsToldWhenItHasEnded() async throws {
            let post = try Post(["diary"]) { $0.when = .end }
            let server = try #require(post.servers["diary"])
            await post.open {
                let report = try await post.see(1)
                try await post.see(2, visit: 1)
                #expect(await post.states(of: report) == [.waiting])
                await post.store.endVisits([report.detections[0].visit], at: systemClock().wall)
                #expect(await eventually { server.messages.count == 1 })
                #expect(server.messages.first?.text.contains("2 times") == true)
            }
        }

        @Test func eachDetectionIsToldWhereThatIsWanted() async throws {
            let post = try Post(["log"]) { $0.when = .each }
            let server = try #require(post.servers["log"])
            await post.open {
                for number in 1...3 { try await post.see(number, visit: 1) }
                #expect(await eventually { server.messages.count == 3 })
                #expect(Set(server.messages.compactMap(\.sequence)).count == 3)
            }
        }

        @Test func aSlowServerHoldsUpNoOtherChannel() async throws {
            let post = try Post(["slow", "quick"])
            let (slow, quick) = (try #require(post.servers["slow"]), try #require(post.servers["quick"]))
            slow.stay(.hang)
            await post.open {
                try await post.see(1)
                #expect(await eventually { slow.requests.count == 1 })
                for number in 2..<6 { try await post.see(number) }
                #expect(await eventually { quick.messages.count == 5 })
                #expect(slow.messages.isEmpty)
            }
        }

        @Test func troubleIsShownAndTheMessageArrivesWhenItHasPassed() async throws {
            let post = try Post(["phone"])
            let server = try #require(post.servers["phone"])
            server.be(.cut, .answer(500))
            await post.open {
                let report = try await post.see(1)
                #expect(await eventually(within: .seconds(30)) { server.messages.count == 1 })
                #expect(server.requests.count == 3)
                #expect(await eventuallyAsync { await post.states(of: report) == [.delivered] })
                #expect(Set(server.requests.map { $0["X-Sequence-ID"] }).count == 1)
                #expect(await eventually { post.status["phone"]?.trouble == nil })
                #expect(post.troubleLog.contains("phone: the ntfy server answered 500 (as the test wanted)"))
                #expect(post.troubleLog.last == "phone: well again")
                let item = try await post.store.messages(of: report.detections[0].visit).first
                #expect(item?.attempts == 3)
            }
        }

        @Test func retryAfterIsKeptTo() async throws {
            let post = try Post(["phone"])
            let server = try #require(post.servers["phone"])
            server.be(.answer(429, headers: ["Retry-After": "3"]))
            await post.open {
                let asked = ContinuousClock.now
                try await post.see(1)
                #expect(await eventually { post.status["phone"]?.pausedUntil != nil })
                try await post.see(2)  // the pause is the channel's
                #expect(await eventually(within: .seconds(30)) { server.messages.count == 2 })
                #expect(ContinuousClock.now - asked >= .milliseconds(2_900))
                #expect(server.requests.count == 3)
            }
        }

        @Test func moreThanAtMostAreRecordedAsLimited() async throws {
            let directory = try TemporaryDirectory()
            func settings(_ channel: inout ChannelSettings) { channel.atMost = Rate(count: 2, window: .seconds(3_600)) }
            let post = try Post(["phone"], in: directory, settings)
            let server = try #require(post.servers["phone"])
            await post.open {
                for number in 1...3 { try await post.see(number) }
                #expect(await eventually { post.status["phone"]?.limited == 1 })
                #expect(server.messages.count == 2)
                let last = Post.frame(3, path: post.directory.path("3.jpg"))
                var report = last
                report.detections = []
                let visit = DetectionID(frame: last.id, rule: "jays", region: "frame")
                let item = try await post.store.messages(of: visit).first
                #expect(item?.state == .limited && item?.error == "more than 2/h")
            }
            // a restart does not open the window again
            let again = try Post(["phone"], in: directory, settings)
            await again.open {
                try await again.see(4)
                #expect(await eventually { again.status["phone"]?.limited == 1 })
            }
        }

        @Test func whatTakesTooLongIsRecordedAsExpired() async throws {
            let post = try Post(["phone"]) { $0.expires = .milliseconds(1_500) }
            let server = try #require(post.servers["phone"])
            server.stay(.answer(500))
            await post.open {
                let report = try await post.see(1)
                #expect(await eventuallyAsync { await post.states(of: report) == [.expired] })
            }
        }

        @Test func aMessageThatIsRefusedIsGivenUpAndTheNextIsSent() async throws {
            let post = try Post(["phone"])
            let server = try #require(post.servers["phone"])
            server.be(.answer(400))
            await post.open {
                let report = try await post.see(1)
                #expect(await eventuallyAsync { await post.states(of: report) == [.failed] })
                try await post.see(2)
                #expect(await eventually { server.messages.count == 1 })
            }
        }

        @Test func wrongSettingsAreShownAndOthersTakenWhileItRuns() async throws {
            let post = try Post(["phone"])
            let server = try #require(post.servers["phone"])
            let right = ChannelSettings(
                name: "phone",
                kind: .ntfy(ChannelSettings.Ntfy(url: server.url, tokenFile: post.directory.path("token"))))
            var wrong = right
            wrong.kind = .ntfy(ChannelSettings.Ntfy(url: server.url, tokenFile: post.directory.path("no-token")))
            post.dispatcher.replace(channels: [wrong])
            await post.open {
                try await post.see(1)
                #expect(await eventually { post.status["phone"]?.trouble?.contains("token_file") == true })
                #expect(server.requests.isEmpty)
                post.dispatcher.replace(channels: [right])
                try await post.see(2)
                #expect(await eventually { server.messages.count == 1 })
                post.dispatcher.replace(channels: [])
                #expect(post.dispatcher.status().isEmpty)
            }
        }

        @Test func whatWasNotDeliveredBeforeAnEndIsDeliveredAfterIt() async throws {
            let directory = try TemporaryDirectory()
            let post = try Post(["phone"], in: directory)
            let server = try #require(post.servers["phone"])
            server.stay(.hang)
            var key: String?
            await post.open {
                try await post.see(1)
                #expect(await eventually { server.requests.count == 1 })
                key = server.requests.first?["X-Sequence-ID"]
            }
            let again = try Post(["phone"], in: directory)
            let second = try #require(again.servers["phone"])
            await again.open {
                #expect(await eventually { second.messages.count == 1 })
                #expect(second.messages.first?.sequence == key && key != nil)
            }
        }
    }

    @Suite struct PacingTests {
        @Test func pausesGrowDoubleAndEnd() {
            func pause(_ failures: Int, _ jitter: Double, after: Duration? = nil) -> Duration {
                BackOff.pause(after: .later("", after: after), failures: failures, jitter: jitter)
            }
            #expect([1, 2, 3, 4].map { pause($0, 1) } == [2, 4, 8, 16].map { .seconds($0) })
            #expect(pause(1, 0) == .seconds(1) && pause(1_000_000, 1) == BackOff.longest)
            #expect(pause(1, 0, after: .seconds(40)) == .seconds(40))
            #expect(pause(1, 0, after: .seconds(10_000_000)) == BackOff.longestAsked)
            #expect(BackOff.pause(after: .misconfigured(""), failures: 1, jitter: 1) == BackOff.longest)
            #expect(BackOff.pause(after: .refused(""), failures: 1, jitter: 1) == .zero)
        }

        @Test func aClockThatIsSetIsSeenInBothDirectionsAndADisciplinedOneIsNot() {
            var steps = ClockSteps()
            func note(_ monotonic: Int, _ wall: Int) {
                steps.note(Moment(monotonic: .seconds(monotonic), wall: Instant(milliseconds: Int64(wall) * 1_000)))
            }
            note(10, 10_000)
            note(70, 10_061)
            #expect(steps.owed == .zero)
            note(80, 20_071)
            #expect(steps.owed == .seconds(10_000))
            #expect(steps.since == Instant(milliseconds: 20_061_000))
            note(81, 5_072)  // not told yet: both are owed
            #expect(steps.owed == .seconds(-5_000))
            steps.settle()
            note(82, 5_073)
            #expect(steps.owed == .zero)
        }

        @Test func aBellWakesOnceAndKeepsARing() async {
            let bell = Bell()
            bell.ring()
            let began = ContinuousClock.now
            await bell.wait(atMost: .seconds(30))
            await bell.wait(atMost: .milliseconds(20))
            let waiting = Task { await bell.wait(atMost: .seconds(30)) }
            bell.ring()
            await waiting.value
            let cancelled = Task { await bell.wait(atMost: .seconds(30)) }
            cancelled.cancel()
            await cancelled.value
            #expect(ContinuousClock.now - began < .seconds(20))
        }
    }
}

/// ``eventually(within:_:)`` for conditions that wait.
func eventuallyAsync(within time: Duration = .seconds(60), _ condition: () async -> Bool) async -> Bool {
    let end = ContinuousClock.now + time
    while !(await condition()) {
        if ContinuousClock.now >= end { return await condition() }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return true
}
