import Vocabulary

extension Kind where Value == String {
    /// Any text that is not empty.
    static let text = Kind("text", show: flow) { $0.isEmpty ? nil : $0 }

    /// A path; a relative one starts at the directory of the settings file.
    static let path = Kind(
        words: "path",
        read: { node, reading in
            guard let text = node.text, !text.isEmpty, !text.contains("\0") else {
                reading.fault(node, "takes a path, not \(found(node))")
                return nil
            }
            return resolved(text, from: reading.base)
        }, show: flow)

    /// The address of something on the web; placeholders may stand in it.
    static let url = Kind("URL", expected: "an http or https URL", show: flow) { text in
        let rest = ["http://", "https://"].first { text.lowercased().hasPrefix($0) }.map { text.dropFirst($0.count) }
        guard let first = rest?.first, !"/?#:".contains(first), !text.contains(where: \.isWhitespace) else {
            return nil
        }
        return text
    }
}

extension Kind where Value == Bool {
    /// A switch.
    static let flag = Kind("`true` or `false`", expected: "true or false", quotable: false, show: { "\($0)" }) { text in
        ["true": true, "false": false][text.lowercased()]
    }
}

extension Kind where Value == Int {
    /// A whole number.
    static func integer(_ range: ClosedRange<Int>) -> Kind {
        let words = "whole number, \(range.lowerBound) to \(range.upperBound)"
        return Kind(words, expected: "a \(words)", quotable: false, show: { "\($0)" }) { text in
            wholeNumber(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension Kind where Value == Double {
    /// A number.
    static func number(_ range: ClosedRange<Double>) -> Kind {
        let words = "number, \(shown(range.lowerBound)) to \(shown(range.upperBound))"
        return Kind(words, expected: "a \(words)", quotable: false, show: shown) { text in
            decimalNumber(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension Kind where Value == Duration {
    /// A duration with its unit.
    static func duration(_ range: ClosedRange<Duration>) -> Kind {
        let words = "duration, \(written(range.lowerBound)) to \(written(range.upperBound))"
        return Kind("duration", expected: "a \(words), with its unit (ms, s, m, h, d)", show: written) { text in
            Settings.duration(text).flatMap { range.contains($0) ? $0 : nil }
        }.described(words)
    }
}

extension Kind where Value == Int64 {
    /// A size with its unit.
    static func size(_ range: ClosedRange<Int64>) -> Kind {
        let words = "size, \(written(size: range.lowerBound)) to \(written(size: range.upperBound))"
        return Kind(words, expected: "a \(words), with its unit (MB, GB, MiB, GiB)", show: { written(size: $0) }) {
            text in
            Settings.size(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension Kind where Value == Rate {
    /// How often something may happen.
    static let rate = Kind("rate, such as `20/h`", expected: "a rate such as 20/h or 5/10min", show: \.description) {
        text in
        Settings.rate(text).flatMap { $0.count <= 100_000 && $0.window <= .seconds(30 * 86_400) ? $0 : nil }
    }
}

extension Kind where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of a few words.
    static var choice: Kind {
        let known = Value.allCases.map(\.rawValue)
        let words = known.map { "`\($0)`" }.joined(separator: ", ")
        return Kind(
            words: words,
            read: { node, reading in
                if let value = node.text.flatMap(Value.init(rawValue:)) { return value }
                let hint = suggestion(for: node.text ?? "", among: known)
                reading.fault(node, "takes one of \(known.joined(separator: ", ")), not \(found(node))\(hint)")
                return nil
            }, show: \.rawValue)
    }
}

extension Kind {
    /// The same, described in other words.
    func described(_ words: String) -> Kind { Kind(words: words, section: section, read: read, show: show) }
}

/// A number as people write it: no more digits than it has.
func shown(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e9 ? String(Int(value)) : String(value)
}

/// A path that holds wherever the program is started.
func resolved(_ path: String, from base: String) -> String {
    if path.hasPrefix("/") || base.isEmpty { return path }
    let parts = path.split(separator: "/").drop { $0 == "." }
    return parts.isEmpty ? base : (base == "/" ? "" : base) + "/" + parts.joined(separator: "/")
}
