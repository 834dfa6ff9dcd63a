// RFC 3339 in UTC with milliseconds ("2026-05-12T07:42:00.084Z"): the only form of an instant in JSON, feeds and logs.
// Own arithmetic instead of a formatter: this stands on every record, and the pure targets do without Foundation.
// The day count follows the civil-from-days algorithm of H. Hinnant ("chrono-compatible low-level date algorithms").

extension Instant: CustomStringConvertible {
    /// RFC 3339, UTC, milliseconds: `2026-05-12T07:42:00.084Z`.
    public var description: String {
        let day = milliseconds.floorDivided(by: 86_400_000)
        let rest = (milliseconds % 86_400_000 + 86_400_000) % 86_400_000  // no product: it overflows at the end of time
        let (year, month, dayOfMonth) = Instant.civil(fromDays: day)
        let text = [
            padded(year, 4), "-", padded(month, 2), "-", padded(dayOfMonth, 2), "T",
            padded(rest / 3_600_000, 2), ":", padded(rest / 60_000 % 60, 2), ":", padded(rest / 1_000 % 60, 2), ".",
            padded(rest % 1_000, 3), "Z",
        ]
        return text.joined()
    }

    /// Reads RFC 3339 with any offset and any number of fractional digits (beyond milliseconds they are cut).
    /// - Returns: nil for anything else.
    public init?(_ text: some StringProtocol) {
        var rest = Array(text.utf8)[...]
        guard let year = take(&rest, 4), skip(&rest, "-"), let month = take(&rest, 2), skip(&rest, "-"),
            let day = take(&rest, 2), skip(&rest, "T") || skip(&rest, "t") || skip(&rest, " "),
            let hour = take(&rest, 2), skip(&rest, ":"), let minute = take(&rest, 2), skip(&rest, ":"),
            let second = take(&rest, 2),
            (1...12).contains(month), day >= 1, day <= Instant.daysIn(month: month, year: year),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        var fraction: Int64 = 0
        if skip(&rest, ".") {
            guard let first = rest.first, isDigit(first) else { return nil }
            var weight: Int64 = 100
            while let digit = rest.first, isDigit(digit) {
                fraction += Int64(digit - 48) * weight
                weight /= 10
                rest.removeFirst()
            }
        }
        var offset: Int64 = 0
        if !(skip(&rest, "Z") || skip(&rest, "z")) {
            let sign: Int64
            if skip(&rest, "+") { sign = 1 } else if skip(&rest, "-") { sign = -1 } else { return nil }
            guard let hours = take(&rest, 2), skip(&rest, ":"), let minutes = take(&rest, 2), hours < 24, minutes < 60
            else { return nil }
            offset = sign * (hours * 60 + minutes)
        }
        guard rest.isEmpty else { return nil }
        let seconds = Instant.days(year: year, month: month, day: day) * 86_400 + hour * 3_600 + minute * 60 + second
        self.init(milliseconds: (seconds - offset * 60) * 1_000 + fraction)
        // An offset may lead out of the years that four digits can write: what is read could not be written again.
        guard (Instant.firstWritable...Instant.lastWritable).contains(milliseconds) else { return nil }
    }

    /// 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z.
    private static let firstWritable: Int64 = -62_167_219_200_000
    private static let lastWritable: Int64 = 253_402_300_799_999

    /// Days since 1970-01-01 of a date of the Gregorian calendar.
    public static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.floorDivided(by: 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The date of the Gregorian calendar, `days` days after 1970-01-01.
    public static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted.floorDivided(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    static func daysIn(month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Instant: Codable {
    /// From an RFC 3339 string.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let instant = Instant(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is not an RFC 3339 instant"))
        }
        self = instant
    }

    /// As an RFC 3339 string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Int64 {
    func floorDivided(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}

private func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value.magnitude)
    return (value < 0 ? "-" : "") + String(repeating: "0", count: Swift.max(0, width - digits.utf8.count)) + digits
}

private func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

private func skip(_ rest: inout ArraySlice<UInt8>, _ byte: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: byte) else { return false }
    rest.removeFirst()
    return true
}

private func take(_ rest: inout ArraySlice<UInt8>, _ count: Int) -> Int64? {
    guard rest.count >= count, rest.prefix(count).allSatisfy(isDigit) else { return nil }
    defer { rest.removeFirst(count) }
    return rest.prefix(count).reduce(0) { $0 * 10 + Int64($1 - 48) }
}
