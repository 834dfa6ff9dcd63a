import Foundation
public import Vocabulary

/// One detection as the API gives it, for printing.
public struct DetectionLine: Sendable {
    /// The object as the API gave it, in one line.
    public let json: String
    /// One line for people.
    public let words: String
    let id: String
    let time: Instant?
}

/// `rooster detections`: pages through the API by itself, and follows it.
public struct DetectionReader: Sendable {
    private let client: DaemonClient

    /// Reads from the daemon that `client` talks to.
    public init(_ client: DaemonClient) {
        self.client = client
    }

    /// Newest first, at most `limit`; only since an instant where one is given.
    public func past(limit: Int, since: Instant?) async throws -> [DetectionLine] {
        var found: [DetectionLine] = []
        var next: String? = path(limit: min(limit, 500), since: since)
        while let page = next, found.count < limit {
            let (lines, following) = try parse(await client.ask(.get, page))
            found += lines
            next = following
        }
        return Array(found.prefix(limit))
    }

    /// Hands over new detections, oldest first, until it is cancelled.
    public func follow(_ body: (DetectionLine) -> Void) async throws {
        var seen = Set(try await past(limit: DetectionReader.window, since: nil).map(\.id))
        while !Task.isCancelled {
            try await Task.sleep(for: .milliseconds(500))
            let recent = try await past(limit: DetectionReader.window, since: nil)
            for line in recent.reversed() where !seen.contains(line.id) { body(line) }
            seen = Set(recent.map(\.id))
        }
    }

    /// More than half a second of detections at a hundred frames a second.
    private static let window = 200

    private func path(limit: Int, since: Instant?) -> String {
        "/api/v1/detections?limit=\(limit)" + (since.map { "&since=\($0)" } ?? "")
    }

    private func parse(_ text: String) throws -> ([DetectionLine], String?) {
        guard let page = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any],
            let items = page["items"] as? [[String: Any]]
        else { throw DaemonClient.Refusal(description: "the daemon's answer is not a list of detections") }
        return (try items.map(line), page["next"] as? String)
    }

    private func line(_ item: [String: Any]) throws -> DetectionLine {
        let json = try JSONSerialization.data(withJSONObject: item, options: [.sortedKeys, .withoutEscapingSlashes])
        func text(_ key: String) -> String { item[key] as? String ?? "" }
        let time = Instant(text("time"))
        let probability = Words.probability(item["probability"] as? Double ?? 0)
        var words = "\(time.map(DetectionReader.clock) ?? text("time"))  \(text("source"))  "
        words += "\(text("label")) \(probability)  \(text("rule"))"
        if let latency = item["latency_ms"] as? Double { words += "  after \(Words.milliseconds(latency))" }
        if let action = item["action"] as? [String: Any] {
            let state = (action["state"] as? String ?? "").replacingOccurrences(of: "_", with: " ")
            words += "  \(action["name"] as? String ?? "") \(state)"
            if let reason = action["reason"] as? String { words += " (\(reason))" }
        }
        return DetectionLine(
            json: String(decoding: json, as: UTF8.self), words: "\(words)  \(text("id"))", id: text("id"), time: time)
    }

    /// The time of day where the owner is.
    private static func clock(_ instant: Instant) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = "yyyy-MM-dd HH:mm:ss"
        return formatter.string(from: Date(timeIntervalSince1970: Double(instant.milliseconds) / 1_000))
    }
}
