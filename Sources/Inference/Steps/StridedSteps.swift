// Steps for the shapes that no kernel is made for: plain loops over strides. They are right, not fast, and no network
// that Rooster ships or trains has one on its hot path.

/// Walks over a dense target of up to eight dimensions while keeping the place in sources that lie with other strides.
struct StridedWalk {
    /// Sizes and strides, padded in front to eight.
    private let sizes: SIMD8<Int>
    let inner: Int
    let innerStrides: SIMD4<Int>
    private let strides: (SIMD8<Int>, SIMD8<Int>, SIMD8<Int>)
    /// Number of innermost rows.
    let rows: Int

    /// - Parameter strides: one list for each source, at most three; as long as `sizes`, which is not empty.
    init(sizes: [Int], strides: [[Int]]) {
        let padding = [Int](repeating: 1, count: max(0, 8 - sizes.count))
        let zeros = [Int](repeating: 0, count: padding.count)
        self.sizes = SIMD8(padding + sizes)
        inner = sizes.last ?? 1
        rows = sizes.dropLast().reduce(1, *)
        func padded(_ index: Int) -> SIMD8<Int> {
            index < strides.count ? SIMD8(zeros + strides[index]) : SIMD8(repeating: 0)
        }
        self.strides = (padded(0), padded(1), padded(2))
        innerStrides = SIMD4(self.strides.0[7], self.strides.1[7], self.strides.2[7], 0)
    }

    /// Where innermost row `row` begins in each source.
    @inline(__always)
    func starts(_ row: Int) -> (Int, Int, Int) {
        var (rest, first, second, third) = (row, 0, 0, 0)
        var axis = 6
        while axis >= 0, rest > 0 {
            let index = rest % sizes[axis]
            rest /= sizes[axis]
            first += index * strides.0[axis]
            second += index * strides.1[axis]
            third += index * strides.2[axis]
            axis -= 1
        }
        return (first, second, third)
    }
}

/// A formula of two values that are broadcast to each other.
final class BroadcastStep: Step {
    let traits: StepTraits
    private let walk: StridedWalk
    private let operation: BinaryOperation
    private let finish: Finish
    private let inputIDs: (TensorID, TensorID)
    private var inputs: (UnsafePointer<Float>, UnsafePointer<Float>)?
    private var output: UnsafeMutablePointer<Float>?

    /// - Parameter walk: over the output; the sources are left and right.
    init(
        _ traits: StepTraits, _ walk: StridedWalk, _ operation: BinaryOperation, inputs: (TensorID, TensorID),
        finish: Finish
    ) {
        self.traits = traits
        self.walk = walk
        self.operation = operation
        self.finish = finish
        inputIDs = inputs
    }

    func bind(_ memory: Memory) {
        inputs = (UnsafePointer(memory[inputIDs.0]), UnsafePointer(memory[inputIDs.1]))
        output = memory[traits.write]
    }

    func run(unit: Int, thread: Int) {
        guard let (left, right) = inputs, let output else { return }
        for row in 0..<walk.rows {
            let (first, second, _) = walk.starts(row)
            let target = output + row * walk.inner
            for column in 0..<walk.inner {
                let value = operation.apply(
                    left[first + column * walk.innerStrides[0]], right[second + column * walk.innerStrides[1]])
                target[column] = min(max(value, finish.minimum), finish.maximum)
            }
        }
        finish.apply(output, walk.rows * walk.inner)
    }
}

/// The mean over any axes.
final class MeanStep: Step {
    let traits: StepTraits
    private let outer: StridedWalk
    private let reduced: StridedWalk
    private let inputID: TensorID
    private var input: UnsafePointer<Float>?
    private var output: UnsafeMutablePointer<Float>?

    /// - Parameters:
    ///   - outer: over the output; the source is the input's first element of each sum.
    ///   - reduced: over the elements of one sum, from there.
    init(_ traits: StepTraits, outer: StridedWalk, reduced: StridedWalk, input: TensorID) {
        self.traits = traits
        self.outer = outer
        self.reduced = reduced
        inputID = input
    }

    func bind(_ memory: Memory) {
        input = UnsafePointer(memory[inputID])
        output = memory[traits.write]
    }

    func run(unit: Int, thread: Int) {
        guard let input, let output else { return }
        let number = Float(reduced.rows * reduced.inner)
        for row in 0..<outer.rows {
            let start = outer.starts(row).0
            for column in 0..<outer.inner {
                let first = input + (start + column * outer.innerStrides[0])
                var sum: Float = 0
                for line in 0..<reduced.rows {
                    let place = reduced.starts(line).0
                    for step in 0..<reduced.inner { sum += first[place + step * reduced.innerStrides[0]] }
                }
                output[row * outer.inner + column] = sum / number
            }
        }
    }
}

/// Copies a value into a part of another, whose other elements have one value (Pad) or are copied by further steps
/// (Concat).
final class CopyStep: Step {
    struct Part {
        var input: TensorID
        /// Over the part's elements; the source is the output, beginning at `offset`.
        var walk: StridedWalk
        var offset: Int
    }

    let traits: StepTraits
    private let parts: [Part]
    /// The value of all elements that no part covers, and how many there are in all.
    private let background: (value: Float, count: Int)?
    private var inputs: [UnsafePointer<Float>] = []
    private var output: UnsafeMutablePointer<Float>?

    init(_ traits: StepTraits, parts: [Part], background: (value: Float, count: Int)?) {
        self.traits = traits
        self.parts = parts
        self.background = background
    }

    func bind(_ memory: Memory) {
        inputs = parts.map { UnsafePointer(memory[$0.input]) }
        output = memory[traits.write]
    }

    func run(unit: Int, thread: Int) {
        guard let output else { return }
        if let background { output.update(repeating: background.value, count: background.count) }
        for index in parts.indices {
            let walk = parts[index].walk
            let target = output + parts[index].offset
            for row in 0..<walk.rows {
                (target + walk.starts(row).0).update(from: inputs[index] + row * walk.inner, count: walk.inner)
            }
        }
    }
}
