/// Rounds weights to `step * whole number` so that what comes out changes least, not the weights: the error of a channel is
/// `d H d'`, d being the change of its weights and H the covariance of what they multiply. Means are the bias's affair.
///
/// Column after column with the error passed on to those that are still to be rounded (GPTQ: Frantar and others, 2022), then
/// a few sweeps of coordinate descent.
struct WeightRounding {
    /// A row for each output channel.
    let weights: [Double]
    let channels: Int
    let columns: Int
    /// The least step of each channel.
    let leastSteps: [Double]

    /// The greatest whole number.
    private static let limit = 127.0

    struct Answer: Equatable {
        var whole: [Int8]
        /// Of each channel.
        var steps: [Float]
    }

    /// To the nearest, the greatest weight becoming 127.
    func nearest() -> Answer {
        let steps = (0..<channels).map { channel in Float(max(greatest(channel) / Self.limit, leastSteps[channel])) }
        let whole = weights.indices.map { Self.whole(weights[$0], Double(steps[$0 / columns])) }
        return Answer(whole: whole.map { Int8($0) }, steps: steps)
    }

    /// By the covariance of what a layer reads.
    func matched(to covariance: Covariance) -> Answer {
        let steps = bestSteps(covariance)
        var whole = [Int8](repeating: 0, count: weights.count)
        for block in covariance.blocks {
            let size = block.size
            let damped = Self.damped(block.matrix, size)
            let order = (0..<size).sorted { (damped[$0 * size + $0], $1) > (damped[$1 * size + $1], $0) }
            var ordered = [Double](repeating: 0, count: size * size)
            for row in 0..<size {
                for column in 0..<size { ordered[row * size + column] = damped[order[row] * size + order[column]] }
            }
            let factor = inverseFactor(ordered, size)
            for channel in 0..<channels {
                let given = order.map { weights[channel * columns + block.first + $0] }
                var rounded = Self.passedOn(given, factor, step: Double(steps[channel]))
                Self.descend(&rounded, given, ordered, step: Double(steps[channel]), sweeps: 3)
                for (place, column) in order.enumerated() {
                    whole[channel * columns + block.first + column] = Int8(rounded[place])
                }
            }
        }
        return Answer(whole: whole, steps: steps)
    }

    /// By the covariances of each channel's own taps.
    func matched(to covariance: TapCovariance) -> Answer {
        var answer = Answer(whole: [], steps: [])
        for channel in 0..<channels {
            let damped = Self.damped(covariance.matrix(channel), columns)
            let given = Array(weights[channel * columns..<(channel + 1) * columns])
            var best: (error: Double, whole: [Double], step: Float) = (.infinity, [], 1)
            for share in stride(from: 0.8, through: 1.1001, by: 0.025) {
                let step = Float(max(share * greatest(channel) / Self.limit, leastSteps[channel]))
                var whole = given.map { Self.whole($0, Double(step)) }
                Self.descend(&whole, given, damped, step: Double(step), sweeps: 4)
                let error = Self.error(whole, given, damped, step: Double(step))
                if error < best.error { best = (error, whole, step) }
            }
            answer.whole += best.whole.map { Int8($0) }
            answer.steps.append(best.step)
        }
        return answer
    }

    private func greatest(_ channel: Int) -> Double {
        weights[channel * columns..<(channel + 1) * columns].reduce(0) { max($0, abs($1)) }
    }

    private static func whole(_ weight: Double, _ step: Double) -> Double {
        min(max((weight / step).rounded(.toNearestOrEven), -limit), limit)
    }

    /// For each channel the step with the least error where weights are rounded to the nearest.
    private func bestSteps(_ covariance: Covariance) -> [Float] {
        let packed = covariance.blocks.map { PackedMatrix($0.matrix, depth: $0.size, columns: $0.size) }
        var best = [(error: Double, step: Float)](repeating: (.infinity, 1), count: channels)
        for share in stride(from: 0.7, through: 1.0001, by: 0.025) {
            let steps = (0..<channels).map { Float(max(share * greatest($0) / Self.limit, leastSteps[$0])) }
            var errors = [Double](repeating: 0, count: channels)
            for (block, matrix) in zip(covariance.blocks, packed) {
                let changes = (0..<channels * block.size).map { place in
                    let (channel, column) = (place / block.size, place % block.size)
                    let weight = weights[channel * columns + block.first + column]
                    return Float(Self.whole(weight, Double(steps[channel])) * Double(steps[channel]) - weight)
                }
                let products = matrix.product(changes, rows: channels)
                for place in products.indices {
                    errors[place / block.size] += Double(products[place]) * Double(changes[place])
                }
            }
            for channel in 0..<channels where errors[channel] < best[channel].error {
                best[channel] = (errors[channel], steps[channel])
            }
        }
        return best.map(\.step)
    }

    /// With a hundredth of the mean variance more on the diagonal.
    private static func damped(_ matrix: [Double], _ size: Int) -> [Double] {
        var damped = matrix
        let mean = (0..<size).reduce(0) { $0 + matrix[$1 * size + $1] } / Double(size)
        for place in 0..<size { damped[place * size + place] += max(0.01 * mean, 1e-9) }
        return damped
    }

    /// Rounds column by column; what is lost is made up for by the columns behind.
    private static func passedOn(_ given: [Double], _ factor: [Double], step: Double) -> [Double] {
        let size = given.count
        var weights = given
        var answer = given
        factor.withUnsafeBufferPointer { factor in
            weights.withUnsafeMutableBufferPointer { weights in
                for column in 0..<size {
                    let rounded = whole(weights[column], step)
                    answer[column] = rounded
                    let lost = (weights[column] - rounded * step) / factor[column * size + column]
                    for next in column + 1..<size {
                        weights[next] -= lost * factor[column * size + next]
                    }
                }
            }
        }
        return answer
    }

    /// Moves one whole number after the other to where the error is least, while the others stay.
    private static func descend(
        _ rounded: inout [Double], _ given: [Double], _ matrix: [Double], step: Double, sweeps: Int
    ) {
        let size = given.count
        var slope = [Double](repeating: 0, count: size)
        matrix.withUnsafeBufferPointer { matrix in
            slope.withUnsafeMutableBufferPointer { slope in
                func move(_ column: Int, by change: Double) {
                    for other in 0..<size { slope[other] += change * matrix[column * size + other] }
                }
                for column in 0..<size { move(column, by: rounded[column] * step - given[column]) }
                for _ in 0..<sweeps {
                    for column in 0..<size {
                        let wanted = rounded[column] * step - slope[column] / matrix[column * size + column]
                        let next = whole(wanted, step)
                        guard next != rounded[column] else { continue }
                        move(column, by: (next - rounded[column]) * step)
                        rounded[column] = next
                    }
                }
            }
        }
    }

    private static func error(_ rounded: [Double], _ given: [Double], _ matrix: [Double], step: Double) -> Double {
        let size = given.count
        let change = given.indices.map { rounded[$0] * step - given[$0] }
        var sum = 0.0
        for row in 0..<size {
            for column in 0..<size { sum += change[row] * matrix[row * size + column] * change[column] }
        }
        return sum
    }
}

/// The upper triangular U with `inverse of H = U' U`, H symmetric and positive definite, row by row.
///
/// H = R R' with an upper triangular R, factored from the last row upwards; U is the inverse of R.
/// - Complexity: O(size^3 / 3) multiplications.
func inverseFactor(_ matrix: [Double], _ size: Int) -> [Double] {
    var root = matrix
    root.withUnsafeMutableBufferPointer { root in
        for row in (0..<size).reversed() {
            for other in 0...row {
                var sum = root[other * size + row]
                for next in row + 1..<size { sum -= root[other * size + next] * root[row * size + next] }
                root[other * size + row] = sum
            }
            let diagonal = max(root[row * size + row], 1e-300).squareRoot()
            for other in 0..<row { root[other * size + row] /= diagonal }
            root[row * size + row] = diagonal
        }
    }
    var answer = [Double](repeating: 0, count: size * size)
    answer.withUnsafeMutableBufferPointer { answer in
        root.withUnsafeBufferPointer { root in
            for row in (0..<size).reversed() {
                let diagonal = 1 / root[row * size + row]
                answer[row * size + row] = diagonal
                for next in row + 1..<size {
                    let factor = root[row * size + next] * diagonal
                    for column in next..<size { answer[row * size + column] -= factor * answer[next * size + column] }
                }
            }
        }
    }
    return answer
}
