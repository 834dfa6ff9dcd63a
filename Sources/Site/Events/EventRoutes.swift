import HTTPTypes
import Hummingbird
import NIOCore
import Store
import Synchronization
import Vocabulary

/// `/events`: what changes, as it changes, to be taken up again after the last number a reader saw.
struct EventRoutes {
    let site: SiteParts
    let listeners: Listeners

    /// Adds `/events`.
    func add(to router: Router<SiteContext>) { router.get("/events", use: events) }

    @Sendable func events(_ request: Request, _ context: SiteContext) async throws -> Response {
        let query = try QueryText(of: request, known: ["only", "after"])
        let only = try query["only"].map { text in
            Set(
                try text.split(separator: ",").map { word in
                    guard let kind = Change.Kind(rawValue: String(word)) else {
                        let known = Change.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                        throw SiteError(.badRequest, "only is a list of \(known), not '\(word.prefix(40))'")
                    }
                    return kind
                })
        }
        guard let place = listeners.enter() else {
            throw SiteError(
                .serviceUnavailable, "\(listeners.most) programs and pages listen already; try again later",
                headers: [.retryAfter: "30"])
        }
        let header = request.headers[.lastEventID] ?? query["after"]
        let stream = EventStream(site: site, only: only, resume: header.map { Int64($0) ?? -1 }, place: place)
        var headers = HTTPFields()
        headers[.contentType] = "text/event-stream"
        headers[.cacheControl] = "no-store"
        headers[.accelBuffering] = "no"
        let isHead = request.method == .head
        return Response(
            status: .ok, headers: headers,
            body: .init { writer in
                defer { place.leave() }
                if !isHead {
                    let body = writer
                    // The reader going away ends the stream, and so frees its place.
                    try await request.body.consumeWithCancellationOnInboundClose { _ in
                        try await stream.run(into: body)
                    }
                }
                try await writer.finish(nil)
            })
    }
}

extension HTTPField.Name {
    /// The number of the last event a browser saw.
    static let lastEventID = HTTPField.Name("Last-Event-ID") ?? .eTag
    /// Tells proxies to pass on each event at once.
    static let accelBuffering = HTTPField.Name("X-Accel-Buffering") ?? .eTag
}

/// Who listens: a bounded number, and all let go when the server stops.
final class Listeners: Sendable {
    /// One reader's place.
    final class Place: Sendable {
        private let listeners: Listeners
        private let isLeft = Mutex(false)
        /// Ends when the server stops.
        let closing: AsyncStream<Void>
        fileprivate let close: AsyncStream<Void>.Continuation

        fileprivate init(_ listeners: Listeners) {
            self.listeners = listeners
            (closing, close) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        }

        /// Gives the place back; once, however often it is called.
        func leave() {
            let isFirst = isLeft.withLock { left in
                defer { left = true }
                return !left
            }
            if isFirst { listeners.remove(self) }
        }

        deinit { leave() }
    }

    /// How many may listen.
    let most: Int
    private let state = Mutex((places: [ObjectIdentifier: AsyncStream<Void>.Continuation](), isClosed: false))

    init(most: Int) { self.most = most }

    /// How many listen.
    var count: Int { state.withLock { $0.places.count } }

    /// A place; nil where all are taken, or the server stops.
    func enter() -> Place? {
        let place = Place(self)
        let isIn = state.withLock { state in
            guard !state.isClosed, state.places.count < most else { return false }
            state.places[ObjectIdentifier(place)] = place.close
            return true
        }
        return isIn ? place : nil
    }

    /// Lets all go, and nobody in again.
    func close() {
        let all = state.withLock { state in
            state.isClosed = true
            return Array(state.places.values)
        }
        for place in all { place.finish() }
    }

    fileprivate func remove(_ place: Place) {
        state.withLock { $0.places[ObjectIdentifier(place)] = nil }
        place.close.finish()
    }
}
