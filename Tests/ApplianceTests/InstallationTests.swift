import Rules
import Settings
import Testing

@testable import Appliance

struct InstallationTests {
    @Test func aVetoThatTheModelCannotSeeIsAWarningOfCheck() {
        var configuration = Configuration.preset
        configuration.ruleBook.rules = [Rule(name: "jays", labels: ["jay"], veto: .init(labels: ["toddler", "hen"]))]
        let hints = Installation(configuration: configuration, settingsPath: nil).hints()
        let warning = "warning: the veto of rule 'jays' is blind: efficientnet-lite0/2 has no label for toddler"
        #expect(hints.contains { $0.hasPrefix(warning) }, "\(hints)")
    }
}
