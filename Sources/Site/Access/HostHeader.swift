/// The `Host` header, checked: what addresses in feeds are made from, and what tells a rebound name from our own.
struct HostHeader: Hashable, Sendable {
    /// The name or address in lower case; an IPv6 address in brackets.
    let name: String
    /// The port; nil where the header names none.
    let port: Int?

    /// Reads `name`, `name:port`, `[address]:port`.
    /// - Returns: nil for anything that is not letters, digits, `-`, `_` and dots, or a bracketed address, at most 253
    ///   characters long, with a port from 1 to 65535.
    init?(_ text: String) {
        guard (1...261).contains(text.utf8.count) else { return nil }
        let name: Substring
        var rest: Substring
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            name = text[...end]
            rest = text[text.index(after: end)...]
            let inside = name.dropFirst().dropLast()
            guard inside.contains(":"), inside.allSatisfy({ $0.isASCII && ($0.isHexDigit || $0 == ":" || $0 == ".") })
            else { return nil }
        } else {
            name = text.prefix { $0 != ":" }
            rest = text[name.endIndex...]
            let allowed = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
            guard allowed, !name.isEmpty, !name.hasPrefix("."), name.utf8.count <= 253 else { return nil }
        }
        if rest.isEmpty {
            port = nil
        } else {
            rest.removeFirst()
            guard rest.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(rest), (1...65_535).contains(number)
            else { return nil }
            port = number
        }
        self.name = name.lowercased()
    }

    /// As it stands in an address.
    var text: String { port.map { "\(name):\($0)" } ?? name }

    /// True where the name means this machine.
    var isLoopback: Bool { LoopbackName.isLoopback(name) }
}
