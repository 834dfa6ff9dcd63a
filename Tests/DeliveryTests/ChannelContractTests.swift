import Foundation
import Store
import TestSupport
import Testing
import Vocabulary

@testable import Delivery

extension DeliveryTests {
    /// What every kind of channel must keep to: a new kind is one more case of `Kind`.
    @Suite struct ChannelContractTests {
        enum Kind: CaseIterable { case ntfy }

        /// A channel with the other side that it talks to.
        struct Bench: Sendable {
            var channel: any Channel
            var server: NtfyServer
            var client: HTTPClient
            var secrets: [String]
            let directory: TemporaryDirectory

            func close() {
                client.close()
                server.stop()
            }
        }

        func bench(_ kind: Kind) throws -> Bench {
            let directory = try TemporaryDirectory()
            let client = HTTPClient(usesProxyOfEnvironment: false)
            let server = try NtfyServer()
            switch kind {
            case .ntfy:
                try "\(NtfyServer.token)\n".write(toFile: directory.path("token"), atomically: false, encoding: .utf8)
                let settings = ChannelSettings.Ntfy(url: server.url, tokenFile: directory.path("token"), priority: 4)
                return Bench(
                    channel: NtfyChannel(name: "phone", settings: settings, client: client), server: server,
                    client: client, secrets: [NtfyServer.token], directory: directory)
            }
        }

        func failure(_ bench: Bench, _ message: ChannelMessage = sampleMessage()) async -> DeliveryFailure? {
            do {
                try await bench.channel.deliver(message)
                return nil
            } catch {
                for secret in bench.secrets { #expect(!error.sentence.contains(secret)) }
                #expect(!error.sentence.isEmpty)
                return error
            }
        }

        @Test(arguments: Kind.allCases)
        func aMessageArrivesOnceWithItsPictureAndItsKey(kind: Kind) async throws {
            let bench = try bench(kind)
            #expect(await failure(bench) == nil)
            #expect(bench.server.messages.count == 1)
            #expect(bench.server.messages.first?.picture == NtfyServer.jpeg)
            #expect(bench.server.messages.first?.text == "Jay seen 07:42, sprinkler fired after 84 ms")
            #expect(bench.server.messages.first?.sequence == "visit-start-phone")
            #expect(bench.server.faults == [])
            bench.close()
        }

        @Test(arguments: Kind.allCases)
        func theSameMessageAgainHasTheSameKey(kind: Kind) async throws {
            let bench = try bench(kind)
            for _ in 0..<2 { #expect(await failure(bench) == nil) }
            #expect(Set(bench.server.messages.map(\.sequence)).count == 1)
            bench.close()
        }

        @Test(arguments: Kind.allCases)
        func troubleThatPassesIsToBeTriedLater(kind: Kind) async throws {
            let bench = try bench(kind)
            for mood in [NtfyServer.Mood.cut, .answer(500), .answer(502), .answer(408)] {
                bench.server.be(mood)
                guard case .later(_, after: nil) = await failure(bench) else {
                    Issue.record("\(mood) is not taken as passing")
                    continue
                }
            }
            bench.close()
        }

        @Test(arguments: Kind.allCases)
        func aServerThatAsksToBeLeftAloneIsHeard(kind: Kind) async throws {
            let bench = try bench(kind)
            for status in [429, 503] {
                bench.server.be(.answer(status, headers: ["Retry-After": "17"]))
                guard case .later(let sentence, after: .seconds(17)) = await failure(bench) else {
                    Issue.record("Retry-After of \(status) is not heard")
                    continue
                }
                #expect(sentence.contains("\(status)"))
            }
            bench.close()
        }

        @Test(arguments: Kind.allCases)
        func whatAPersonMustPutRightIsSaid(kind: Kind) async throws {
            let bench = try bench(kind)
            for status in [401, 403, 404, 301] {
                bench.server.be(.answer(status))
                guard case .misconfigured(let sentence) = await failure(bench) else {
                    Issue.record("\(status) is not taken as wrong settings")
                    continue
                }
                #expect(sentence.contains("'phone'") && sentence.contains("\(status)"))
            }
            bench.close()
        }

        @Test(arguments: Kind.allCases)
        func aServerThatIsAwayIsToBeTriedLater(kind: Kind) async throws {
            let bench = try bench(kind)
            bench.server.stop()
            guard case .later = await failure(bench) else {
                Issue.record("a server that is away is not taken as passing")
                return
            }
            bench.client.close()
        }

        @Test(arguments: Kind.allCases)
        func aCancelledDeliveryEndsAtOnce(kind: Kind) async throws {
            let bench = try bench(kind)
            bench.server.be(.hang)
            let task = Task { await failure(bench) }
            #expect(await eventually { bench.server.requests.count == 1 })
            let cancelled = ContinuousClock.now
            task.cancel()
            #expect(await task.value != nil)
            #expect(ContinuousClock.now - cancelled < .seconds(20))
            bench.close()
        }
    }
}

/// A message like those of the dispatcher.
func sampleMessage(
    label: String = "jay", text: String = "Jay seen 07:42, sprinkler fired after 84\u{A0}ms",
    picture: ChannelMessage.Picture? = ChannelMessage.Picture(bytes: NtfyServer.jpeg, name: "jay-1.jpg"),
    key: String = "visit-start-phone"
) -> ChannelMessage {
    ChannelMessage(
        key: key, kind: .start, title: "\(label.capitalizedFirst) at nest", text: text,
        subject: .detection(sampleDetection(label: label)), picture: picture)
}

/// A detection like those of the record.
func sampleDetection(label: String = "jay") -> DetectionItem {
    let id = DetectionID(frame: FrameID(rawValue: "f"), rule: "r", region: "frame")
    return DetectionItem(
        id: id, visit: id, time: Instant(milliseconds: 1_778_571_720_084), source: "nest", region: "frame", rule: "r",
        label: label, probability: 0.97, model: ModelID(name: "m", version: "1"), frame: FrameID(rawValue: "f"),
        deadline: 1_000)
}
