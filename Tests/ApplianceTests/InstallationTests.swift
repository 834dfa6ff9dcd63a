import Foundation
import Rules
import Settings
import TestSupport
import Testing

@testable import Appliance

/// What is wrong with settings beyond their form: what stops a start, what must not, and what is only said.
@Suite struct InstallationTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
    }

    /// With a rule on a label that only a version taught here has.
    private func installation(state: String) throws -> Installation {
        let settings = folder.path("rooster.yaml")
        try """
        storage: {directory: \(folder.path(state))}
        sources: [{name: yard, directory: \(folder.path("capture"))}]
        rules: [{name: robber, labels: [crow]}]
        """.write(toFile: settings, atomically: true, encoding: .utf8)
        return try Installation.find(settings: settings)
    }

    @Test func aLabelThatNoVersionHasStopsTheStart() throws {
        let installation = try installation(state: "state")
        #expect(!installation.stateIsAway, "it can be made")
        #expect(installation.faults(starting: true).count == 1)
        #expect(installation.faults().first?.contains("'crow'") == true)
    }

    @Test func aVersionThatCannotBeReadMayHaveTheLabel() throws {
        let version = folder.url.appending(path: "state/models/hens/1")
        try FileManager.default.createDirectory(at: version, withIntermediateDirectories: true)
        try Data("{".utf8).write(to: version.appending(path: "manifest.json"))
        let installation = try installation(state: "state")
        #expect(installation.faults() == [] && installation.faults(starting: true) == [])
        #expect(installation.hints().contains { $0.contains("hens/1") && $0.contains("is not known") })
    }

    @Test func withoutTheDiskOfTheStateItStartsAllTheSame() throws {
        // Nobody, not even root, can make a directory in a file.
        try Data().write(to: folder.url.appending(path: "disk"))
        let installation = try installation(state: "disk/state")
        #expect(installation.stateIsAway)
        #expect(installation.faults(starting: true) == [])
        #expect(installation.faults().count == 1, "a check, or a reload, is asked by somebody who can mend it")
    }

    @Test func aVetoThatTheModelCannotSeeIsAWarningOfCheck() {
        var configuration = Configuration.preset
        configuration.ruleBook.rules = [Rule(name: "jays", labels: ["jay"], veto: .init(labels: ["toddler", "hen"]))]
        let hints = Installation(configuration: configuration, settingsPath: nil).hints()
        let warning = "warning: the veto of rule 'jays' is blind: efficientnet-lite0/2 has no label for toddler"
        #expect(hints.contains { $0.hasPrefix(warning) }, "\(hints)")
    }
}
