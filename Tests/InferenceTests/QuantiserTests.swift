import ONNXFormat
import TestSupport
import Testing

@testable import Inference

/// Photos of random waves, smooth as photos are: the same for the same seed.
private struct Waves {
    let photos: [[Float]]

    init(_ count: Int, shape: [Int], seed: UInt64) {
        var random = SplitMix64(seed: seed)
        photos = (0..<count).map { _ in
            (0..<shape[1]).flatMap { _ in
                let (x, y, phase) = (
                    Float.random(in: -0.6...0.6, using: &random), Float.random(in: -0.6...0.6, using: &random),
                    Float.random(in: 0...6, using: &random)
                )
                let contrast = Float.random(in: 0.2...1, using: &random)
                return (0..<shape[2] * shape[3]).map { place in
                    let angle = x * Float(place % shape[3]) + y * Float(place / shape[3]) + phase
                    return contrast * (angle - (angle / 6.2832).rounded() * 6.2832) / 3.1416
                }
            }
        }
    }
}

private func quantiser(_ bytes: [UInt8]) throws -> Quantiser {
    try bytes.withUnsafeBytes { bytes throws(InferenceError) in try Quantiser(onnx: bytes) }
}

private func quantised(_ bytes: [UInt8], photos: [[Float]], threads: Int = 1) throws -> Quantiser.Result {
    try quantiser(bytes).quantised(
        photos: photos.count, pixels: nil, threads: threads,
        fill: { photo, input in _ = input.update(fromContentsOf: photos[photo]) }, progress: { _ in })
}

/// Fixtures without the answers that they carry.
private func inputShape(_ fixture: Fixture) throws -> [Int] {
    try #require(try network(fixture.bytes).inputs.first).shape
}

/// The mean cosine between what two networks say of photos.
private func likeness(_ left: Network, _ right: Network, _ photos: [[Float]]) throws -> Double {
    let name = try #require(left.outputs.first).name
    var sum = 0.0
    for photo in photos {
        for network in [left, right] {
            _ = network.input.update(fromContentsOf: photo)
            network.run()
        }
        let (a, b) = (Array(try #require(left.output(name))), Array(try #require(right.output(name))))
        func product(_ x: [Float], _ y: [Float]) -> Double { zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
        sum += product(a, b) / (product(a, a) * product(b, b)).squareRoot()
    }
    return sum / Double(photos.count)
}

struct QuantiserTests {
    @Test(arguments: ["mobilenet-v2", "mobilenet-v3", "resnet", "resnet-bottleneck"])
    func aNetworkSaysInBytesWhatItSaidInNumbers(name: String) throws {
        let fixture = try Fixture(name)
        let shape = try inputShape(fixture)
        let result = try quantised(fixture.bytes, photos: Waves(16, shape: shape, seed: 1).photos)
        let found = try network(result.file)
        #expect(found.precision == .int8)
        #expect(result.layers > 5)
        let likeness = try likeness(network(fixture.bytes), found, Waves(8, shape: shape, seed: 2).photos)
        print("\(name): \(result.layers) layers on bytes, cosine \(likeness); in fp32: \(result.left.map(\.name))")
        #expect(likeness > 0.99)
    }

    @Test func theSamePhotosMakeTheSameFileOnAnyNumberOfThreads() throws {
        let fixture = try Fixture("mobilenet-v2")
        let photos = Waves(4, shape: try inputShape(fixture), seed: 3).photos
        let file = try quantised(fixture.bytes, photos: photos).file
        #expect(try quantised(fixture.bytes, photos: photos).file == file)
        #expect(try quantised(fixture.bytes, photos: photos, threads: 2).file == file)
    }

    @Test func whatCannotRunOnBytesIsLeftAndSaid() throws {
        let fixture = try Fixture("convolutions")
        let search = LayerSearch(try FloatNetwork(try model(fixture.bytes), limits: .standard))
        let reasons = Set(search.left.map(\.reason))
        #expect(!search.left.isEmpty)
        #expect(reasons.contains { $0.contains("groups") || $0.contains("output of the network") }, "\(reasons)")
    }

    @Test func aNetworkWithoutSuchLayersOrOneThatIsQuantisedOrOldIsRefused() throws {
        let without = #expect(throws: InferenceError.self) { _ = try quantiser(Fixture("pools").bytes) }
        #expect("\(try #require(without))".contains("no layer"))
        let done = try QuantisedNetwork(seed: 1).model().serialized()
        let again = #expect(throws: InferenceError.self) { _ = try quantiser(done) }
        #expect("\(try #require(again))".contains("already"))
        let old = #expect(throws: InferenceError.self) { _ = try quantiser(Fixture("mobilenet-v3-opset-10").bytes) }
        #expect("\(try #require(old))".contains("version 13"))
    }

    /// Centring and scaling alone, with weights as they are, change nothing that comes out.
    @Test func centringLeavesTheAnswersAsTheyAre() throws {
        let fixture = try Fixture("mobilenet-v2")
        let source = try FloatNetwork(try model(fixture.bytes), limits: .standard)
        let search = LayerSearch(source)
        let photos = Waves(6, shape: try inputShape(fixture), seed: 4).photos
        let calibration = Calibration(
            count: 4, fill: { photo, input in _ = input.update(fromContentsOf: photos[photo]) }, threads: 1,
            limits: .standard)
        let statistics = try source.statistics(of: search.layers.map(\.output), calibration) { _ in }
        let centring = Centring(source, search.layers, statistics)
        #expect(!centring.reach.isEmpty, "the network has linear values that can be centred")
        var (nodes, constants) = (source.nodes, [ONNXTensor]())
        for (index, given) in search.layers.enumerated() {
            var layer = given
            centring.apply(to: &layer)
            let shape = try #require(source.constants[nodes[layer.node].inputs[1]]).shape
            guard shape.count == 4 else { continue }
            constants.append(.of("weights\(index)", shape, layer.weights.map { Float($0) }))
            constants.append(.of("bias\(index)", [layer.channels], layer.bias.map { Float($0) }))
            nodes[layer.node].inputs = [layer.input, "weights\(index)", "bias\(index)"]
        }
        let changed = source.model(nodes: nodes, constants: constants, outputs: source.outputs)
        let (before, after) = (try network(fixture.bytes), try network(try changed.serialized()))
        for photo in photos {
            for network in [before, after] {
                _ = network.input.update(fromContentsOf: photo)
                network.run()
            }
            let name = source.outputs[0].name
            let fault = difference(
                try #require(after.output(name)), Array(try #require(before.output(name))), share: 1e-4)
            #expect(fault == nil, "\(fault ?? "")")
        }
    }

    @Test func aDeadChannelWithABiasStaysWithinTheBounds() throws {
        let nearlyNothing = WeightRounding(
            weights: [Double](repeating: 1e-9, count: 8), channels: 1, columns: 8,
            leastSteps: [3 / (0.02 * Double(1 << 23))])
        let answer = nearlyNothing.nearest()
        #expect(answer.whole.allSatisfy { $0 == 0 })
        #expect(3 / (0.02 * Double(answer.steps[0])) < Double(1 << 24))
    }
}

struct WeightRoundingTests {
    /// Rows that vary together, as neighbouring channels do.
    private func rows(_ count: Int, columns: Int, _ random: inout SplitMix64) -> [[Float]] {
        (0..<count).map { _ in
            let common = Float.random(in: -40...40, using: &random)
            return (0..<columns).map {
                (common * Float($0 % 3) + Float.random(in: -30...30, using: &random)).rounded() + 100
            }
        }
    }

    private func error(_ answer: WeightRounding.Answer, _ weights: [Double], _ matrix: [Double], columns: Int) -> Double
    {
        var sum = 0.0
        for channel in answer.steps.indices {
            let change = (0..<columns).map {
                Double(answer.whole[channel * columns + $0]) * Double(answer.steps[channel])
                    - weights[channel * columns + $0]
            }
            for row in 0..<columns {
                for column in 0..<columns { sum += change[row] * matrix[row * columns + column] * change[column] }
            }
        }
        return sum
    }

    @Test(arguments: UInt64(1)...5)
    func theErrorOfWhatComesOutIsLessThanThatOfTheNearestWeights(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let (channels, columns) = (6, 24)
        let weights = (0..<channels * columns).map { _ in Double.random(in: -1...1, using: &random) }
        var covariance = Covariance(columns: columns, step: 1)
        for row in rows(600, columns: columns, &random) { covariance.add(row) }
        let done = covariance.finished()
        let rounding = WeightRounding(
            weights: weights, channels: channels, columns: columns,
            leastSteps: [Double](repeating: 1e-9, count: channels))
        let matrix = try #require(done.blocks.first).matrix
        let (matched, nearest) = (
            error(rounding.matched(to: done), weights, matrix, columns: columns),
            error(rounding.nearest(), weights, matrix, columns: columns)
        )
        #expect(matched < 0.9 * nearest, "\(matched) against \(nearest)")
    }

    @Test func covariancesAreThoseOfTheRows() throws {
        var random = SplitMix64(seed: 7)
        let (columns, rows) = (5, self.rows(300, columns: 5, &random))
        var covariance = Covariance(columns: columns, step: 1)
        for row in rows { covariance.add(row) }
        let matrix = try #require(covariance.finished().blocks.first).matrix
        let means = (0..<columns).map { column in rows.reduce(0) { $0 + Double($1[column]) } / 300 }
        for left in 0..<columns {
            for right in 0..<columns {
                let expected =
                    rows.reduce(0) { $0 + (Double($1[left]) - means[left]) * (Double($1[right]) - means[right]) } / 300
                #expect(abs(matrix[left * columns + right] - expected) < 1e-6 * max(abs(expected), 1))
            }
        }
        var taps = TapCovariance(channels: 1, taps: columns)
        for first in stride(from: 0, to: 300, by: 100) {
            taps.add(Array(rows[first..<first + 100].joined()), count: 100)
        }
        #expect(zip(taps.matrix(0), matrix).allSatisfy { abs($0 - $1) < 1e-6 * max(abs($1), 1) })
    }

    /// U' U is the inverse of H.
    @Test func theFactorIsThatOfTheInverse() {
        var random = SplitMix64(seed: 9)
        let size = 12
        let root = (0..<size * size).map { _ in Double.random(in: -1...1, using: &random) }
        var matrix = [Double](repeating: 0, count: size * size)
        for row in 0..<size {
            for column in 0..<size {
                matrix[row * size + column] =
                    (0..<size).reduce(row == column ? 0.1 : 0) { $0 + root[row * size + $1] * root[column * size + $1] }
            }
        }
        let factor = inverseFactor(matrix, size)
        for row in 0..<size {
            for column in 0..<size {
                var sum = 0.0
                for a in 0..<size {
                    for b in 0..<size {
                        sum += factor[a * size + row] * factor[a * size + b] * matrix[b * size + column]
                    }
                }
                #expect(abs(sum - (row == column ? 1 : 0)) < 1e-9)
            }
        }
        #expect((0..<size).allSatisfy { row in (0..<row).allSatisfy { factor[row * size + $0] == 0 } })
    }

    @Test func wideLayersAreTakenApartBetweenChannels() {
        let covariance = Covariance(columns: 4_608, step: 9)
        #expect(covariance.blocks.allSatisfy { $0.size <= 1_152 && $0.first % 9 == 0 })
        #expect(covariance.blocks.map(\.size).reduce(0, +) == 4_608)
    }
}

struct BiasMatchingTests {
    /// Values below 0 do not count: what comes out of the activation has the wanted mean, not what goes in.
    @Test func theMeanAfterTheActivationIsMatched() {
        var random = SplitMix64(seed: 5)
        let values = (0..<20_000).map { _ in Float.random(in: -3...5, using: &random) }
        let wanted = values.map { Double(min(max($0 * 0.9 + 0.1, 0), 6)) }.reduce(0, +) / 20_000
        let before = values.map { Double($0 * 0.9 + 0.1) }.reduce(0, +) / 20_000
        var matching = BiasMatching(channels: 1, limit: 6)
        values.withUnsafeBufferPointer { matching.add($0, nil) }
        let shift = Float(matching.correction(before: [before], after: [wanted])[0])
        let found = values.map { Double(min(max($0 + shift, 0), 6)) }.reduce(0, +) / 20_000
        #expect(abs(found - wanted) < 2e-3, "\(found) instead of \(wanted)")
    }

    @Test func linearValuesGetTheMeanOfTheSum() {
        var matching = BiasMatching(channels: 2, limit: nil)
        let (product, residual): ([Float], [Float]) = ([1, 3, 10, 10], [1, 1, 0, 2])
        product.withUnsafeBufferPointer { product in
            residual.withUnsafeBufferPointer { matching.add(product, $0) }
        }
        #expect(matching.correction(before: [4, 10], after: [4, 10]) == [1, -1])
        #expect(matching.low == [1, 10] && matching.high == [3, 10])
    }
}

private func model(_ bytes: [UInt8]) throws -> ONNXModel {
    try bytes.withUnsafeBytes { bytes throws(ONNXFormatError) in try ONNXModel(bytes: bytes) }
}
