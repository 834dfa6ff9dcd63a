internal import Vocabulary

/// Writes JSON with its members in the order in which they are added. Used where the inference lane writes: a few
/// microseconds, no reflection.
struct JSONText {
    private(set) var text = "{"

    /// The document so far, closed.
    var closed: String { text + "}" }

    mutating func add(_ name: String, _ value: String) {
        begin(name)
        text += Self.quoted(value)
    }

    mutating func add(_ name: String, _ value: String?) {
        guard let value else { return addNull(name) }
        add(name, value)
    }

    mutating func add(_ name: String, _ value: Int64) {
        begin(name)
        text += String(value)
    }

    mutating func add(_ name: String, _ value: Bool) {
        begin(name)
        text += value ? "true" : "false"
    }

    /// A number as it is; null for what JSON has no word for.
    mutating func add(_ name: String, _ value: Double) {
        begin(name)
        text += value.isFinite ? "\(value)" : "null"
    }

    /// A list of labels as `classify --json` has it.
    mutating func add(_ name: String, _ labels: [ScoredLabel], rounded: Bool) {
        begin(name)
        text += "["
        for (index, scored) in labels.enumerated() {
            var item = JSONText()
            item.add("label", scored.label)
            item.add("index", Int64(scored.index))
            item.add("probability", rounded ? scored.probability.asWritten : scored.probability)
            text += (index == 0 ? "" : ",") + item.closed
        }
        text += "]"
    }

    /// A value that is JSON already.
    mutating func add(_ name: String, json: String) {
        begin(name)
        text += json
    }

    private mutating func addNull(_ name: String) {
        begin(name)
        text += "null"
    }

    private mutating func begin(_ name: String) {
        if text.utf8.count > 1 { text += "," }
        text += Self.quoted(name) + ":"
    }

    /// A string in quotes with what JSON forbids escaped.
    static func quoted(_ string: String) -> String { "\"" + escaped(string) + "\"" }

    /// A string as it stands between quotes.
    static func escaped(_ string: String) -> String {
        if !string.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }) { return string }
        var escaped = ""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\t": escaped += "\\t"
            case "\r": escaped += "\\r"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

extension Double {
    /// A probability as people and scripts get it: four decimals, the rest is noise of the arithmetic. 0 for no number.
    var asWritten: Double { isFinite ? (self * 1e4).rounded() / 1e4 : 0 }
}
