import Foundation
import Settings
public import Vocabulary

/// What people type and read on the command line.
public enum Words {
    /// The milliseconds of a duration as in the settings: `250ms`, `30s`, `2h`, `7d`; nil for anything else, and for none.
    public static func milliseconds(_ text: String) -> Double? {
        duration(text).map(\.milliseconds).flatMap { $0 > 0 ? $0 : nil }
    }

    /// An instant, or how long ago: `2h` before now.
    public static func instant(_ text: String) -> Instant? {
        Instant(text) ?? duration(text).map { Clock.now().wall - $0 }
    }

    /// Whether this can be the id of a frame or detection.
    public static func isIdentifier(_ text: String) -> Bool {
        text.utf8.count == 20 && text.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) }
    }

    /// A name as one segment of a URL's path; nil for an empty one.
    public static func pathSegment(_ name: String) -> String? {
        guard !name.isEmpty else { return nil }
        return name.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
    }

    /// `1 frame`, `2 frames`, `0 frames`.
    static func count(_ value: Int, _ noun: String) -> String { "\(value) \(noun)\(value == 1 ? "" : "s")" }

    /// Two digits after the point.
    static func probability(_ value: Double) -> String { decimals(value, 2) }

    /// With a unit and as many digits as mean something.
    static func milliseconds(_ value: Double) -> String {
        "\(value < 10 ? decimals(value, 1) : String(Int(value.rounded()))) ms"
    }

    /// A number with a fixed count of digits after the point, whatever the locale. (The program never sets the C library's;
    /// Foundation's would cost megabytes of tables and a hundredth of a second at the start.)
    static func decimals(_ value: Double, _ digits: Int) -> String {
        var text = [CChar](repeating: 0, count: 330 + digits)  // the largest number has 309 digits before the point
        let count = withVaList([Int32(digits), value]) { vsnprintf(&text, text.count, "%.*f", $0) }
        return String(decoding: text.prefix(max(0, Int(count))).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
