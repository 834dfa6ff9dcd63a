/// Text of a page or an Atom feed that is escaped by construction: what stands in a literal is markup, what is
/// interpolated is text, unless it is markup itself.
///
///     let row: Markup = "<li title=\"\(label)\">\(icon) \(label)</li>"
///
/// Safe between tags and inside quoted attributes; attributes are always quoted. Addresses are made by ``URLPath``.
struct Markup: ExpressibleByStringInterpolation, Hashable, Sendable {
    /// The escaped text.
    private(set) var text: String

    /// Markup from the source code; never from a variable.
    init(stringLiteral literal: StaticString) { text = literal.description }

    /// Markup from the source code with values in it.
    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    /// Escaped text.
    init(escaping text: String) { self.text = Markup.escaped(text) }

    private init(unchecked text: String) { self.text = text }

    /// A file of this target (an icon, the mark) that is markup as it stands.
    static func asset(_ asset: Asset) -> Markup { Markup(unchecked: String(decoding: asset.bytes, as: UTF8.self)) }

    /// Nothing.
    static let empty: Markup = ""

    /// One after the other.
    static func + (left: Markup, right: Markup) -> Markup { Markup(unchecked: left.text + right.text) }

    /// Adds at the end.
    static func += (left: inout Markup, right: Markup) { left.text += right.text }

    /// Builds the text of a literal with values.
    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 16 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: StaticString) { text += literal.description }
        mutating func appendInterpolation(_ value: String) { text += Markup.escaped(value) }
        mutating func appendInterpolation(_ value: Int) { text += String(value) }
        mutating func appendInterpolation(_ value: Markup) { text += value.text }
        mutating func appendInterpolation(_ value: Markup?) { text += value?.text ?? "" }
        mutating func appendInterpolation(_ values: [Markup]) { for value in values { text += value.text } }
    }

    /// `text` with the five characters that mean something in HTML and XML replaced, and without those that neither
    /// allows (controls other than tab and line ends, U+FFFE, U+FFFF).
    static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
            case "\u{0}"..<" ", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result.unicodeScalars.append("\u{FFFD}")
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
