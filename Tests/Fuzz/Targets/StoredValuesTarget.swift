import Foundation
import Vocabulary

@testable import Store

extension FuzzTarget {
    /// Columns of the database, as a damaged file may hand them back.
    static let storedValues = FuzzTarget("stored-values", longest: 2_048) { bytes in
        let names = ["jay", "hen", "magpie", "grey fox"]
        for scored in CompactProbabilities.labels(Data(bytes), names: names, most: 256) {
            promise(names.indices.contains(scored.index) && scored.probability.isFinite, "a label is \(scored)")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let outcomes = CompactTrace.outcomes(text)
        promise(CompactTrace.outcomes(CompactTrace.text(outcomes)).count == outcomes.count, "clauses are lost")
        let labels = CompactLabels.labels(text)
        promise(CompactLabels.labels(CompactLabels.text(labels)).count == labels.count, "labels are lost")
        _ = try? JSONEncoder().encode(labels)
        let timings = CompactTimings.timings(text)
        promise(timings.values.allSatisfy(\.isFinite), "a timing is no number: it cannot be shown as JSON")
        promise(labels.allSatisfy { $0.probability.isFinite }, "a probability is no number: it cannot be shown as JSON")
        if let box = CompactBox.box(text) {
            promise([box.x, box.y, box.width, box.height].allSatisfy(\.isFinite), "a box has no numbers")
        }
        promise(!CompactNames.names(text).isEmpty, "names are gone")
        _ = PageCursor(text).sequence
    }
}
