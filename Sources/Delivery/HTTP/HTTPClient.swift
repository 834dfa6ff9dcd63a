// One thread drives all requests through libcurl's multi interface: a server that hangs costs a table row, not a
// thread, and cannot hold up another. Connections are kept and used again. See docs/decisions/libcurl-for-http.md.

internal import CCurl
import Synchronization
internal import Vocabulary

/// Sends HTTP requests from a thread of its own. TLS certificates are verified, redirects are not followed (a POST that
/// is sent on loses its body), only http and https are spoken, bodies of answers are bounded. Nothing is logged.
public final class HTTPClient: Sendable {
    /// What a request is called while it runs.
    public struct Ticket: Hashable, Sendable {
        fileprivate var number: UInt64
    }

    /// Told how a request ended, once, on the client's thread: hands the value on and returns.
    public typealias Completion = @Sendable (Result<HTTPResponse, HTTPFailure>) -> Void

    /// Requests that may run at the same time; more are refused.
    static let most = 64
    /// Bytes of an answer's body that are kept unless it is said otherwise: enough for what servers say of an error.
    public static let keptBody = 64 * 1_024
    /// A host that does not pick up within this time is away.
    static let connectTimeout = Duration.seconds(10)

    private struct Job: Sendable {
        var request: HTTPRequest
        var completion: Completion
    }

    private struct State {
        var next: UInt64 = 1
        var arrivals: [(UInt64, Job)] = []
        var cancelled: [UInt64] = []
        var running = 0
        var isClosed = false
        var lacksLibrary = false
        var waker: Waker?
        var thread: OwnThread?
    }

    /// The pointer that other threads wake the client by.
    /// `@unchecked`: used for `cc_client_wake` alone (any thread may), under the lock of `State`, from which the thread
    /// takes it before it frees the client.
    private struct Waker: @unchecked Sendable {
        var client: OpaquePointer
        func wake() { cc_client_wake(client) }
    }

    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    private let shared = Shared()
    private let options: Options

    /// A client that costs nothing until the first request: then its thread begins, and libcurl with its TLS takes
    /// memory.
    /// - Parameters:
    ///   - usesProxyOfEnvironment: whether `http_proxy`, `https_proxy` and `no_proxy` count.
    ///   - keptBody: how many bytes of an answer's body are kept; the rest is not waited for.
    public init(usesProxyOfEnvironment: Bool = true, keptBody: Int = HTTPClient.keptBody) {
        options = Options(usesProxy: usesProxyOfEnvironment, keptBody: max(0, keptBody))
    }

    deinit { shut() }

    /// Begins the thread and loads libcurl ahead of the first request, which then need not wait for that. Returns at once.
    public func prepare() {
        shared.state.withLock { state in
            if !state.isClosed { begin(&state) }
        }
    }

    private func begin(_ state: inout State) {
        guard state.thread == nil else { return }
        let (shared, options) = (shared, options)
        state.thread = OwnThread("rooster-http") { Self.serve(shared, options) }
    }

    /// Begins a request and returns at once. `completion` is called exactly once, also when the request is refused.
    @discardableResult
    public func start(_ request: HTTPRequest, completion: @escaping Completion) -> Ticket {
        let fault = request.fault
        let (ticket, refusal) = shared.state.withLock { state -> (Ticket, HTTPFailure?) in
            let ticket = Ticket(number: state.next)
            state.next &+= 1
            if let fault { return (ticket, HTTPFailure(.invalid, fault)) }
            if state.isClosed { return (ticket, HTTPFailure(.unavailable, "Rooster is stopping")) }
            if state.lacksLibrary { return (ticket, Self.withoutLibrary) }
            if state.running >= Self.most {
                return (ticket, HTTPFailure(.unavailable, "\(Self.most) HTTP requests are waiting for answers already"))
            }
            state.running += 1
            state.arrivals.append((ticket.number, Job(request: request, completion: completion)))
            begin(&state)
            state.waker?.wake()
            return (ticket, nil)
        }
        if let refusal { completion(.failure(refusal)) }
        return ticket
    }

    /// Takes a request back: it fails as `cancelled`, unless it has ended.
    public func cancel(_ ticket: Ticket) {
        shared.state.withLock { state in
            state.cancelled.append(ticket.number)
            state.waker?.wake()
        }
    }

    /// Sends a request and waits for the answer without blocking a thread of the pool. Cancelling the task takes the
    /// request back.
    public func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        let ticket = Mutex<Ticket?>(nil)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let started = start(request) { continuation.resume(returning: $0) }
                ticket.withLock { $0 = started }
                if Task.isCancelled { cancel(started) }
            }
        } onCancel: {
            if let started = ticket.withLock({ $0 }) { cancel(started) }
        }
        return try result.get()
    }

    /// Ends all requests (they fail as `unavailable`) and waits for the thread.
    public func close() {
        if shut() { shared.state.withLock(\.thread)?.join() }
    }

    @discardableResult
    private func shut() -> Bool {
        shared.state.withLock { state in
            if state.isClosed { return false }
            state.isClosed = true
            state.waker?.wake()
            return true
        }
    }

    // MARK: The thread

    /// Ends a wait without work: nothing depends on it, a lost wake-up would be found then.
    private static let longestWait: Int32 = 30_000

    private struct Options: Sendable {
        var usesProxy: Bool
        var keptBody: Int
    }

    private static func serve(_ shared: Shared, _ options: Options) {
        guard let client = cc_client_create() else { return refuseAll(shared) }
        shared.state.withLock { $0.waker = Waker(client: client) }
        var active: [UInt64: (OpaquePointer, Completion)] = [:]
        while true {
            let (arrivals, cancelled, isClosed) = shared.state.withLock { state in
                defer { (state.arrivals, state.cancelled) = ([], []) }
                return (state.arrivals, state.cancelled, state.isClosed)
            }
            for (number, job) in arrivals {
                if let transfer = transfer(job.request, number, options) {
                    if cc_client_add(client, transfer) {
                        active[number] = (transfer, job.completion)
                        continue
                    }
                    cc_transfer_free(transfer)
                }
                end(shared, job.completion, .failure(HTTPFailure(.unavailable, "there is too little memory")))
            }
            for number in cancelled {
                guard let (transfer, completion) = active.removeValue(forKey: number) else { continue }
                cc_client_remove(client, transfer)
                cc_transfer_free(transfer)
                end(shared, completion, .failure(HTTPFailure(.cancelled, "the request was taken back")))
            }
            if isClosed { break }
            cc_client_run(client, longestWait)
            while let transfer = cc_client_next_ended(client) {
                let result = result(of: transfer)
                let completion = active.removeValue(forKey: cc_transfer_tag(transfer))?.1
                cc_transfer_free(transfer)
                if let completion { end(shared, completion, result) }
            }
        }
        shared.state.withLock { $0.waker = nil }
        cc_client_free(client)  // with the transfers that are left
        for (_, completion) in active.values {
            end(shared, completion, .failure(HTTPFailure(.unavailable, "Rooster is stopping")))
        }
    }

    /// libcurl cannot be loaded: nothing can be sent, and everybody is told.
    private static func refuseAll(_ shared: Shared) {
        let arrivals = shared.state.withLock { state in
            state.lacksLibrary = true
            defer { state.arrivals = [] }
            return state.arrivals
        }
        for (_, job) in arrivals { end(shared, job.completion, .failure(withoutLibrary)) }
    }

    private static let withoutLibrary = HTTPFailure(
        .unavailable, "libcurl cannot be loaded: install it (sudo apt-get install libcurl4) and start Rooster again")

    private static func end(_ shared: Shared, _ completion: Completion, _ result: Result<HTTPResponse, HTTPFailure>) {
        shared.state.withLock { $0.running -= 1 }
        completion(result)
    }

    private static func transfer(_ request: HTTPRequest, _ number: UInt64, _ options: Options) -> OpaquePointer? {
        let headers = request.headers.map { header in
            // "Name;" is how libcurl is told of a header without a value
            header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)"
        }
        let timeout = max(1, min(request.timeout.wholeMilliseconds, Int64(Int32.max)))
        return withCStrings(headers) { lines in
            (request.body ?? []).withUnsafeBufferPointer { body in
                request.method.withCString { method in
                    request.url.withCString { url in
                        var wanted = cc_request()
                        wanted.method = method
                        wanted.url = url
                        wanted.headers = lines
                        wanted.header_count = headers.count
                        // an empty array has no address, yet an empty body is one
                        let somewhere = UnsafeRawPointer(method).assumingMemoryBound(to: UInt8.self)
                        wanted.body = request.body == nil ? nil : (body.baseAddress ?? somewhere)
                        wanted.body_length = body.count
                        wanted.connect_timeout_ms = Int(min(timeout, connectTimeout.wholeMilliseconds))
                        wanted.timeout_ms = Int(timeout)
                        wanted.max_response = options.keptBody
                        wanted.use_proxy_of_environment = options.usesProxy
                        wanted.fresh_connection = !request.isRepeatable
                        return "rooster".withCString { agent in
                            wanted.user_agent = agent
                            return cc_transfer_create(&wanted, number)
                        }
                    }
                }
            }
        }
    }

    private static func result(of transfer: OpaquePointer) -> Result<HTTPResponse, HTTPFailure> {
        let words = cc_transfer_words(transfer).map { String(cString: $0) } ?? "no reason given"
        let kind: HTTPFailure.Kind
        switch cc_transfer_outcome(transfer) {
        case CC_DONE:
            var length = 0
            let body = cc_transfer_body(transfer, &length)
            let seconds = cc_transfer_retry_after(transfer)
            return .success(
                HTTPResponse(
                    status: Int(cc_transfer_status(transfer)),
                    body: Array(UnsafeBufferPointer(start: body, count: body == nil ? 0 : length)),
                    isCut: cc_transfer_is_cut(transfer),
                    retryAfter: seconds > 0 ? .seconds(seconds) : nil))
        case CC_BAD_ADDRESS: kind = .invalid
        case CC_UNRESOLVED: kind = .unresolved
        case CC_UNREACHABLE: kind = .unreachable
        case CC_UNTRUSTED: kind = .untrusted
        case CC_TIMED_OUT: kind = .timedOut
        case CC_CONNECTION_LOST: kind = .connectionLost
        default: kind = .unavailable
        }
        return .failure(HTTPFailure(kind, words))
    }
}
