import Foundation
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
public import Store
public import Vocabulary

/// Serves pages, feeds, API and metrics on one event-loop thread.
public final class SiteServer: Service {
    /// The most connections at a time; more wait in the system's queue.
    static let connections = 64
    /// The most readers of `/events`.
    static let eventReaders = 16
    /// A connection on which nothing happens for so long is closed.
    static let idle = TimeAmount.seconds(60)

    /// A head beyond these is no browser's.
    static let heads = HTTP1Channel.Configuration.DecoderConfiguration(
        maxHeaderFieldSize: 8 * 1_024, maxHeaderListSize: 16 * 1_024, maxHeaderFieldCount: 100)

    /// What one connection may take; tests are less patient.
    private let limits: ConnectionLimits
    private let parts: SiteParts
    private let logger: Logger
    private let onListening: @Sendable (Int) async -> Void

    /// - Parameters:
    ///   - now: the wall clock.
    ///   - onListening: told the port once requests are taken.
    /// - Throws: ``SiteStartError`` where others than this machine could ask and no token is set.
    public convenience init(
        store: Store, controls: any Controls, settings: SiteSettings, logger: Logger,
        now: @escaping @Sendable () -> Instant = SiteServer.wallClock,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws(SiteStartError) {
        try self.init(
            store: store, controls: controls, settings: settings, logger: logger, limits: ConnectionLimits(), now: now,
            onListening: onListening)
    }

    init(
        store: Store, controls: any Controls, settings: SiteSettings, logger: Logger, limits: ConnectionLimits,
        now: @escaping @Sendable () -> Instant, onListening: @escaping @Sendable (Int) async -> Void
    ) throws(SiteStartError) {
        self.limits = limits
        guard settings.token != nil || LoopbackName.isLoopback(settings.host) else {
            throw SiteStartError(.tokenNeeded, host: settings.host, port: settings.port)
        }
        parts = SiteParts(settings: settings, store: store, controls: controls, now: now)
        self.logger = logger
        self.onListening = onListening
    }

    /// The wall clock of the system.
    public static let wallClock: @Sendable () -> Instant = {
        Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1e3))
    }

    /// Serves until the task is cancelled or a service group shuts down gracefully; then lets event streams go, and
    /// returns when the last answer is written.
    /// - Throws: ``SiteStartError`` where the address cannot be had.
    public func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            try await serve(on: group)
        } catch let error as IOError {
            try? await group.shutdownGracefully()
            throw SiteStartError(.system(error.errnoCode), host: parts.settings.host, port: parts.settings.port)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    private func serve(on group: MultiThreadedEventLoopGroup) async throws {
        let listeners = Listeners(most: SiteServer.eventReaders)
        let onListening = onListening
        let (limits, crowd) = (limits, Crowd())
        let application = Application(
            router: SiteServer.router(parts, listeners: listeners),
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [ConnectionGuard(limits, crowd)], idleTimeout: SiteServer.idle,
                    httpDecoderConfiguration: SiteServer.heads)),
            configuration: ApplicationConfiguration(
                address: .hostname(parts.settings.host, port: parts.settings.port), serverName: nil, backlog: 64,
                availableConnectionsDelegate: MaximumAvailableConnections(SiteServer.connections)),
            onServerRunning: { channel in
                // The listening socket is closed first when the server stops: that is when readers are let go.
                channel.closeFuture.whenComplete { _ in listeners.close() }
                await onListening(channel.localAddress?.port ?? 0)
            },
            eventLoopGroupProvider: .shared(group), logger: logger)
        try await application.run()
    }

    /// All routes behind the gate.
    static func router(_ parts: SiteParts, listeners: Listeners) -> Router<SiteContext> {
        let router = Router(context: SiteContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: SecurityHeaders())
        router.add(middleware: ErrorAnswers())
        router.add(
            middleware: Gate(
                policy: AccessPolicy(token: parts.settings.token, publicFeeds: parts.settings.publicFeeds)))
        router.add(middleware: Forgetting(shelf: parts.shelf))
        router.addAssets()
        PageRoutes(site: parts).add(to: router)
        PictureRoutes(site: parts).add(to: router)
        FeedRoutes(site: parts).add(to: router)
        EventRoutes(site: parts, listeners: listeners).add(to: router)
        APIRoutes(site: parts).add(to: router)
        CommandRoutes(site: parts).add(to: router)
        MetricsRoutes(site: parts, listeners: listeners).add(to: router)
        return router
    }
}

/// Why the site cannot listen, and what to do.
public struct SiteStartError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of fault.
    public enum Kind: Hashable, Sendable {
        /// Others than this machine could ask, and no token is set.
        case tokenNeeded
        /// The system refuses the address: its error number.
        case system(Int32)
    }

    /// What kind of fault.
    public let kind: Kind
    /// The address.
    public let host: String
    /// The port.
    public let port: Int

    init(_ kind: Kind, host: String, port: Int) {
        self.kind = kind
        self.host = host
        self.port = port
    }

    /// A sentence for people.
    public var description: String {
        switch kind {
        case .tokenNeeded: "listening on \(host) lets others in: set http.token_file, or listen on 127.0.0.1:\(port)"
        case .system(EADDRINUSE):
            "\(host):\(port) is taken, by another Rooster or another program: set http.listen to another port"
        case .system(EACCES):
            "\(host):\(port) is not allowed: ports below 1024 need a right of their own; set http.listen to one above"
        case .system(EADDRNOTAVAIL):
            "\(host) is no address of this machine: set http.listen to one that is, such as 127.0.0.1:\(port)"
        case .system(let code): "cannot listen on \(host):\(port): \(String(cString: strerror(code)))"
        }
    }
}
