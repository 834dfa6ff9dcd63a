import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Settings

@Suite("The documentation of the settings")
struct DocumentTests {
    /// With `ROOSTER_WRITE_DOCUMENTS=1` in the environment the file is written instead.
    @Test func theDocumentIsThatOfTheTable() throws {
        let file = SharedData.repository.appending(path: "docs/CONFIGURATION.md")
        if ProcessInfo.processInfo.environment["ROOSTER_WRITE_DOCUMENTS"] == "1" {
            try ConfigurationDocument.markdown().write(to: file, atomically: true, encoding: .utf8)
        }
        let committed = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        let isCurrent = committed == ConfigurationDocument.markdown()
        #expect(
            isCurrent,
            "docs/CONFIGURATION.md is not what the table of keys says; write it again: ROOSTER_WRITE_DOCUMENTS=1 swift test --filter theDocumentIsThatOfTheTable"
        )
    }

    @Test func everyKeyAndEveryClauseIsDescribed() {
        let document = ConfigurationDocument.markdown()
        func check(_ section: Section) {
            for key in section.keys + (section.variants?.keys.flatMap(\.keys) ?? []) {
                #expect(document.contains("| `\(key.name)` |"), "\(key.name)")
                #expect(key.help.hasSuffix("."), "\(key.name)")
                if let inner = key.section { check(inner) }
            }
        }
        check(Keys.section)
        for clause in Clause.allCases { #expect(document.contains("- **\(clause.rawValue)**: ")) }
    }

    @Test func noKeyStandsTwiceInASection() {
        func check(_ section: Section) {
            for variant in section.variants?.keys ?? [("", [])] {
                let names = (section.keys + variant.keys).map(\.name)
                #expect(Set(names).count == names.count)
            }
            for key in section.keys { key.section.map(check) }
        }
        check(Keys.section)
    }
}
