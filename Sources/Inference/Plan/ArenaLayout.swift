/// Where each tensor lies in the arena: two that are needed at the same time never overlap, others may.
///
/// Greedy: the largest first, each at the lowest place where nothing that lives at the same time lies. Nearly always the
/// best there is for a classifier, whose values are needed for a step or two.
struct ArenaLayout {
    /// In float32, by tensor; a multiple of 16 (64 bytes). 0 for those that lie elsewhere.
    private(set) var offsets: [Int]
    /// In float32.
    private(set) var count = 0

    /// - Parameters:
    ///   - steps: in the order in which they run.
    ///   - kept: tensors that are there before the first step and after the last.
    init(tensors: [PlannedTensor], steps: [StepTraits], kept: Set<TensorID>) {
        var first = [Int](repeating: steps.count, count: tensors.count)
        var last = [Int](repeating: -1, count: tensors.count)
        for (index, step) in steps.enumerated() {
            first[step.write.index] = min(first[step.write.index], index)
            for tensor in step.reads + [step.write] { last[tensor.index] = max(last[tensor.index], index) }
        }
        for tensor in kept {
            first[tensor.index] = -1
            last[tensor.index] = steps.count
        }

        // A step that may overwrite what it reads for the last time shares its place.
        var owner = Array(tensors.indices)
        for (index, step) in steps.enumerated() {
            guard let input = step.mayOverwrite, case .arena = tensors[input.index].storage,
                last[input.index] == index, !kept.contains(input), !kept.contains(step.write),
                tensors[input.index].words == tensors[step.write.index].words
            else { continue }
            let root = owner[input.index]
            owner[step.write.index] = root
            last[root] = max(last[root], last[step.write.index])
        }

        offsets = [Int](repeating: 0, count: tensors.count)
        var placed: [(range: Range<Int>, first: Int, last: Int)] = []
        let roots = tensors.indices.filter { index in
            if case .arena = tensors[index].storage { owner[index] == index && last[index] >= 0 } else { false }
        }
        for index in roots.sorted(by: { (tensors[$0].words, $1) > (tensors[$1].words, $0) }) {
            let size = (tensors[index].words + 15) & ~15
            var offset = 0
            // `placed` stays sorted by its begin, so one walk finds the first gap.
            for other in placed where other.first <= last[index] && first[index] <= other.last {
                if other.range.lowerBound >= offset + size { break }
                offset = max(offset, other.range.upperBound)
            }
            offsets[index] = offset
            let place = placed.firstIndex { $0.range.lowerBound > offset } ?? placed.count
            placed.insert((offset..<offset + size, first[index], last[index]), at: place)
            count = max(count, offset + size)
        }
        for index in tensors.indices { offsets[index] = offsets[owner[index]] }
    }
}
