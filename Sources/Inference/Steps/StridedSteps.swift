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
        // A loop for each formula, so that none chooses for every element.
        switch operation.formula {
        case .add: forEach(left, right, output) { $0 + $1 }
        case .subtract: forEach(left, right, output) { $0 - $1 }
        case .multiply: forEach(left, right, output) { $0 * $1 }
        case .divide: forEach(left, right, output) { $0 / $1 }
        case .slope: forEach(left, right, output) { $0 < 0 ? $0 * $1 : $0 }
        default: forEach(left, right, output) { operation.apply($0, $1) }
        }
        finish.applyWhole(output, walk.rows * walk.inner)
    }

    @inline(__always)
    private func forEach(
        _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
        _ formula: (Float, Float) -> Float
    ) {
        let (leftStep, rightStep) = (walk.innerStrides[0], walk.innerStrides[1])
        for row in 0..<walk.rows {
            let (first, second, _) = walk.starts(row)
            let (left, right, target) = (left + first, right + second, output + row * walk.inner)
            switch (leftStep, rightStep) {  // with steps that are known the compiler makes vectors of these
            case (1, 1): for index in 0..<walk.inner { target[index] = formula(left[index], right[index]) }
            case (1, 0): for index in 0..<walk.inner { target[index] = formula(left[index], right[0]) }
            case (0, 1): for index in 0..<walk.inner { target[index] = formula(left[0], right[index]) }
            default:
                for index in 0..<walk.inner {
                    target[index] = formula(left[index * leftStep], right[index * rightStep])
                }
            }
        }
    }
}

/// The elements of a value at places that lie with strides of their own.
final class RearrangementStep: Step {
    let traits: StepTraits
    private let walk: StridedWalk
    private let offset: Int
    /// Innermost rows of a unit.
    private let rows: Int
    private let inputID: TensorID
    private var input: UnsafePointer<Float>?
    private var output: UnsafeMutablePointer<Float>?

    /// - Parameters:
    ///   - walk: over the output, which is dense; the source is the input from `offset` on.
    ///   - rows: innermost rows of a unit.
    init(_ traits: StepTraits, _ walk: StridedWalk, offset: Int, rows: Int, input: TensorID) {
        self.traits = traits
        self.walk = walk
        self.offset = offset
        self.rows = rows
        inputID = input
    }

    func bind(_ memory: Memory) {
        input = UnsafePointer(memory[inputID])
        output = memory[traits.write]
    }

    func run(unit: Int, thread: Int) {
        guard let input, let output else { return }
        let (inner, step) = (walk.inner, walk.innerStrides[0])
        for row in unit * rows..<min((unit + 1) * rows, walk.rows) {
            let (source, target) = (input + offset + walk.starts(row).0, output + row * inner)
            if step == 1 {
                target.update(from: source, count: inner)
            } else {
                for column in 0..<inner { target[column] = source[column * step] }
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
