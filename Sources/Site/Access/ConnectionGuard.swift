import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Synchronization

/// What one connection may take of the server, so that nobody holds its few places by being slow, or by talking on and on.
///
/// - The head of the first request has to be there soon; a body soon after its head.
/// - A body that goes on after it was answered (refused) is not listened to: the connection ends.
/// - A reader that takes nothing of its answer is let go.
/// - One address holds some of the places, never all.
///
/// Heads of later requests, and connections that rest, are the server's own idle timeout's.
struct ConnectionLimits: Sendable {
    /// From the connection to the end of the first head.
    var head = TimeAmount.seconds(15)
    /// From the end of a head to the end of its body. Longer than ``BodyText`` waits, which says so in words.
    var body = TimeAmount.seconds(20)
    /// How long a reader may take nothing.
    var stall = TimeAmount.seconds(60)
    /// Between the end of an answer that came before its request was over, and the end of the connection: for the answer
    /// to be read.
    var farewell = TimeAmount.seconds(2)
    /// Bytes of a body; commands and forms need a fraction of it (``SiteContext/maxUploadSize``).
    var bodyBytes = 256 * 1_024
    /// Connections of one address, or of one IPv6 network: some browsers with their event streams.
    var ofOneAddress = 24
    /// Whether this machine may take all: a proxy on it speaks for everyone.
    var trustsThisMachine = true
}

/// Enforces ``ConnectionLimits`` on one connection, and gives every answer the strict headers, also those that come from
/// below the router (a request that is no HTTP).
///
/// Runs on the connection's event loop.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: ConnectionLimits
    private let crowd: Crowd
    private var place: String?
    private var isActive = false
    private var timer: Scheduled<Void>?
    private var stallTimer: Scheduled<Void>?
    private var received = 0
    // Answers go out in the order of the requests: the request that is being answered is number `answered`.
    private var headsRead = 0
    private var endsRead = 0
    private var answered = 0
    private var isOver = false

    init(_ limits: ConnectionLimits, _ crowd: Crowd) {
        self.limits = limits
        self.crowd = crowd
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isOver { return }
        switch unwrapInboundIn(data) {
        case .head:
            headsRead += 1
            received = 0
            closeLater(context, after: limits.body)
        case .body(let bytes):
            received += bytes.readableBytes
            if received > limits.bodyBytes {
                isOver = true
                return closeLater(context, after: limits.farewell)
            }
        case .end:
            endsRead += 1
            if endsRead == headsRead { timer?.cancel() }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            SecurityHeaders.complete(&head.headerFields)
            if head.status.kind != .informational, endsRead <= answered { head.headerFields[.connection] = "close" }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            let isEarly = endsRead <= answered
            answered += 1
            context.write(data, promise: promise)
            if isEarly {
                isOver = true
                closeLater(context, after: limits.farewell)
            }
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stallTimer?.cancel()
        stallTimer = nil
        if !context.channel.isWritable {
            let channel = context.channel
            stallTimer = context.eventLoop.scheduleTask(in: limits.stall) { channel.close(promise: nil) }
        }
        context.fireChannelWritabilityChanged()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard !isActive else { return }
        isActive = true
        let peer = PeerAddress(context.channel.remoteAddress)
        if !(limits.trustsThisMachine && peer.isLoopback) {
            guard crowd.enter(peer.neighbourhood, most: limits.ofOneAddress) else {
                isOver = true
                context.close(promise: nil)
                return
            }
            place = peer.neighbourhood
        }
        closeLater(context, after: limits.head)
    }

    private func end() {
        timer?.cancel()
        stallTimer?.cancel()
        if let place { crowd.leave(place) }
        place = nil
    }

    private func closeLater(_ context: ChannelHandlerContext, after span: TimeAmount) {
        timer?.cancel()
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: span) { channel.close(promise: nil) }
    }
}

@available(*, unavailable)
extension ConnectionGuard: Sendable {}

/// How many connections each address has. Bounded by the server's connections.
final class Crowd: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    /// Counts one more; false where the address has as many as it may.
    func enter(_ address: String, most: Int) -> Bool {
        counts.withLock { counts in
            guard counts[address, default: 0] < most else { return false }
            counts[address, default: 0] += 1
            return true
        }
    }

    func leave(_ address: String) {
        counts.withLock { counts in
            let left = (counts[address] ?? 1) - 1
            counts[address] = left > 0 ? left : nil
        }
    }
}
