import Foundation
import Vocabulary

@testable import Delivery

extension FuzzTarget {
    /// The journal of actions as a crash or a bad disk may leave it: torn, doubled, out of order. The bytes count as they are,
    /// and once more with every line's sum put right, so that damaged records get past it.
    static let journal = FuzzTarget("journal", longest: 16_384) { bytes in
        check(JournalState.read(bytes).0)
        let lines = bytes.split(separator: UInt8(ascii: "\n")).map { line -> [UInt8] in
            let json = Array(line.count > 9 && line[line.startIndex + 8] == 0x20 ? line.dropFirst(9) : line)
            let sum = String(crc32(json), radix: 16)
            return Array((String(repeating: "0", count: 8 - sum.count) + sum + " ").utf8) + json
        }
        check(JournalState.read(lines.joined(separator: [UInt8(ascii: "\n")]).map(\.self)).0)
    }

    private static func check(_ read: JournalState) {
        var state = read
        state.trim()
        let now = Moment(monotonic: .seconds(5_000), wall: Instant(milliseconds: 1_778_568_120_000))
        for entry in state.entries {
            _ = entry.report
            for boot in [entry.intent.boot, "another"] {
                promise(entry.intent.age(now: now, boot: boot) >= .zero, "an age is negative")
                if let left = entry.intent.timeLeft(now: now, boot: boot) {
                    promise(left > .zero, "no time is left, but it is started")
                    let due = entry.intent.due(now: now, timeLeft: left, boot: boot)
                    _ = ActionDocument(due, now: now.monotonic)
                }
            }
        }
        let written = state.lines.map(\.text).joined()
        let (again, torn) = JournalState.read(Array(written.utf8))
        promise(torn == 0, "\(torn) lines that were just written are torn")
        promise(again.entries.map(\.intent.key) == state.entries.map(\.intent.key), "an entry was lost")
    }

    /// What a program prints: kept as text that a page and a database can hold.
    static let programOutput = FuzzTarget("program-output", longest: 40_000) { bytes in
        var tail = OutputTail()
        var rest = bytes[...]
        var step = 1
        while !rest.isEmpty {
            tail.append(UnsafeRawBufferPointer(rebasing: rest.prefix(step)))
            rest = rest.dropFirst(step)
            step = step * 7 % 8_191
        }
        guard let text = tail.text else { return promise(bytes.isEmpty, "what was printed is gone") }
        promise(text.utf8.count <= 3 * OutputTail.kept, "more is kept than is promised")
        let isPlain = text.unicodeScalars.allSatisfy {
            $0 == "\n" || $0 == "\t" || $0.properties.generalCategory != .control
        }
        promise(isPlain, "a control character is kept")
        checkText(text)
    }

    /// What an ntfy server answers, and foreign words (labels of a model somebody else made) on their way into headers and
    /// JSON.
    static let serverAnswer = FuzzTarget("server-answer", longest: 8_192) { bytes in
        guard let first = bytes.first else { return }
        let channel = NtfyChannel(
            name: "phone", settings: .init(url: "https://ntfy.example/henhouse"),
            client: HTTPClient(usesProxyOfEnvironment: false))
        let response = HTTPResponse(
            status: 100 + 2 * Int(first), body: Array(bytes.dropFirst()),
            retryAfter: first % 2 == 0 ? .seconds(Int64(first)) : nil)
        _ = NtfyChannel.errorCode(response)
        promise("\(channel.failure(response))".utf8.count < 2_000, "a server's words fill the log")
        checkText(String(decoding: bytes.dropFirst(), as: UTF8.self))
    }

    private static func checkText(_ text: String) {
        let value = headerValue(text)
        let request = HTTPRequest("POST", "https://ntfy.example/", headers: [("Title", value)])
        promise(request.fault == nil, "text does not fit into a header")
        let quoted = Data(JSONText.quoted(text).utf8)
        let read = try? JSONSerialization.jsonObject(with: quoted, options: .fragmentsAllowed) as? String
        promise(read.map { Array($0.utf8) == Array(text.utf8) } ?? false, "text changes in JSON")
        let sequence = NtfyChannel.sequence(text)
        promise(sequence.utf8.count <= 64, "a sequence id is too long")
    }
}
