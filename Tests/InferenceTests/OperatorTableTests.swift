import Foundation
import TestSupport
import Testing

@testable import Inference

@Test func theDocumentNamesEveryOperatorThatIsKnown() throws {
    let url = SharedData.repository.appending(path: "docs/operators.md")
    let table = try String(contentsOf: url, encoding: .utf8).split(separator: "\n## ")[0]
    let rows = table.split(separator: "\n").filter {
        $0.hasPrefix("| ") && !$0.hasPrefix("| operator") && !$0.hasPrefix("| ---")
    }
    let names = rows.map { String($0.dropFirst(2).prefix { $0 != " " }) }
    #expect(names == operators.keys.sorted())
}
