import Delivery
import Foundation
import Settings
import Vocabulary

/// A value in a request to the daemon.
public enum JSONValue: Encodable, Sendable {
    case text(String)
    case number(Double)

    /// As JSON has it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        }
    }
}

/// Talks to the running daemon through its API, as any other program can.
public final class DaemonClient: Sendable {
    /// What is asked for.
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
    }

    /// Why there is no answer, with what to do.
    struct Refusal: Error, CustomStringConvertible {
        var description: String
        /// True where nobody listens.
        var isSilent = false
    }

    /// What the daemon's list of changes calls this: the command line.
    static let userAgent = "rooster/\(Facts.number)"

    private let address: String
    private let token: String?
    private let http = HTTPClient(usesProxyOfEnvironment: false, keptBody: 16 << 20)

    /// The daemon that runs with these settings.
    public init(_ installation: Installation) throws {
        let settings = installation.configuration.http
        let host = settings.isEveryAddress ? "127.0.0.1" : settings.host
        address = "http://\(host.contains(":") ? "[\(host)]" : host):\(settings.port)"
        guard let file = settings.tokenFile else {
            token = nil
            return
        }
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw Refusal(description: "\(file): the token cannot be read; run this as a user who may, or with sudo")
        }
        token = text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    // The client's thread ends before the program does: at exit, libraries that it uses take themselves apart.
    deinit { http.close() }

    /// Asks, and returns the answer's body.
    public func ask(
        _ method: Method, _ path: String, body: [String: JSONValue] = [:], timeout: Duration = .seconds(30)
    ) async throws -> String {
        var headers: [(name: String, value: String)] = [
            ("Accept", "application/json"), ("User-Agent", DaemonClient.userAgent),
        ]
        if let token { headers.append(("Authorization", "Bearer \(token)")) }
        var bytes: [UInt8]?
        if method == .post {
            headers.append(("Content-Type", "application/json"))
            bytes = Array(try JSONEncoder().encode(body))
        }
        let response: HTTPResponse
        do {
            response = try await http.send(
                HTTPRequest(method.rawValue, address + path, headers: headers, body: bytes, timeout: timeout))
        } catch {
            throw Refusal(
                description:
                    "no answer from the daemon at \(address): is rooster run running with these settings? (\(error))",
                isSilent: error.kind == .unreachable)
        }
        let text = String(decoding: response.body, as: UTF8.self)
        guard response.isSuccess else {
            let words = (try? JSONDecoder().decode([String: String].self, from: Data(response.body)))?["error"]
            throw Refusal(description: words ?? "the daemon at \(address) answered \(response.status)")
        }
        return text
    }
}
