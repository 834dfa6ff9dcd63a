import Foundation
import Synchronization

/// A server that takes what ntfy takes and is strict about it: whatever is wrong is a fault, and answered with 400.
final class NtfyServer: Sendable {
    struct Message: Sendable {
        var title: String?
        var text: String
        var picture: [UInt8]?
        var fileName: String?
        var priority: String?
        var tags: [String]
        var click: String?
        var sequence: String?
    }

    /// What it does with the next requests; then `ok` again.
    enum Mood: Sendable {
        case ok, hang, cut
        case answer(Int, headers: [String: String] = [:], code: Int = 0)
    }

    static let topic = "/henhouse"
    static let token = "tk_abcdefghijklmnopqrstuvwxyz012"
    /// 8 by 8 pixels of grey.
    static let jpeg = Array(
        Data(
            base64Encoded: """
                /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8\
                ybqmx5moq6T/wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAABP/EABcQAAMBAAAAAAAAAAAAAAAAAAADBTH/2gAIAQEAAD8AHLVh\
                /9k=
                """) ?? Data())

    private struct State {
        var messages: [Message] = []
        var moods: [Mood] = []
        var lasting: Mood?
    }

    private let http: LoopbackServer
    private let state = Mutex(State())

    init() throws {
        http = try LoopbackServer()
        http.answer { [weak self] request in self?.take(request) ?? .cut }
    }

    var url: String { http.url + Self.topic }
    /// What was taken, in order.
    var messages: [Message] { state.withLock(\.messages) }
    /// Everything that was asked, also what was not taken.
    var requests: [LoopbackServer.Request] { http.requests }
    var faults: [String] { http.faults }

    /// In these moods for the next requests.
    func be(_ moods: Mood...) { state.withLock { $0.moods += moods } }
    /// In this mood from now on; nil: as ever.
    func stay(_ mood: Mood?) { state.withLock { $0.lasting = mood } }
    func stop() { http.stop() }

    private func take(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
        let mood = state.withLock { state in state.moods.isEmpty ? state.lasting : state.moods.removeFirst() }
        let message = check(request)
        switch mood {
        case .hang: return .hang
        case .cut: return .cut
        case .answer(let status, let headers, let code):
            let body = "{\"code\":\(code),\"http\":\(status),\"error\":\"as the test wanted\"}"
            return .answer(
                status, headers: headers.merging(["Content-Type": "application/json"]) { old, _ in old }, body: body)
        case .ok, nil: break
        }
        guard let message else {
            return .answer(400, body: "{\"code\":40000,\"error\":\"see the faults of the test\"}")
        }
        state.withLock { $0.messages.append(message) }
        return .answer(200, body: "{\"id\":\"x\",\"event\":\"message\"}")
    }

    private func check(_ request: LoopbackServer.Request) -> Message? {
        var wrong: [String] = []
        if request.path != Self.topic { wrong.append("path \(request.path)") }
        if request["Content-Length"] == nil { wrong.append("no Content-Length") }
        if request["Authorization"] != "Bearer \(Self.token)" { wrong.append("no or another token") }
        for name in Set(request.headers.map { $0.name.lowercased() }) where request.values(name).count > 1 {
            wrong.append("\(name) twice")
        }
        let known: Set = [
            "host", "user-agent", "accept", "content-length", "content-type", "authorization", "title", "message",
            "filename", "priority", "tags", "click", "x-sequence-id",
        ]
        wrong += request.headers.filter { !known.contains($0.name.lowercased()) }.map { "unknown header \($0.name)" }
        func decoded(_ name: String) -> String? {
            guard let value = request[name] else { return nil }
            guard let text = decodedHeader(value) else {
                wrong.append("\(name) is not RFC 2047: \(value)")
                return nil
            }
            return text
        }
        if let priority = request["Priority"], !["1", "2", "3", "4", "5"].contains(priority) {
            wrong.append("priority \(priority)")
        }
        if let sequence = request["X-Sequence-ID"], sequence.wholeMatch(of: /[-_A-Za-z0-9]{1,64}/) == nil {
            wrong.append("sequence id \(sequence)")
        }
        var message = Message(
            title: decoded("Title"), text: "", priority: request["Priority"],
            tags: decoded("Tags")?.split(separator: ",").map(String.init) ?? [], click: decoded("Click"),
            sequence: request["X-Sequence-ID"])
        switch request.method {
        case "PUT":
            if !request.body.starts(with: [0xFF, 0xD8, 0xFF]) || request.body.suffix(2) != [0xFF, 0xD9] {
                wrong.append("the body is no JPEG")
            }
            if request["Content-Type"] != "image/jpeg" { wrong.append("type of the picture") }
            message.picture = request.body
            message.fileName = decoded("Filename")
            if message.fileName?.wholeMatch(of: /[A-Za-z0-9-]+\.jpg/) == nil { wrong.append("no proper Filename") }
            message.text = decoded("Message") ?? ""
        case "POST":
            if request["Filename"] != nil || request["Message"] != nil { wrong.append("headers of a picture") }
            if request.body.count > 4_096 { wrong.append("a text that would become an attachment") }
            guard let text = String(validating: request.body, as: UTF8.self) else {
                wrong.append("the text is not UTF-8")
                break
            }
            message.text = text
        default: wrong.append("method \(request.method)")
        }
        if message.text.isEmpty { wrong.append("no text") }
        for fault in wrong { http.fault(fault) }
        return wrong.isEmpty ? message : nil
    }
}

/// Reads a header as servers do: encoded words of RFC 2047, blanks between two of them dropped. Nil: not proper.
func decodedHeader(_ value: String) -> String? {
    guard value.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else { return nil }
    if !value.contains("=?") { return value }
    var text = ""
    for word in value.split(separator: " ") {
        guard word.utf8.count <= 75, let match = word.wholeMatch(of: /=\?UTF-8\?B\?([A-Za-z0-9+\/=]+)\?=/),
            let bytes = Data(base64Encoded: String(match.1)),
            let part = String(validating: bytes, as: UTF8.self)
        else { return nil }
        text += part
    }
    return text
}
