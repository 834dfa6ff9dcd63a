import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Testing
import Vocabulary

@testable import Site

@Suite struct EventTests {
    @Test func anEventIsFramedSoThatNoDataEndsItEarly() {
        let event = ServerSentEvent(id: 7, event: "visit\ndata: x", data: "one\ntwo\r\nthree\n")
        #expect(event.frame == "id: 7\nevent: visit\ndata: one\ndata: two\ndata: three\ndata: \n\n")
        #expect(ServerSentEvent.heartbeat.hasPrefix(":") && ServerSentEvent.heartbeat.hasSuffix("\n\n"))
    }

    private func ask(_ path: String = "/events", _ headers: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n"
    }

    @Test func whatIsRecordedIsToldAtOnce() async throws {
        let site = try SiteFixture()
        try await LiveSite.run(site) { port, _ in
            try await LiveSite.connect(port, ask()) { incoming in
                let head = try await incoming.read(until: "\r\n\r\n")
                #expect(head.contains("200 OK"))
                #expect(head.lowercased().contains("content-type: text/event-stream"))
                #expect(head.lowercased().contains("cache-control: no-store"))
                _ = try await incoming.read(until: "event: hello\ndata: {}\n\n")
                let seen = try await Sightings(site: site).add("jay", 1)
                let events = try await incoming.read(until: "event: detection\ndata: ")
                #expect(events.contains("event: frame") || events.contains("id: "))
                let item = try await incoming.read(until: "\n\n")
                #expect(item.contains("\"id\":\"\(seen.detection)\"") && item.contains("\"label\":\"jay\""))
            }
        }
    }

    @Test func aReaderThatComesBackGetsWhatItMissedAndNothingTwice() async throws {
        let site = try SiteFixture()
        let first = try await Sightings(site: site).add("jay", 1)
        let last = try await site.store.lastChange()
        let second = try await Sightings(site: site).add("magpie", 2)
        try await LiveSite.run(site) { port, _ in
            try await LiveSite.connect(port, ask("/events?only=detection", "Last-Event-ID: \(last)\r\n")) { incoming in
                let text = try await incoming.read(until: "event: detection\ndata: ")
                #expect(!text.contains("reset") && !text.contains("hello"))
                let item = try await incoming.read(until: "\n\n")
                #expect(item.contains(second.detection.rawValue))
                #expect(!text.contains(first.detection.rawValue))
            }
        }
    }

    @Test(arguments: ["999999999", "nonsense", "-4"]) func aNumberWeNeverGaveMeansLoadAnew(id: String) async throws {
        let site = try SiteFixture()
        try await Sightings(site: site).add("jay", 1)
        try await LiveSite.run(site) { port, _ in
            try await LiveSite.connect(port, ask("/events", "Last-Event-ID: \(id)\r\n")) { incoming in
                let text = try await incoming.read(until: "event: reset\ndata: {}\n\n")
                #expect(text.contains("id: "))
            }
        }
    }

    @Test func readersAreCountedAndWhoGoesFreesAPlace() async throws {
        let listeners = Listeners(most: 2)
        let first = try #require(listeners.enter())
        var second = listeners.enter()
        #expect(second != nil)
        #expect(listeners.enter() == nil)
        first.leave()
        first.leave()
        #expect(listeners.count == 1)
        second = nil
        #expect(listeners.count == 0)
        #expect(second == nil)
        listeners.close()
        #expect(listeners.enter() == nil)
    }

    @Test func aReaderThatHangsUpFreesItsPlaceAndTooManyAreTurnedAway() async throws {
        let site = try SiteFixture()
        try await LiveSite.run(site) { port, _ in
            for _ in 0..<3 {  // more than sixteen connections in all, one after the other
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<SiteServer.eventReaders {
                        group.addTask {
                            try await LiveSite.connect(port, ask()) { incoming in
                                _ = try await incoming.read(until: "event: hello")
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                var listening = -1.0
                for _ in 0..<200 where listening != 0 { listening = try await readers(port) }
                #expect(listening == 0)
            }
        }
    }

    /// How many listen, as the metrics say.
    private func readers(_ port: Int) async throws -> Double {
        let ask = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        let answer = try await LiveSite.connect(port, ask) { try await $0.readToEnd() }
        let page = PrometheusPage(answer.components(separatedBy: "\r\n\r\n").dropFirst().joined())
        return page.value("rooster_event_listeners") ?? -1
    }

    @Test func stoppingTheServerLetsReadersGo() async throws {
        let site = try SiteFixture()
        try await LiveSite.run(site) { port, stop in
            let rest = try await LiveSite.connect(port, ask()) { incoming in
                _ = try await incoming.read(until: "event: hello\ndata: {}\n\n")
                await stop()
                return try await incoming.readToEnd()
            }
            #expect(rest.contains("0\r\n\r\n"))
        }
    }

    @Test func aReaderThatStopsReadingIsLetGo() async throws {
        let site = try SiteFixture()
        let listeners = Listeners(most: 1)
        let place = try #require(listeners.enter())
        var stream = EventStream(site: site.parts, only: nil, resume: nil, place: place)
        stream.heartbeat = .milliseconds(20)
        stream.patience = .milliseconds(60)
        let impatient = stream
        try await LiveSite.withDeadline(.seconds(60)) { try await impatient.run(into: Stuck()) }
    }

    @Test func aQuietLineIsKeptOpen() async throws {
        let site = try SiteFixture()
        let place = try #require(Listeners(most: 1).enter())
        var stream = EventStream(site: site.parts, only: nil, resume: nil, place: place)
        stream.heartbeat = .milliseconds(20)
        let quiet = stream
        let (lines, line) = AsyncStream<String>.makeStream()
        try await LiveSite.withDeadline(.seconds(60)) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await quiet.run(into: Tell(line: line)) }
                for await text in lines where text.hasPrefix(":") { break }
                group.cancelAll()
                do { try await group.waitForAll() } catch is CancellationError {}
            }
        }
    }

    private struct Tell: ResponseBodyWriter {
        let line: AsyncStream<String>.Continuation
        mutating func write(_ buffer: ByteBuffer) async throws { line.yield(String(buffer: buffer)) }
        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }

    /// A connection whose other end takes nothing: a write never returns.
    private struct Stuck: ResponseBodyWriter {
        mutating func write(_ buffer: ByteBuffer) async throws { try await Task.sleep(for: .seconds(3_600)) }
        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}
