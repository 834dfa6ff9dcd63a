// The journal is a text file, one record a line:
//
//     1a2b3c4d {"kind":"intent","intent":{...}}
//
// Eight hexadecimal digits: CRC-32 (IEEE 802.3) of the JSON that follows the blank. A line without its end, with another
// sum, or that is no JSON is torn: it is counted and skipped, the lines around it hold. Kinds:
//     intent    about to be done; written before the start
//     started   it runs
//     ended     a final report (without output): nothing more will happen

import Foundation
internal import Vocabulary

enum JournalLine: Equatable {
    case intent(Intent)
    case started(Intent.Key, at: Instant)
    case ended(Intent.Key, ActionReport)

    /// The line with its sum and its end.
    var text: String {
        let json = self.json
        let sum = String(crc32(json.utf8), radix: 16)
        return String(repeating: "0", count: 8 - sum.count) + sum + " " + json + "\n"
    }

    private var json: String {
        var text = JSONText()
        switch self {
        case .intent(let intent):
            text.add("kind", "intent")
            text.add("intent", json: Self.json(of: intent))
        case .started(let key, let at):
            text.add("kind", "started")
            text.add("detection", key.detection.rawValue)
            text.add("action", key.action)
            text.add("at", at.description)
        case .ended(let key, let report):
            text.add("kind", "ended")
            text.add("detection", key.detection.rawValue)
            text.add("action", key.action)
            text.add("state", report.state.rawValue)
            if let started = report.started { text.add("at", started.description) }
            if let duration = report.duration { text.add("duration_ms", duration.wholeMilliseconds) }
            if let exit = report.exit { text.add("exit", Int64(exit)) }
            if let reason = report.reason { text.add("reason", reason) }
        }
        return text.closed
    }

    private static func json(of intent: Intent) -> String {
        var text = JSONText()
        text.add("detection", intent.detection.rawValue)
        text.add("visit", intent.visit.rawValue)
        text.add("frame", intent.frame.rawValue)
        text.add("time", intent.time.description)
        text.add("source", intent.source)
        text.add("region", intent.region)
        text.add("rule", intent.rule)
        text.add("label", intent.label)
        text.add("probability", intent.probability.isFinite ? intent.probability : 0)
        text.add("model", intent.model.description)
        text.add("labels", intent.labels, rounded: false)
        if let picture = intent.picture { text.add("picture", picture) }
        text.add("action", intent.action)
        text.add("at", intent.at.description)
        text.add("monotonic", intent.monotonic)
        text.add("expires", intent.expires)
        text.add("deadline", intent.deadline)
        text.add("boot", intent.boot)
        return text.closed
    }

    /// Reads a line without its end; nil: it is torn.
    init?(_ line: some Collection<UInt8>) {
        let bytes = Array(line)
        guard bytes.count > 9, bytes[8] == UInt8(ascii: " "),
            let sum = UInt32(String(decoding: bytes[..<8], as: UTF8.self), radix: 16), sum == crc32(bytes[9...]),
            let record = try? JSONDecoder().decode(Record.self, from: Data(bytes[9...]))
        else { return nil }
        switch record.kind {
        case "intent":
            guard let intent = record.intent else { return nil }
            self = .intent(intent)
        case "started":
            guard let key = record.key, let at = record.at else { return nil }
            self = .started(key, at: at)
        case "ended":
            guard let key = record.key, let state = record.state else { return nil }
            self = .ended(
                key,
                ActionReport(
                    name: key.action, state: state, started: record.at,
                    duration: record.duration.map { .milliseconds($0) }, exit: record.exit, reason: record.reason))
        default: return nil
        }
    }

    private struct Record: Decodable {
        var kind: String
        var intent: Intent?
        var detection: DetectionID?
        var action: String?
        var at: Instant?
        var state: ActionState?
        var duration: Int64?
        var exit: Int?
        var reason: String?

        var key: Intent.Key? {
            guard let detection, let action else { return nil }
            return Intent.Key(detection: detection, action: action)
        }

        enum CodingKeys: String, CodingKey {
            case kind, intent, detection, action, at, state, exit, reason
            case duration = "duration_ms"
        }
    }
}

/// CRC-32 of IEEE 802.3 (reflected, polynomial 0xEDB88320).
func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var sum: UInt32 = 0xFFFF_FFFF
    for byte in bytes { sum = crcTable[Int((sum ^ UInt32(byte)) & 0xFF)] ^ (sum >> 8) }
    return ~sum
}

private let crcTable: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { sum, _ in sum & 1 == 1 ? 0xEDB8_8320 ^ (sum >> 1) : sum >> 1 }
}
