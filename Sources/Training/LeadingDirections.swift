import Models

/// Orthonormal directions in which photos differ most: where there are more photos than values, a fit along them costs a
/// third and answers the same (docs/decisions/leading-directions.md).
///
/// By subspace iteration on the photos' scatter matrix (Halko, Martinsson & Tropp 2011): matrix products and Cholesky
/// factors only, the same bits for the same photos.
struct LeadingDirections {
    /// A column a direction.
    let basis: Matrix

    /// So many, and twice as many where those hold too little: whole panels of the product's columns.
    private static let counts = [448, 896]
    /// Share of the photos' variance that the directions hold at least.
    private static let share = 0.94
    /// Products with the scatter matrix: with two, 448 of 1280 directions hold 94.9 % where the best 448 hold 95.4.
    private static let iterations = 2

    /// - Parameter photos: centred, a row a photo.
    /// - Returns: nil where all directions are to be used.
    init?(of photos: Matrix) {
        guard photos.rows > photos.columns, photos.columns > Self.counts[0] else { return nil }
        var scatter = photos.transposed().multiplied(by: Panels(photos), lowerHalf: true)
        scatter.mirror()
        let variance = (0..<scatter.rows).reduce(0.0) { $0 + Double(scatter[$1, $1]) }
        for count in Self.counts where count < photos.columns {
            guard let basis = Self.basis(scatter, count) else { return nil }
            let held = dot(basis.values, scatter.multiplied(by: Panels(basis)).values)
            if held >= Self.share * variance {
                self.basis = basis
                return
            }
        }
        return nil
    }

    /// Begins at random signs.
    private static func basis(_ scatter: Matrix, _ count: Int) -> Matrix? {
        var random = SplitMix(seed: 1)
        var basis = Matrix(rows: scatter.rows, columns: count)
        for place in basis.values.indices { basis.values[place] = Bool.random(using: &random) ? 1 : -1 }
        for _ in 0..<iterations {
            // Once leaves them far from orthonormal in float32, twice within a hundredth (Yamamoto 2015).
            guard let once = orthonormalised(scatter.multiplied(by: Panels(basis))), let twice = orthonormalised(once)
            else { return nil }
            basis = twice
        }
        return basis
    }

    /// The columns times the inverse of the Cholesky factor of their products.
    private static func orthonormalised(_ columns: Matrix) -> Matrix? {
        var products = columns.transposed().multiplied(by: Panels(columns), lowerHalf: true)
        // A ridge above what float32 rounds off, the greater part of which is undone the second time.
        let mean = (0..<products.rows).reduce(0.0) { $0 + Double(products[$1, $1]) } / Double(products.rows)
        for row in 0..<products.rows { products[row, row] += Float(1e-4 * mean) }
        return Cholesky.inverseFactor(products).map { columns.multiplied(by: Panels(transposing: $0)) }
    }
}
