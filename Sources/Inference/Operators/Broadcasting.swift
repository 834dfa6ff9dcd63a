/// The shape of what two values give together: missing dimensions in front and those of 1 stretch to the other's.
func broadcastShape(_ left: [Int], _ right: [Int]) throws(Fault) -> [Int] {
    let rank = max(left.count, right.count)
    var shape: [Int] = []
    for axis in 0..<rank {
        let first = axis < rank - left.count ? 1 : left[axis - (rank - left.count)]
        let second = axis < rank - right.count ? 1 : right[axis - (rank - right.count)]
        guard first == second || first == 1 || second == 1 else {
            throw Fault(.invalid, "the shapes \(left) and \(right) don't go together")
        }
        shape.append(first == 1 ? second : first)
    }
    return shape
}

/// How far apart neighbours of each dimension of `target` lie in a dense value of `shape`: 0 where it stretches.
func broadcastStrides(_ shape: [Int], to target: [Int]) -> [Int] {
    let padded = [Int](repeating: 1, count: target.count - shape.count) + shape
    return zip(padded, denseStrides(padded)).map { $0 == 1 ? 0 : $1 }
}

/// For each element of `target` its place in a value of `shape`.
func broadcastPlaces(_ shape: [Int], to target: [Int]) -> [Int] {
    places(in: target, strides: broadcastStrides(shape, to: target))
}

/// For each element of a dense value of `shape`, in order, `offset` plus its indices times `strides`.
func places(in shape: [Int], strides: [Int], offset: Int = 0) -> [Int] {
    guard !shape.contains(0) else { return [] }
    var answer = [offset]
    for (size, stride) in zip(shape, strides) {
        answer = answer.flatMap { start in (0..<size).map { start + $0 * stride } }
    }
    return answer
}
