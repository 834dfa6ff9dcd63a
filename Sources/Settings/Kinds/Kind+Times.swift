import Foundation
import Rules
import Vocabulary
import Yams

extension Kind where Value == ActiveInterval {
    /// A stretch of each day.
    static let interval = Kind(
        "interval, such as `22:00..06:00` or `sunrise-30m..sunset`",
        expected: "an interval such as 08:00..18:30 or sunrise-30m..sunset", show: \.description
    ) { text in
        guard let dots = text.range(of: "..") else { return nil }
        let start = timeOfDay(text[..<dots.lowerBound].trimmingCharacters(in: .whitespaces))
        let end = timeOfDay(text[dots.upperBound...].trimmingCharacters(in: .whitespaces))
        guard let start, let end, start != .clock(minutes: 1_440) else { return nil }
        return ActiveInterval(start: start, end: end)
    }
}

extension Kind where Value == TimeZone {
    /// A time zone by its name in the IANA database.
    static let timeZone = Kind(
        words: "time zone, such as `Europe/London`",
        read: { node, reading in
            if let name = node.text, let zone = TimeZone(identifier: name) { return zone }
            let hint = suggestion(for: node.text ?? "", among: TimeZone.knownTimeZoneIdentifiers)
            reading.fault(node, "takes the name of a time zone such as Europe/London, not \(found(node))\(hint)")
            return nil
        }, show: \.identifier)
}

extension Kind where Value == ListenAddress {
    /// Where the page is served: address and port.
    static let listen = Kind(
        "address and port, such as `127.0.0.1:8463`", expected: "an address and a port, such as \"127.0.0.1:8463\"",
        show: { flow($0.description) }
    ) { ListenAddress($0) }
}

/// Reads `06:30`, `24:00`, `sunset`, `sunrise-30m`, `sunset+1h30m`.
/// - Returns: nil for anything else, and for a distance of more than twelve hours from the sun.
func timeOfDay(_ text: String) -> TimeOfDay? {
    for (word, make) in [("sunrise", TimeOfDay.sunrise(offset:)), ("sunset", TimeOfDay.sunset(offset:))]
    where text.hasPrefix(word) {
        let rest = text.dropFirst(word.count)
        guard let sign = rest.first else { return make(0) }
        guard sign == "+" || sign == "-", let distance = duration(String(rest.dropFirst())),
            distance <= .seconds(12 * 3_600), distance.wholeMilliseconds % 60_000 == 0
        else { return nil }
        let minutes = Int(distance.wholeMilliseconds / 60_000)
        return make(sign == "-" ? -minutes : minutes)
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].count == 2, parts[0].count <= 2, let hours = wholeNumber(parts[0]),
        let minutes = wholeNumber(parts[1]), minutes < 60, hours * 60 + minutes <= 1_440
    else { return nil }
    return .clock(minutes: hours * 60 + minutes)
}
