import Vocabulary

// Quantities as people write them. A number without a unit is refused: nobody remembers whether it was seconds.

/// Reads a duration: `250ms`, `30s`, `5m` (or `5min`), `2h`, `30d`, `1h30m`, `1.5h`.
/// - Returns: nil for anything else, a negative one, and more than a century.
public func duration(_ text: String) -> Duration? {
    let units: [String: Double] = ["ms": 1, "s": 1_000, "m": 60_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000]
    var rest = Substring(text)
    var total = 0.0
    var least = Double.infinity
    repeat {
        guard let (number, unit) = takeQuantity(&rest), let weight = units[unit], weight < least else { return nil }
        total += number * weight
        least = weight  // "30m1h" and "1h1h" are slips of the pen
    } while !rest.isEmpty
    guard total <= 100 * 366 * 86_400_000 else { return nil }
    return .milliseconds(Int64(total.rounded()))
}

/// A duration as ``duration(_:)`` reads it, without loss to the millisecond.
func written(_ duration: Duration) -> String {
    var rest = duration.wholeMilliseconds
    guard rest > 0 else { return rest == 0 ? "0s" : "-" + written(.milliseconds(rest == .min ? .max : -rest)) }
    var text = ""
    let units: [(String, Int64)] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)]
    for (unit, size) in units where rest >= size {
        text += "\(rest / size)\(unit)"
        rest %= size
    }
    return text
}

/// Reads a size in bytes: `500MB`, `4GB` (10^9), `4GiB` (2^30), `0B`.
/// - Returns: nil for anything else, a negative one, and more than 2^53.
func size(_ text: String) -> Int64? {
    let powers: [String: Double] = [
        "B": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
        "KiB": 1_024, "MiB": 1_048_576, "GiB": 1_073_741_824, "TiB": 1_099_511_627_776,
    ]
    var rest = Substring(text)
    guard let (number, unit) = takeQuantity(&rest), rest.isEmpty, let weight = powers[unit] else { return nil }
    let bytes = (number * weight).rounded()
    return bytes <= 9_007_199_254_740_992 ? Int64(bytes) : nil
}

/// A size as ``size(_:)`` reads it, without loss.
func written(size bytes: Int64) -> String {
    let units: [(String, Int64)] = [
        ("TB", 1_000_000_000_000), ("TiB", 1_099_511_627_776), ("GB", 1_000_000_000), ("GiB", 1_073_741_824),
        ("MB", 1_000_000), ("MiB", 1_048_576), ("kB", 1_000), ("KiB", 1_024),
    ]
    guard bytes > 0, let (unit, weight) = units.first(where: { bytes % $0.1 == 0 }) else { return "\(bytes)B" }
    return "\(bytes / weight)\(unit)"
}

/// Reads how often: `20/h`, `5/10min`, `100/d`.
func rate(_ text: String) -> Rate? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let count = wholeNumber(parts[0]), count >= 1, let first = parts[1].first else {
        return nil
    }
    let window = first.isNumber ? duration(String(parts[1])) : duration("1" + parts[1])
    return window.flatMap { $0 > .zero ? Rate(count: count, window: $0) : nil }
}

/// Reads a whole number of at most nine digits: no sign, no spaces.
func wholeNumber(_ text: some StringProtocol) -> Int? {
    guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int(text)
}

/// Reads a decimal number: `0.6`, `-3`, `1e-3`; not `nan`, `inf` or hexadecimal.
func decimalNumber(_ text: some StringProtocol) -> Double? {
    guard (1...40).contains(text.utf8.count), text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }),
        let value = Double(text), value.isFinite
    else { return nil }
    return value
}

/// Takes a number without a sign and the letters after it; a space between them is fine.
private func takeQuantity(_ rest: inout Substring) -> (number: Double, unit: String)? {
    let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    rest.removeFirst(digits.count)
    if rest.first == " " { rest.removeFirst() }
    let unit = rest.prefix { $0.isASCII && $0.isLetter }
    rest.removeFirst(unit.count)
    guard digits.first != ".", digits.last != ".", let number = decimalNumber(digits), !unit.isEmpty else { return nil }
    return (number, String(unit))
}
