import Foundation
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization
import Testing

@testable import Site

/// A site on a real port, for what only a connection shows.
enum LiveSite {
    /// Runs `body` while the server runs, with its port and what stops it; stops it afterwards and expects it to end.
    static func run(
        _ site: SiteFixture, limits: ConnectionLimits = ConnectionLimits(),
        _ body: @escaping @Sendable (Int, @escaping @Sendable () async -> Void) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream<Int>.makeStream()
        let settings = site.parts.settings
        let server = try SiteServer(
            store: site.store, controls: site.controls, settings: settings, logger: Logger(label: "test"),
            limits: limits, now: { SiteFixture.now }, onListening: { port.yield($0) })
        let service = ServiceGroup(configuration: .init(services: [server], logger: Logger(label: "test")))
        try await withDeadline(.seconds(60)) {
            async let running: Void = service.run()
            var first = ports.makeAsyncIterator()
            let number = try #require(await first.next())
            do {
                try await body(number) { await service.triggerGracefulShutdown() }
            } catch {
                await service.triggerGracefulShutdown()
                try await running
                throw error
            }
            await service.triggerGracefulShutdown()
            try await running
        }
    }

    /// Sends `request` and hands what comes back to `body`, piece by piece.
    static func connect<Value: Sendable>(
        _ port: Int, _ request: String, _ body: @escaping @Sendable (inout Incoming) async throws -> Value
    ) async throws -> Value {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: request))
            var incoming = Incoming(iterator: inbound.makeAsyncIterator())
            return try await body(&incoming)
        }
    }

    static func withDeadline(_ limit: Duration, _ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await body()
                return true
            }
            group.addTask {
                try await Task.sleep(for: limit)
                return false
            }
            defer { group.cancelAll() }
            try #require(try await group.next() == true, "not done within \(limit)")
        }
    }
}

/// What a connection brings.
struct Incoming {
    var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private(set) var text = ""

    init(iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator) { self.iterator = iterator }

    /// Reads until `words` came; takes away all up to and with them.
    /// - Returns: what was taken away.
    mutating func read(until words: String) async throws -> String {
        while true {
            if let range = text.range(of: words) {
                defer { text = String(text[range.upperBound...]) }
                return String(text[..<range.upperBound])
            }
            guard let more = try await iterator.next() else {
                Issue.record("the connection ended before '\(words)'; there was: \(text)")
                throw CancellationError()
            }
            text += String(buffer: more)
        }
    }

    /// Reads to the end of the connection.
    mutating func readToEnd() async throws -> String {
        while let more = try await iterator.next() { text += String(buffer: more) }
        return text
    }
}
