/// The word among `known` that somebody may have meant who wrote `word`; nil where none is near.
///
/// Near is one slip of the pen (a letter too many, missing, wrong, or two swapped) for each four letters, one at least.
func nearest(to word: String, among known: some Sequence<String>) -> String? {
    let written = Array(word.lowercased().unicodeScalars.prefix(64))
    var best: (word: String, slips: Int)?
    for candidate in known {
        let letters = Array(candidate.lowercased().unicodeScalars.prefix(64))
        let allowed = 1 + min(written.count, letters.count) / 4
        guard abs(letters.count - written.count) <= allowed else { continue }
        let slips = slips(written, letters)
        guard slips <= allowed else { continue }
        if let held = best, (held.slips, held.word) <= (slips, candidate) { continue }
        best = (candidate, slips)
    }
    return best?.word
}

/// `; did you mean 'X'?`, or nothing.
func suggestion(for word: String, among known: some Sequence<String>) -> String {
    nearest(to: word, among: known).map { "; did you mean '\($0)'?" } ?? ""
}

/// The optimal string alignment distance.
private func slips(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforeLast = [Int]()
    var last = Array(0...right.count)
    for row in left.indices {
        var current = [row + 1]
        for column in right.indices {
            var slips = min(
                last[column + 1] + 1, current[column] + 1, last[column] + (left[row] == right[column] ? 0 : 1))
            if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                slips = min(slips, beforeLast[column - 1] + 1)
            }
            current.append(slips)
        }
        beforeLast = last
        last = current
    }
    return last[right.count]
}
