import Vocabulary

@testable import Rules
@testable import Settings

extension FuzzTarget {
    /// A settings file: settings or faults, and faults that a terminal can show.
    static let settings = FuzzTarget(text: "settings", longest: 8_192) { text in
        do throws(SettingsFaults) {
            let configuration = try Configuration.read(text, file: "rooster.yaml", base: "/etc/rooster")
            promise(!configuration.sources.isEmpty, "settings without a source passed")
            for entry in configuration.explain() { checkWords(entry.value) }
            for rule in configuration.ruleBook.rules {
                _ = configuration.ruleBook.schedule(of: rule, at: Instant(milliseconds: 1_778_568_120_000))
            }
        } catch {
            promise(!error.faults.isEmpty, "refused without a fault")
            for fault in error.faults { checkWords(fault.message) }
        }
    }

    private static func checkWords(_ words: String) {
        let isShown = words.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        promise(isShown, "a control character reaches the terminal")
    }

    /// Durations, sizes, rates, times of day, intervals and instants; what is read and written again stays the same.
    static let quantities = FuzzTarget(text: "quantities", longest: 128) { text in
        if let value = duration(text) {
            promise(value >= .zero && duration(written(value)) == value, "a duration changes when it is written")
        }
        if let bytes = size(text) {
            promise(bytes >= 0 && size(written(size: bytes)) == bytes, "a size changes when it is written")
        }
        if let rate = rate(text) { promise(rate.count > 0 && rate.window > .zero, "a rate is \(rate)") }
        if let time = timeOfDay(text) {
            promise(timeOfDay("\(time)") == time, "a time of day changes when it is written")
        }
        if let instant = Instant(text) {
            promise(Instant(instant.description) == instant, "an instant changes when it is written")
        }
        if let address = ListenAddress(text) { _ = (address.isLoopback, address.isEveryAddress, address.description) }
        _ = (ModelID(text), decimalNumber(text), wholeNumber(text), flow(text), quoted(text))
    }
}
