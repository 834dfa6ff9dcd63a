// ntfy (https://docs.ntfy.sh/publish/): a picture is the body of a PUT, everything else stands in headers; without a
// picture the text is the body of a POST. X-Sequence-ID (servers from 2.16 on) makes a message that comes twice replace
// itself on the phone instead of ringing again; older servers ignore it.

import Foundation
internal import Store
public import Vocabulary

/// Push messages through an ntfy server.
public struct NtfyChannel: Channel {
    /// Of one request: a picture of 2 MB over a slow mobile uplink.
    static let timeout = Duration.seconds(60)
    /// Error code of ntfy: this server takes no attachments at all.
    static let attachmentsOff = 40_014

    private let name: String
    private let settings: ChannelSettings.Ntfy
    private let client: HTTPClient

    /// - Parameter name: of the channel, for sentences.
    public init(name: String, settings: ChannelSettings.Ntfy, client: HTTPClient) {
        self.name = name
        self.settings = settings
        self.client = client
    }

    /// Sends the message, with its picture where the server takes pictures.
    public func deliver(_ message: ChannelMessage) async throws(DeliveryFailure) {
        let token = try await token()
        let response = try await send(request(message, picture: message.picture, token: token))
        if response.isSuccess { return }
        let refusesPicture =
            message.picture != nil && (response.status == 413 || Self.errorCode(response) == Self.attachmentsOff)
        guard refusesPicture else { throw failure(response) }
        let plain = try await send(request(message, picture: nil, token: token))
        if !plain.isSuccess { throw failure(plain) }
    }

    // MARK: The request

    func request(_ message: ChannelMessage, picture: ChannelMessage.Picture?, token: String?) -> HTTPRequest {
        // No-break spaces are for pages: a blank keeps the header plain ASCII.
        let text = message.text.replacingOccurrences(of: "\u{A0}", with: " ")
        var headers = [(name: "Title", value: headerValue(message.title))]
        if let priority = settings.priority { headers.append(("Priority", String(priority))) }
        if !settings.tags.isEmpty { headers.append(("Tags", headerValue(settings.tags.joined(separator: ",")))) }
        if let click = settings.click { headers.append(("Click", headerValue(filled(click, message)))) }
        headers.append(("X-Sequence-ID", Self.sequence(message.key)))
        if let token { headers.append(("Authorization", "Bearer \(token)")) }
        guard let picture else {
            headers.append(("Content-Type", "text/plain; charset=utf-8"))
            return HTTPRequest("POST", settings.url, headers: headers, body: Array(text.utf8), timeout: Self.timeout)
        }
        headers.append(("Message", headerValue(text)))
        headers.append(("Filename", headerValue(picture.name)))
        headers.append(("Content-Type", "image/jpeg"))
        return HTTPRequest("PUT", settings.url, headers: headers, body: picture.bytes, timeout: Self.timeout)
    }

    /// A key in the letters that ntfy allows, at most 64 of them.
    static func sequence(_ key: String) -> String {
        let allowed = key.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                || (byte < 0x80 && Character(Unicode.Scalar(byte)).isLetter)
                || (byte < 0x80 && Character(Unicode.Scalar(byte)).isNumber)
        }
        if allowed && key.utf8.count <= 64 { return key }
        // names of channels may hold anything: the identity of the key stands for it
        return DetectionID(frame: FrameID(rawValue: key), rule: "", region: "").rawValue
    }

    private func filled(_ click: String, _ message: ChannelMessage) -> String {
        let values =
            switch message.subject {
            case .detection(let detection):
                [
                    "visit": detection.visit.rawValue, "detection": detection.id.rawValue, "label": detection.label,
                    "source": detection.source, "region": detection.region, "rule": detection.rule,
                ]
            case .condition(let condition):
                // An address made for visits leads nowhere here; its words for visits are left empty.
                ["source": condition.source, "visit": "", "detection": "", "label": "", "region": "", "rule": ""]
            }
        return values.reduce(click) {
            $0.replacingOccurrences(of: "{\($1.key)}", with: percentEncoded($1.value))
        }
    }

    private func token() async throws(DeliveryFailure) -> String? {
        guard let path = settings.tokenFile else { return nil }
        let bytes = await readFile(path, limit: 4_096)
        let token = bytes.map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) }
        guard let token, !token.isEmpty else {
            throw .misconfigured("the token_file \(path) of channel '\(name)' is missing, empty or not to be read")
        }
        guard token.utf8.allSatisfy({ (0x21..<0x7F).contains($0) }) else {
            throw .misconfigured("the token_file \(path) of channel '\(name)' holds more than one token")
        }
        return token
    }

    // MARK: The answer

    private func send(_ request: HTTPRequest) async throws(DeliveryFailure) -> HTTPResponse {
        do {
            return try await client.send(request)
        } catch {
            switch error.kind {
            case .invalid: throw .misconfigured("channel '\(name)': \(error.message)")
            case .untrusted:
                throw .misconfigured("channel '\(name)': the server could not prove who it is: \(error.message)")
            case .timedOut: throw .later("no answer within \(spoken(request.timeout))")
            default: throw .later(error.message)
            }
        }
    }

    func failure(_ response: HTTPResponse) -> DeliveryFailure {
        let words = Self.errorWords(response).map { " (\($0))" } ?? ""
        let answered = "the ntfy server answered \(response.status)\(words)"
        switch response.status {
        case 300..<400:
            return .misconfigured("\(answered): it sends on to another address; write that one into channel '\(name)'")
        case 401, 403:
            return .misconfigured("\(answered): check the token_file of channel '\(name)' and its rights on the topic")
        case 404, 405, 410: return .misconfigured("\(answered): check the url of channel '\(name)'")
        case 408, 425, 429, 500...: return .later(answered, after: response.retryAfter)
        case 413: return .refused("\(answered): the message is too large for it")
        default: return .refused(answered)
        }
    }

    private struct ErrorBody: Decodable {
        var code: Int?
        var error: String?
    }

    private static func errorBody(_ response: HTTPResponse) -> ErrorBody? {
        try? JSONDecoder().decode(ErrorBody.self, from: Data(response.body))
    }

    static func errorCode(_ response: HTTPResponse) -> Int? { errorBody(response)?.code }

    /// What the server says, cut to a line.
    private static func errorWords(_ response: HTTPResponse) -> String? {
        guard let words = errorBody(response)?.error else { return nil }
        return String(words.unicodeScalars.filter { $0.value >= 0x20 }.map(Character.init).prefix(200))
    }
}
