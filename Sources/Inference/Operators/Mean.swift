// GlobalAveragePool, ReduceMean: the mean over some axes.

/// The mean over some axes. Data input: x.
struct Mean: Operation {
    /// Ascending, each once, not empty.
    let axes: [Int]
    /// Whether the axes stay, with a size of 1.
    let keepsAxes: Bool

    init(globalPool node: inout NodeReader) throws(Fault) {
        try requirePictures(try node.takeData(0).shape)
        axes = [2, 3]
        keepsAxes = true
    }

    init(reduce node: inout NodeReader) throws(Fault) {
        let input = try node.takeData(0)
        let given = node.opset < 18 ? try node.ints("axes", in: -8...7) : try node.constantIntegers(1, "axes")
        keepsAxes = try node.flag("keepdims", preset: true)
        let none = node.opset >= 18 ? try node.flag("noop_with_empty_axes") : false
        guard !none || given?.isEmpty == false else { throw Fault(.unsupported, "it reduces nothing") }
        if let given, !given.isEmpty {
            axes = try resolvedAxes(given, rank: input.shape.count)
        } else {
            axes = Array(input.shape.indices)
        }
        guard !axes.isEmpty else { throw Fault(.unsupported, "its input is a single number") }
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] {
        let input = try single(inputs)
        return input.indices.compactMap { axis in
            axes.contains(axis) ? (keepsAxes ? 1 : nil) : input[axis]
        }
    }

    func evaluate(_ inputs: [Tensor]) throws(Fault) -> Tensor {
        let (input, source) = (inputs[0].shape, try inputs[0].floats())
        let kept = input.indices.map { axes.contains($0) ? 1 : input[$0] }
        // For each element, the place of its sum.
        let targets = places(
            in: input, strides: zip(input.indices, denseStrides(kept)).map { axes.contains($0) ? 0 : $1 })
        var sums = [Double](repeating: 0, count: kept.reduce(1, *))
        for (index, target) in targets.enumerated() { sums[target] += Double(source[index]) }
        let number = Double(axes.map { input[$0] }.reduce(1, *))
        return Tensor(shape: try shape(of: [input]), floats: sums.map { Float($0 / number) })
    }
}
