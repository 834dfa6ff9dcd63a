// MaxPool, AveragePool and LpPool in any number of dimensions, of integers too; the indices of MaxPool's maxima.

import ONNXFormat

#if canImport(Glibc)
    import Glibc
#endif

/// A pool for which there is no kernel. Data input: x.
struct GeneralPool: PlainOperation {
    enum Kind: Sendable {
        case maximum, average(countsPads: Bool)
        /// The place of the maximum in the whole of x; columns before rows where `byColumns`.
        case place(byColumns: Bool)
        case length(power: Int)
    }

    let kind: Kind
    let window: GeneralWindow
    private let planes: [Int]

    init(_ node: inout NodeReader, _ kind: Pool.Kind) throws(Fault) {
        let input = try node.takeData(0)
        guard input.shape.count >= 3 else { throw Fault(.invalid, "its input has the shape \(input.shape)") }
        let ceil = try node.flag("ceil_mode")
        switch kind {
        case .maximum:
            let byColumns = try node.flag("storage_order")
            self.kind = node.outputIndex() == 1 ? .place(byColumns: byColumns) : .maximum
        case .average:
            guard input.type.isFloating else { throw Fault(.invalid, "a mean of \(input.type) values") }
            self.kind = .average(countsPads: try node.flag("count_include_pad"))
        }
        window = try GeneralWindow(&node, shape: input.shape, ceil: ceil)
        planes = Array(input.shape[..<2])
    }

    init(length node: inout NodeReader) throws(Fault) {
        let input = try node.takeData(0)
        guard input.shape.count >= 3, input.type.isFloating else {
            throw Fault(.invalid, "its input has the shape \(input.shape)")
        }
        kind = .length(power: try node.int("p", in: 1...16) ?? 2)
        window = try GeneralWindow(&node, shape: input.shape, ceil: try node.flag("ceil_mode"))
        planes = Array(input.shape[..<2])
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { planes + window.output }

    func type(of inputs: [ONNXElementType]) -> ONNXElementType {
        if case .place = kind { .int64 } else { inputs[0] }
    }

    var isFoldable: Bool { false }

    func work(_ inputs: [[Int]], _ output: [Int]) -> Double { Double(output.reduce(1, *)) * Double(window.taps) }

    func compute(_ inputs: [Operand], into output: Operand) {
        let input = inputs[0]
        for index in 0..<output.count {
            let start = index / window.outputPlane * window.plane
            let element = index % window.outputPlane
            if !input.isFloating {
                let best = place(of: input.integers + start, element)
                output.integers[index] = isPlace ? numbered(best, start) : best.map { input.integers[start + $0] } ?? 0
            } else if isPlace {
                output.integers[index] = numbered(place(of: input.floats + start, element), start)
            } else {
                output.floats[index] = value(input.floats + start, element)
            }
        }
    }

    private var isPlace: Bool {
        if case .place = kind { true } else { false }
    }

    private func value(_ source: UnsafeMutablePointer<Float>, _ element: Int) -> Float {
        switch kind {
        case .maximum, .place:
            return place(of: source, element).map { source[$0] } ?? -.infinity
        case .average(let countsPads):
            var (sum, number) = (0.0, 0)
            window.forEachTap(of: element) { _, place, isPadded in
                if let place { sum += Double(source[place]) }
                if place != nil || (countsPads && isPadded) { number += 1 }
            }
            return number == 0 ? 0 : Float(sum / Double(number))
        case .length(let power):
            var sum = 0.0
            window.forEachTap(of: element) { _, place, _ in
                if let place { sum += pow(Double(source[place].magnitude), Double(power)) }
            }
            return Float(pow(sum, 1 / Double(power)))
        }
    }

    private func place<Value: Comparable>(of source: UnsafeMutablePointer<Value>, _ element: Int) -> Int? {
        var best: Int?
        window.forEachTap(of: element) { _, place, _ in
            guard let place else { return }
            guard let known = best else { return best = place }
            if source[place] > source[known] { best = place }
        }
        return best
    }

    /// A place of a channel as the format numbers it.
    private func numbered(_ place: Int?, _ start: Int) -> Int {
        guard let place else { return 0 }
        guard case .place(byColumns: true) = kind else { return start + place }
        var (rest, answer) = (place, 0)
        for axis in window.input.indices.reversed() {
            answer += rest % window.input[axis] * window.input[..<axis].reduce(1, *)
            rest /= window.input[axis]
        }
        return start + answer
    }
}
