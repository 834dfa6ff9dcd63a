import Foundation
import Glibc
import Synchronization

/// An HTTP/1.1 server on the loopback interface: a thread for each connection, blocking, strict about what it reads.
final class LoopbackServer: Sendable {
    struct Request: Sendable {
        var method: String
        var path: String
        var headers: [(name: String, value: String)]
        var body: [UInt8]

        /// All values of a header, any case.
        func values(_ name: String) -> [String] {
            headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
        }

        subscript(name: String) -> String? { values(name).first }
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    enum Reply: Sendable {
        case answer(Int, headers: [String: String] = [:], body: String = "")
        /// Says nothing until the server is stopped.
        case hang
        /// Closes the connection without a word.
        case cut
        /// Begins an answer and closes the connection in the middle.
        case cutInside
        /// Says 200 and closes the connection before the head has ended.
        case cutInHead
        /// A body without end.
        case flood
    }

    private struct State {
        var requests: [Request] = []
        var faults: [String] = []
        var connections: Set<Int32> = []
        var accepted = 0
        var handler: @Sendable (Request) -> Reply
        var isStopped = false
    }

    let port: Int
    private let listener: Int32
    private let state: Mutex<State>
    private let threads = DispatchGroup()

    init(_ handler: @escaping @Sendable (Request) -> Reply = { _ in .answer(200) }) throws {
        state = Mutex(State(handler: handler))
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, length) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, pointer, &length) == 0
            }
        }
        guard code else { throw CocoaError(.fileReadUnknown) }
        port = Int(UInt16(bigEndian: address.sin_port))
        run { server in server.accept() }
    }

    var url: String { "http://127.0.0.1:\(port)" }
    var requests: [Request] { state.withLock(\.requests) }
    /// What clients did wrong.
    var faults: [String] { state.withLock(\.faults) }
    /// How many connections were made.
    var accepted: Int { state.withLock(\.accepted) }

    /// Answers otherwise from now on.
    func answer(_ handler: @escaping @Sendable (Request) -> Reply) { state.withLock { $0.handler = handler } }

    /// A client did something wrong.
    func fault(_ words: String) { state.withLock { $0.faults.append(words) } }

    /// Closes everything and waits for its threads.
    func stop() {
        let connections = state.withLock { state in
            state.isStopped = true
            return state.connections
        }
        shutdown(listener, Int32(SHUT_RDWR))
        for connection in connections { shutdown(connection, Int32(SHUT_RDWR)) }
        threads.wait()
        close(listener)
    }

    private func run(_ body: @escaping @Sendable (LoopbackServer) -> Void) {
        threads.enter()
        Thread.detachNewThread {
            body(self)
            self.threads.leave()
        }
    }

    private func accept() {
        while true {
            let connection = Glibc.accept(listener, nil, nil)
            if connection < 0 { return }
            let isStopped = state.withLock { state in
                state.connections.insert(connection)
                state.accepted += 1
                return state.isStopped
            }
            if isStopped { shutdown(connection, Int32(SHUT_RDWR)) }
            run { server in
                server.serve(connection)
                server.state.withLock { _ = $0.connections.remove(connection) }
                close(connection)
            }
        }
    }

    private func serve(_ connection: Int32) {
        var bytes: [UInt8] = []
        while let request = read(connection, &bytes) {
            let handler = state.withLock { state in
                state.requests.append(request)
                return state.handler
            }
            switch handler(request) {
            case .answer(let status, let headers, let body):
                var head = "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n"
                for (name, value) in headers { head += "\(name): \(value)\r\n" }
                guard send(connection, head + "\r\n" + (request.method == "HEAD" ? "" : body)) else { return }
            case .hang:
                var byte: UInt8 = 0
                while recv(connection, &byte, 1, 0) > 0 {}
                return
            case .cut: return
            case .cutInside:
                _ = send(connection, "HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\nhalf")
                return
            case .cutInHead:
                _ = send(connection, "HTTP/1.1 200 X\r\nContent-Type: text/plain\r\n")
                return
            case .flood:
                guard send(connection, "HTTP/1.1 200 X\r\nConnection: close\r\n\r\n") else { return }
                let much = String(repeating: "cock-a-doodle-doo ", count: 1_000)
                while send(connection, much) {}
                return
            }
        }
    }

    private func send(_ connection: Int32, _ text: String) -> Bool {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            bytes = bytes.dropFirst(count)
        }
        return true
    }

    private func read(_ connection: Int32, _ bytes: inout [UInt8]) -> Request? {
        let end = Array("\r\n\r\n".utf8)
        var head: Int?
        while head == nil {
            head = bytes.indices.first { bytes[$0...].starts(with: end) }
            if head == nil && !more(connection, &bytes) { return nil }
        }
        guard let head else { return nil }
        let text = bytes[..<head]
        bytes.removeFirst(head + 4)
        if text.contains(where: { $0 >= 0x80 }) { fault("a header is not ASCII") }
        let lines = String(decoding: text, as: UTF8.self).components(separatedBy: "\r\n")
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count == 3, words[2] == "HTTP/1.1" else {
            fault("the request begins with '\(lines.first ?? "")'")
            return nil
        }
        var headers: [(name: String, value: String)] = []
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":"), colon > line.startIndex else {
                fault("not a header: '\(line)'")
                continue
            }
            headers.append(
                (String(line[..<colon]), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)))
        }
        var request = Request(method: String(words[0]), path: String(words[1]), headers: headers, body: [])
        if request["Transfer-Encoding"] != nil { fault("the length of the body is not given") }
        if request["Expect"] != nil { fault("the client waits for 100 Continue") }
        let length = request["Content-Length"].flatMap { Int($0) } ?? 0
        while bytes.count < length { if !more(connection, &bytes) { return nil } }
        request.body = Array(bytes[..<length])
        bytes.removeFirst(length)
        return request
    }

    private func more(_ connection: Int32, _ bytes: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 64 * 1_024)
        let count = recv(connection, &buffer, buffer.count, 0)
        if count > 0 { bytes += buffer[..<count] }
        return count > 0
    }
}
