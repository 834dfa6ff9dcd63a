import Foundation
import Testing
import Vocabulary

@testable import Store

/// Columns as a damaged file may hand them back.
@Suite struct CompactValueTests {
    /// JSON has no word for them: one such number would make every page that shows it fail.
    @Test func numbersThatAreNoneAreLeftOut() throws {
        #expect(CompactTimings.timings("decode nan infer 14.9 act inf") == [.infer: 14.9])
        let labels = CompactLabels.labels("0 nan jay\n1 -inf hen\n2 0.01 grey fox")
        #expect(labels.map(\.label) == ["grey fox"])
        #expect(CompactBox.box("0.1 inf 0.4 0.5") == nil)
        _ = try JSONEncoder().encode(labels)
    }
}
