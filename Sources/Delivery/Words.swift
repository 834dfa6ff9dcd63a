internal import Vocabulary

/// A duration as people say it: `84 ms`, `1.5 s`, `10 s`, `5 min`, `2 h`; a no-break space before the unit.
func spoken(_ duration: Duration) -> String {
    let milliseconds = duration.milliseconds
    let space = "\u{A0}"
    func number(_ value: Double) -> String {
        let tenths = (value * 10).rounded() / 10
        return tenths == tenths.rounded() ? "\(Int64(clamping: tenths))" : "\(tenths)"
    }
    switch abs(milliseconds) {
    case ..<999.5: return number(milliseconds.rounded()) + space + "ms"
    case ..<100_000: return number(milliseconds / 1e3) + space + "s"
    case ..<7_200_000: return number((milliseconds / 6e4).rounded()) + space + "min"
    default: return number(milliseconds / 3.6e6) + space + "h"
    }
}

extension Int64 {
    /// The nearest whole number that fits; 0 for what is no number.
    init(clamping value: Double) {
        self = value.isNaN ? 0 : value >= 9.2e18 ? .max : value <= -9.2e18 ? .min : Int64(value)
    }
}

extension String {
    /// The first letter in upper case: how a sentence begins.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
