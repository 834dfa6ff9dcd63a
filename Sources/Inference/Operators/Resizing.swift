// Resize, Upsample: x at other sizes. Each element of the output stands at a place of x (the coordinate mode says where)
// and is the nearest element there, or the sum of those around with the weights of a triangle (linear) or a cubic.

import ONNXFormat

/// A value at other sizes. Data input: x.
struct Resizing: PlainOperation {
    /// For each index along an axis of the output the elements it is made of.
    private struct Axis: Sendable {
        var places: [Int] = []
        var weights: [Float] = []
        /// How many of them each index has.
        var taps = 1
        /// Indices that lie outside of what is cut out.
        var outside: [Bool] = []
    }

    private let target: [Int]
    private let axes: [Axis]
    private let strides: (input: [Int], output: [Int])
    private let beyond: Float

    init(upsample node: inout NodeReader) throws(Fault) {
        let shape = try node.takeData(0).shape
        let scales = node.opset < 9 ? try node.floats("scales") : try node.constant(1, "scales")?.floats()
        let rule = Rule(kind: try Rule.Kind(&node), coordinates: .asymmetric, nearest: .floor)
        try self.init(shape, scales: try Self.checked(scales, shape), sizes: nil, rule)
    }

    init(_ node: inout NodeReader) throws(Fault) {
        let input = try node.takeData(0)
        let shape = input.shape
        guard input.type.isFloating else { throw Fault(.unsupported, "it resizes \(input.type) values") }
        guard node.opset >= 11 else {
            let scales = try node.constant(1, "scales")?.floats()
            let rule = Rule(kind: try Rule.Kind(&node), coordinates: .asymmetric, nearest: .floor)
            try self.init(shape, scales: try Self.checked(scales, shape), sizes: nil, rule)
            return
        }
        var rule = Rule(
            kind: try Rule.Kind(&node), coordinates: try node.word("coordinate_transformation_mode") ?? .halfPixel,
            nearest: try node.word("nearest_mode") ?? .roundPreferFloor)
        rule.cubic = Double(try node.float("cubic_coeff_a") ?? -0.75)
        rule.excludesOutside = try node.flag("exclude_outside")
        rule.isAntialiased = try node.flag("antialias")
        rule.beyond = try node.float("extrapolation_value") ?? 0
        let policy: Policy = try node.word("keep_aspect_ratio_policy") ?? .stretch
        let given = try node.ints("axes", in: -8...7)
        var listed = Array(shape.indices)
        if let given {
            listed = []
            for axis in given { listed.append(try resolvedAxis(axis, rank: shape.count)) }
            _ = try resolvedAxes(given, rank: shape.count)
        }
        if let region = try node.constant(1, "region")?.floats(), region.count == 2 * listed.count,
            region.allSatisfy(\.isFinite)
        {
            rule.region = shape.map { _ in (0, 1) }
            for (index, axis) in listed.enumerated() {
                rule.region[axis] = (Double(region[index]), Double(region[listed.count + index]))
            }
        }
        guard rule.coordinates != .tfCropAndResize || rule.region.count == shape.count else {
            throw Fault(.invalid, "it has no region to cut out")
        }
        let scales = try node.constant(2, "scales")?.floats() ?? []
        let sizes = try node.constantIntegers(3, "sizes")
        if let sizes, !sizes.isEmpty {
            guard sizes.count == listed.count, sizes.allSatisfy({ (1...1 << 30).contains($0) }) else {
                throw Fault(.invalid, "its sizes are \(sizes) for the shape \(shape)")
            }
            var (target, ratios) = (shape, shape.map { _ in 1.0 })
            for (size, axis) in zip(sizes, listed) {
                (target[axis], ratios[axis]) = (size, Double(size) / Double(max(shape[axis], 1)))
            }
            if policy != .stretch {
                let all = listed.map { ratios[$0] }
                let ratio = (policy == .notLarger ? all.min() : all.max()) ?? 1
                for axis in listed {
                    ratios[axis] = ratio
                    target[axis] = Int(clamping: ratio * Double(shape[axis]) + 0.5)
                }
            }
            try self.init(shape, scales: ratios, sizes: target, rule)
        } else {
            guard scales.count == listed.count else { throw Fault(.invalid, "it has neither sizes nor scales") }
            var all = shape.map { _ in Float(1) }
            for (scale, axis) in zip(scales, listed) { all[axis] = scale }
            try self.init(shape, scales: try Self.checked(all, shape), sizes: nil, rule)
        }
    }

    private static func checked(_ scales: [Float]?, _ shape: [Int]) throws(Fault) -> [Double] {
        guard let scales, scales.count == shape.count, scales.allSatisfy({ $0 > 0 && $0 <= 65_536 }) else {
            throw Fault(.invalid, "its scales are \(scales ?? []) for the shape \(shape)")
        }
        return scales.map(Double.init)
    }

    private init(_ shape: [Int], scales: [Double], sizes: [Int]?, _ rule: Rule) throws(Fault) {
        let target = sizes ?? zip(shape, scales).map { Int(clamping: Double($0) * $1) }
        guard !shape.contains(0), target.allSatisfy({ (1...1 << 20).contains($0) }),
            let count = elementCount(of: target), count <= 1 << 40
        else { throw Fault(.tooLarge, "a value of the shape \(target)") }
        var axes: [Axis] = []
        for axis in shape.indices {
            axes.append(
                try Self.axis(
                    shape[axis], target[axis], scales[axis], rule,
                    region: rule.region.isEmpty ? (0, 1) : rule.region[axis]))
        }
        (self.target, self.axes, beyond) = (target, axes, rule.beyond)
        strides = (denseStrides(shape), denseStrides(target))
    }

    private static func axis(
        _ size: Int, _ target: Int, _ scale: Double, _ rule: Rule, region: (Double, Double)
    ) throws(Fault) -> Axis {
        var axis = Axis()
        guard size != target || scale != 1 || rule.coordinates == .tfCropAndResize else {
            axis.places = Array(0..<size)
            axis.weights = axis.places.map { _ in 1 }
            axis.outside = axis.places.map { _ in false }
            return axis
        }
        // Antialiased, a reduction widens the filter so that every element counts.
        let narrow = rule.isAntialiased ? min(scale, 1) : 1
        let radius = rule.kind == .nearest ? 0 : (rule.kind == .linear ? 1 : 2) / narrow
        axis.taps = rule.kind == .nearest ? 1 : 2 * Int(clamping: radius.rounded(.up))
        guard axis.taps <= 1 << 12, axis.taps * target <= 1 << 22 else {
            throw Fault(.tooLarge, "\(axis.taps) elements for each along an axis")
        }
        for index in 0..<target {
            let place = rule.place(of: index, size: size, target: Double(size) * scale, whole: target, scale, region)
            axis.outside.append(
                rule.coordinates == .tfCropAndResize && !(0...Double(size - 1)).contains(place))
            let clamped = min(max(place, -1e6), 1e6)
            if rule.kind == .nearest {
                axis.places.append(min(max(rule.nearest(to: clamped), 0), size - 1))
                axis.weights.append(1)
                continue
            }
            let floor = Int(clamped.rounded(.down))
            var weights: [Double] = []
            for tap in 0..<axis.taps {
                let neighbour = floor - axis.taps / 2 + 1 + tap
                let weight = rule.weight((Double(neighbour) - clamped) * narrow)
                weights.append(rule.excludesOutside && !(0..<size).contains(neighbour) ? 0 : weight)
                axis.places.append(min(max(neighbour, 0), size - 1))
            }
            let sum = rule.isAntialiased || rule.excludesOutside ? weights.reduce(0, +) : 1
            axis.weights += weights.map { Float($0 / (sum == 0 ? 1 : sum)) }
        }
        return axis
    }

    func shape(of inputs: [[Int]]) throws(Fault) -> [Int] { target }

    func work(_ inputs: [[Int]], _ output: [Int]) -> Double {
        axes.reduce(Double(output.reduce(1, *))) { $0 * Double($1.taps) }
    }

    func compute(_ inputs: [Operand], into output: Operand) {
        for index in 0..<output.count { output.floats[index] = value(index, inputs[0].floats, axis: 0, place: 0) }
    }

    /// The sum over the elements along one axis of the sums along the axes behind it.
    private func value(_ index: Int, _ source: UnsafeMutablePointer<Float>, axis: Int, place: Int) -> Float {
        guard axis < axes.count else { return source[place] }
        let position = index / strides.output[axis] % target[axis]
        if axes[axis].outside[position] { return beyond }
        let first = position * axes[axis].taps
        var sum: Float = 0
        for tap in first..<first + axes[axis].taps where axes[axis].weights[tap] != 0 {
            let next = place + axes[axis].places[tap] * strides.input[axis]
            sum += axes[axis].weights[tap] * value(index, source, axis: axis + 1, place: next)
        }
        return sum
    }

    enum Policy: String {
        case stretch
        case notLarger = "not_larger"
        case notSmaller = "not_smaller"
    }
}

/// How an element of the output finds those of x.
private struct Rule {
    enum Kind: String {
        case nearest, linear, cubic

        init(_ node: inout NodeReader) throws(Fault) {
            let name = try node.string("mode") ?? "nearest"
            // Upsample before version 9 calls it by the number of its axes.
            guard let kind = Kind(rawValue: name == "bilinear" ? "linear" : name) else {
                throw Fault(.invalid, "its mode is '\(name)'")
            }
            self = kind
        }
    }

    enum Coordinates: String {
        case halfPixel = "half_pixel"
        case halfPixelSymmetric = "half_pixel_symmetric"
        case pytorchHalfPixel = "pytorch_half_pixel"
        case alignCorners = "align_corners"
        case asymmetric
        case tfCropAndResize = "tf_crop_and_resize"
    }

    enum Nearest: String {
        case roundPreferFloor = "round_prefer_floor"
        case roundPreferCeil = "round_prefer_ceil"
        case floor, ceil
    }

    var kind: Kind
    var coordinates: Coordinates
    var nearest: Nearest
    var cubic = -0.75
    var excludesOutside = false
    var isAntialiased = false
    /// What stands outside of the region that is cut out.
    var beyond: Float = 0
    /// By axis, as shares of its size.
    var region: [(Double, Double)] = []

    /// - Parameter target: the size of the output before it is cut to a whole number.
    func place(
        of index: Int, size: Int, target: Double, whole: Int, _ scale: Double, _ region: (Double, Double)
    ) -> Double {
        let index = Double(index)
        let last = Double(size - 1)
        switch coordinates {
        case .halfPixel: return (index + 0.5) / scale - 0.5
        case .halfPixelSymmetric:
            let center = Double(size) / 2
            return center * (1 - Double(whole) / target) + (index + 0.5) / scale - 0.5
        case .pytorchHalfPixel: return target == 1 ? -0.5 : (index + 0.5) / scale - 0.5
        case .alignCorners: return target == 1 ? 0 : index * last / (target - 1)
        case .asymmetric: return index / scale
        case .tfCropAndResize:
            let width = (region.1 - region.0) * last
            return region.0 * last + (target == 1 ? width / 2 : index * width / (target - 1))
        }
    }

    func nearest(to place: Double) -> Int {
        let whole = place.rounded(.down)
        let ratio = place - whole
        let isUp =
            switch nearest {
            case .roundPreferFloor: ratio > 0.5
            case .roundPreferCeil: ratio >= 0.5
            case .floor: false
            case .ceil: ratio > 0
            }
        return Int(whole) + (isUp ? 1 : 0)
    }

    /// The weight of an element at a distance.
    func weight(_ distance: Double) -> Double {
        let x = distance.magnitude
        if kind == .linear { return max(1 - x, 0) }
        if x <= 1 { return ((cubic + 2) * x - (cubic + 3)) * x * x + 1 }
        return x < 2 ? ((cubic * x - 5 * cubic) * x + 8 * cubic) * x - 4 * cubic : 0
    }
}

extension NodeReader {
    /// One of a few words.
    fileprivate mutating func word<Word: RawRepresentable<String>>(_ name: String) throws(Fault) -> Word? {
        guard let text = try string(name) else { return nil }
        guard let word = Word(rawValue: text) else { throw Fault(.invalid, "attribute '\(name)' is '\(text)'") }
        return word
    }
}
