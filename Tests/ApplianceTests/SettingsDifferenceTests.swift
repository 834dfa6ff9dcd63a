import Foundation
import TestSupport
import Testing

@testable import Appliance
@testable import Settings

/// What a reload says of itself.
struct SettingsDifferenceTests {
    private func difference(_ old: String, _ new: String) throws -> SettingsDifference {
        let start = "sources: [{name: nest, directory: /var/lib/motion}]\n"
        return SettingsDifference(
            from: try Configuration.read(start + old, file: "rooster.yaml", base: "/"),
            to: try Configuration.read(start + new, file: "rooster.yaml", base: "/"))
    }

    @Test func aValueThatChangedIsToldWithBoth() throws {
        let told = try difference(
            "rules: [{name: jay, labels: [jay], probability: 0.6}]",
            "rules: [{name: jay, labels: [jay], probability: 0.7}]")
        #expect(told.before == "rules[jay].probability: 0.6")
        #expect(told.after == "rules[jay].probability: 0.7")
    }

    @Test func whatCameIsToldWithWhatItsOwnerWroteAndNothingElse() throws {
        let told = try difference(
            "", "actions: [{name: lamp, url: \"http://plug.local/on\", method: GET}]\nstorage: {budget: 2GB}")
        #expect(told.before == "actions[lamp]: absent; storage.budget: 4GB")
        #expect(told.after == #"actions[lamp]: {url: "http://plug.local/on", method: GET}; storage.budget: 2GB"#)
    }

    @Test func whatWentIsAbsent() throws {
        let told = try difference(
            "rules: [{name: jay, labels: [jay]}, {name: cat, labels: [tabby]}]",
            "rules: [{name: cat, labels: [tabby]}]")
        #expect(told.before == "rules[jay]: {labels: [jay]}")
        #expect(told.after == "rules[jay]: absent")
    }

    @Test func theSameSettingsDiffersInNothing() throws {
        let told = try difference("rules: [{name: jay, labels: [jay]}]", "rules: [{name: jay, labels: [jay]}]")
        #expect(told.before == nil && told.after == nil)
    }
}
