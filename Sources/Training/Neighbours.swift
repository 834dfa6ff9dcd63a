import Inference

/// How like the nearest photo of a label a photo is, among those of other occasions.
///
/// All of them, not those of other folds only: a new photo has as many. With a fifth fewer neighbours known photos seemed
/// stranger than new ones will be.
struct Neighbours {
    /// A row a photo, of length 1.
    let features: Matrix
    /// Of each photo.
    let labels: [Int]
    /// Of each photo.
    let occasions: [Int]

    /// - Parameters:
    ///   - photos: places in `features`.
    ///   - wanted: the label of which each one's nearest photo is looked for.
    /// - Returns: the largest dot product of each; 0 where there is nobody.
    /// - Complexity: O(photos x photos of a label x values).
    func similarities(of photos: [Int], to wanted: [Int]) -> [Float] {
        var result = [Float](repeating: 0, count: photos.count)
        var byLabel: [Int: [Int]] = [:]
        for (place, label) in wanted.enumerated() { byLabel[label, default: []].append(place) }
        let members = Dictionary(grouping: labels.indices, by: { labels[$0] })
        for (label, places) in byLabel {
            let others = members[label] ?? []
            let products = features.rows(places.map { photos[$0] })
                .multiplied(by: Panels(transposing: features.rows(others)))
            for (row, place) in places.enumerated() {
                for (column, other) in others.enumerated()
                where occasions[other] != occasions[photos[place]] {
                    result[place] = max(result[place], products[row, column])
                }
            }
        }
        return result
    }
}

extension Matrix {
    /// Some rows of it.
    func rows(_ wanted: [Int]) -> Matrix {
        var part = Matrix(rows: wanted.count, columns: columns)
        values.withUnsafeBufferPointer { source in
            part.values.withUnsafeMutableBufferPointer { target in
                for (place, row) in wanted.enumerated() {
                    for column in 0..<columns { target[place * columns + column] = source[row * columns + column] }
                }
            }
        }
        return part
    }
}
