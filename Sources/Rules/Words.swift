import Vocabulary

// The figures in the sentences of a trace. Own arithmetic: they are written on the frame's path.

/// Two values with as few digits, at least two, as tell them apart: `0.60` and `0.70`, but `0.5996` and `0.6000`.
func apart(_ left: Double, _ right: Double) -> (String, String) {
    for digits in 2...4 where fixed(left, digits) != fixed(right, digits) {
        return (fixed(left, digits), fixed(right, digits))
    }
    return (fixed(left, 2), fixed(right, 2))
}

/// A small number with a fixed count of digits after the point.
func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e9 else { return value.isNaN ? "nan" : "\(value)" }
    var scale: Int64 = 1
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int64((abs(value) * Double(scale)).rounded())
    let fraction = String(scaled % scale)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return sign + String(scaled) }
    return sign + String(scaled / scale) + "." + String(repeating: "0", count: digits - fraction.utf8.count) + fraction
}

/// A duration as people say it: `0.4 s`, `12 s`, `5 min`, `2 h 5 min`, `3 d`.
func said(_ duration: Duration) -> String {
    let milliseconds = duration.wholeMilliseconds
    if milliseconds < 0 { return "-" + said(.milliseconds(milliseconds == .min ? .max : -milliseconds)) }
    if milliseconds < 10_000, milliseconds % 1_000 != 0 {
        return fixed(Double(milliseconds) / 1_000, milliseconds < 100 ? 3 : 1) + " s"
    }
    let seconds = (milliseconds + 500 > milliseconds ? milliseconds + 500 : milliseconds) / 1_000
    switch seconds {
    case ..<120: return "\(seconds) s"
    case ..<7_200: return pair(seconds / 60, "min", seconds % 60, "s")
    case ..<172_800: return pair(seconds / 3_600, "h", seconds % 3_600 / 60, "min")
    default: return pair(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h")
    }
}

private func pair(_ large: Int64, _ unit: String, _ small: Int64, _ smallUnit: String) -> String {
    small == 0 ? "\(large) \(unit)" : "\(large) \(unit) \(small) \(smallUnit)"
}

/// A time on the clock: `07:05`.
func clockText(_ minutes: Int) -> String {
    let hours = minutes / 60
    let rest = minutes % 60
    return (hours < 10 ? "0\(hours)" : "\(hours)") + ":" + (rest < 10 ? "0\(rest)" : "\(rest)")
}
