import Vocabulary

/// Figures and times as people read them: number with unit, a space between them that never breaks.
enum Words {
    /// `5,214`.
    static func count(_ value: Int) -> String {
        let digits = Array(String(value.magnitude))
        var result = value < 0 ? "-" : ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place) % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return result
    }

    /// `1 photo`, `14 photos`, `no photos`.
    static func count(_ value: Int, _ one: String, _ many: String) -> String {
        switch value {
        case 0: "no\u{A0}\(many)"
        case 1: "1\u{A0}\(one)"
        default: "\(count(value))\u{A0}\(many)"
        }
    }

    /// `84 ms`, `1.3 s`, `26 min`, `3 h`, `2 days`.
    static func duration(milliseconds: Double) -> String {
        guard milliseconds.isFinite, milliseconds < 9e15 else { return "for ever" }
        switch max(0, milliseconds) {
        case let value where value < 9.95: return "\(tenths(value))\u{A0}ms"
        case let value where value < 999.5: return "\(Int(value.rounded()))\u{A0}ms"
        case let value where value < 9_950: return "\(tenths(value / 1e3))\u{A0}s"
        case let value where value < 100_000: return "\(Int(value / 1e3))\u{A0}s"
        case let value: return span(seconds: Int(value / 1e3))
        }
    }

    /// The same of a `Duration`.
    static func duration(_ duration: Duration) -> String { Words.duration(milliseconds: duration.milliseconds) }

    /// `3 s`, `26 min`, `3 h`, `2 days`: whole units, never more than passed.
    static func span(seconds: Int) -> String {
        switch max(0, seconds) {
        case let value where value < 60: "\(value)\u{A0}s"
        case let value where value < 100 * 60: "\(value / 60)\u{A0}min"
        case let value where value < 48 * 3_600: "\(value / 3_600)\u{A0}h"
        case let value: "\(count(value / 86_400))\u{A0}days"
        }
    }

    /// How long ago: `3 s ago`; `now` within a second, and for times ahead of our clock.
    static func ago(_ instant: Instant, now: Instant) -> String {
        let seconds = Int(clamping: (now - instant).wholeMilliseconds / 1_000)
        return seconds < 1 ? "now" : "\(span(seconds: seconds)) ago"
    }

    /// `0.97`.
    static func probability(_ value: Double) -> String {
        let hundredths = Int((min(max(value.isFinite ? value : 0, 0), 1) * 100).rounded())
        return "\(hundredths / 100)." + (hundredths % 100 < 10 ? "0" : "") + String(hundredths % 100)
    }

    /// `1.3 GB`, as disks are sold: 1 GB is 10^9 bytes.
    static func bytes(_ value: Int64) -> String {
        let value = Double(max(0, value))
        for (unit, size) in [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)] where value >= size {
            let scaled = value / size
            return (scaled < 9.95 ? tenths(scaled) : String(Int(scaled.rounded()))) + "\u{A0}\(unit)"
        }
        return "\(Int(value))\u{A0}bytes"
    }

    /// The first letter large: labels are lower-case words.
    static func capitalised(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

    /// The text as a sentence of its own: large letter, full stop. Addresses and names of files stay as they are.
    static func sentence(_ text: String) -> String {
        guard let last = text.last else { return "" }
        let first = text.prefix { !$0.isWhitespace }
        let isName = first.dropLast().contains { "/:._@".contains($0) || $0.isNumber }
        return (isName ? text : capitalised(text)) + (".?:".contains(last) ? "" : ".")
    }

    /// `sprinkler, lamp and crow`.
    static func list(_ words: [String]) -> String {
        guard let last = words.last else { return "" }
        return words.count == 1 ? last : words.dropLast().joined(separator: ", ") + " and " + last
    }

    private static func tenths(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
    }
}

extension Clause {
    /// What the clause asks for, as a row of the trace.
    var question: String {
        switch self {
        case .probability: "Sure enough"
        case .margin: "Clear of other labels"
        case .unknown: "Something it was taught"
        case .confirm: "Seen in enough photos"
        case .schedule: "Within the hours of the rule"
        case .veto: "Nothing there that forbids it"
        case .disarmed: "Rooster is armed"
        case .cooldown: "Long enough since the last time"
        case .rate: "Not too often"
        case .busy: "The action is free"
        case .late: "Photo in order"
        case .stale: "Photo fresh enough"
        }
    }

    /// Why something was held back, after "Held back: ".
    var reason: String {
        switch self {
        case .probability: "not sure enough"
        case .margin: "too close to another label"
        case .unknown: "nothing it was taught"
        case .confirm: "not seen in enough photos"
        case .schedule: "outside the hours of the rule"
        case .veto: "something there forbids it"
        case .disarmed: "Rooster was off"
        case .cooldown: "too soon after the last time"
        case .rate: "too often already"
        case .busy: "the action was busy"
        case .late: "the photo came out of order"
        case .stale: "the photo was too old"
        }
    }
}

extension Stage {
    /// What was done, as a row of the times.
    var deed: String {
        switch self {
        case .wait: "Waited"
        case .decode: "Decoded"
        case .prepare: "Resized"
        case .handover: "Handed over"
        case .infer: "Classified"
        case .decide: "Rules"
        case .act: "Action started"
        case .notRunning: "Rooster was down"
        }
    }

    /// What made photos late: "3 " and then.
    var cause: String {
        switch self {
        case .wait: "waited for others"
        case .decode: "in decoding"
        case .prepare: "in resizing"
        case .handover: "in handing over"
        case .infer: "in the network"
        case .decide: "in the rules"
        case .act: "in starting the action"
        case .notRunning: "while Rooster was down"
        }
    }
}
