internal import Vocabulary

/// What an action is told: environment, JSON document and placeholders (DESIGN section 6). Pure.
struct ActionDocument {
    /// How a value is written into a template.
    enum Encoding {
        /// As it is: an argument of a program.
        case plain
        /// Percent-encoded: part of an address.
        case address
        /// Escaped as within the quotes of a JSON string.
        case json
    }

    private let due: DueAction
    private let leftMilliseconds: Int64

    /// - Parameter now: monotonic.
    init(_ due: DueAction, now: Duration) {
        self.due = due
        leftMilliseconds = (due.deadline - now).wholeMilliseconds
    }

    /// The version of the document.
    static let schema: Int64 = 1

    private var probability: String { "\(due.detection.probability.asWritten)" }

    /// The variables for the program, beside those that Rooster itself was given.
    var environment: [(name: String, value: String)] {
        let detection = due.detection
        return [
            ("ROOSTER_DETECTION", detection.id.rawValue),
            ("ROOSTER_VISIT", detection.visit.rawValue),
            ("ROOSTER_RULE", detection.rule),
            ("ROOSTER_SOURCE", detection.source),
            ("ROOSTER_REGION", detection.region),
            ("ROOSTER_LABEL", detection.label),
            ("ROOSTER_PROBABILITY", probability),
            ("ROOSTER_TIME", detection.time.description),
            ("ROOSTER_PICTURE", due.picture ?? ""),
            ("ROOSTER_MODEL", detection.model.description),
            ("ROOSTER_DEADLINE_LEFT_MS", String(leftMilliseconds)),
            ("ROOSTER_ACTION", due.action),
            ("ROOSTER_TEST", due.isTest ? "1" : ""),
        ]
    }

    /// The document on standard input: one line.
    var json: String {
        let detection = due.detection
        var text = JSONText()
        text.add("schema", Self.schema)
        text.add("detection", detection.id.rawValue)
        text.add("visit", detection.visit.rawValue)
        text.add("rule", detection.rule)
        text.add("source", detection.source)
        text.add("region", detection.region)
        text.add("label", detection.label)
        text.add("probability", detection.probability.asWritten)
        text.add("labels", detection.labels, rounded: true)
        text.add("time", detection.time.description)
        text.add("picture", due.picture)
        text.add("model", detection.model.description)
        text.add("deadline_left_ms", leftMilliseconds)
        text.add("action", due.action)
        text.add("test", due.isTest)
        return text.closed
    }

    /// Fills in the placeholders of a template in one pass: a value that looks like a placeholder stays as it is, and so
    /// does everything else in braces.
    func filled(_ template: String, as encoding: Encoding = .plain) -> String {
        guard template.utf8.contains(UInt8(ascii: "{")) else { return template }
        var result = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{") {
            result += rest[..<open]
            rest = rest[open...]
            guard let close = rest.firstIndex(of: "}"),
                let value = value(of: rest[rest.index(after: open)..<close])
            else {
                result += "{"
                rest = rest.dropFirst()
                continue
            }
            result += written(value, as: encoding)
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }

    private func value(of placeholder: Substring) -> String? {
        let detection = due.detection
        return switch placeholder {
        case "label": detection.label
        case "probability": probability
        case "source": detection.source
        case "region": detection.region
        case "rule": detection.rule
        case "picture": due.picture ?? ""
        case "detection": detection.id.rawValue
        default: nil
        }
    }

    private func written(_ value: String, as encoding: Encoding) -> String {
        switch encoding {
        case .plain: value
        case .address: percentEncoded(value)
        case .json: JSONText.escaped(value)
        }
    }
}

/// A value as part of an address: everything but the unreserved letters of RFC 3986 as `%XX`.
func percentEncoded(_ value: String) -> String {
    var encoded = ""
    for byte in value.utf8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            encoded.unicodeScalars.append(Unicode.Scalar(byte))
        default:
            let digits = String(byte, radix: 16, uppercase: true)
            encoded += digits.count == 1 ? "%0" + digits : "%" + digits
        }
    }
    return encoded
}
