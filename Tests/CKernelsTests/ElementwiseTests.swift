import CKernels
import Foundation
import Testing

@Test func epilogueAddsBiasThenResidualThenClamps() {
    var matrix: [Float] = [1, 2, -9, 3, 4, -9]  // two rows of two channels, a gap after each
    rk_f32_f32_epilogue__scalar(2, 2, &matrix, 3, [10, -10] as [Float], [0.5, 0.5, 1, 1] as [Float], 2, 0, 13.5)
    #expect(matrix == [11.5, 0, -9, 13.5, 0, -9])
}

@Test func scaleMultipliesThenShiftsEachChannel() {
    var result: [Float] = [.nan, .nan, .nan, .nan]
    let rows: [Float] = [1, 2, 3, 4]
    rk_f32_f32_scale__scalar(
        2, 2, rows, 2, [2, -1] as [Float], [0.5, 1] as [Float], &result, 2, -.infinity, .infinity)
    #expect(result == [2.5, -1, 6.5, -3])
    rk_f32_f32_scale__scalar(2, 2, rows, 2, [2, -1] as [Float], nil, &result, 2, 0, .infinity)
    #expect(result == [2, 0, 6, 0])
}

@Test func hardActivationsHaveTheirCornersWhereOnnxPutsThem() {
    let values: [Float] = [-4, -3, 0, 3, 4]
    var result = [Float](repeating: .nan, count: values.count)
    rk_f32_f32_hard_swish__scalar(values.count, values, &result, 1.0 / 6, 0.5)
    #expect(result == [0, 0, 0, 3, 4])
    rk_f32_f32_hard_sigmoid__scalar(values.count, values, &result, 0.25, 0.5)
    #expect(result == [0, 0, 0.5, 1, 1])
}

@Test func softActivationsHaveTheirKnownValues() {
    let values: [Float] = [-1, 0, 1]
    func result(_ kernel: (Int, [Float], UnsafeMutablePointer<Float>) -> Void) -> [Float] {
        var result = [Float](repeating: .nan, count: 3)
        kernel(3, values, &result)
        return result.map { ($0 * 10_000).rounded() / 10_000 }
    }
    #expect(result { rk_f32_f32_leaky_relu__scalar($0, $1, $2, 0.5) } == [-0.5, 0, 1])
    #expect(result { rk_f32_f32_elu__scalar($0, $1, $2, 1, 1, 1) } == [-0.6321, 0, 1])
    #expect(result { rk_f32_f32_tanh__scalar($0, $1, $2) } == [-0.7616, 0, 0.7616])
    #expect(result { rk_f32_f32_erf__scalar($0, $1, $2) } == [-0.8427, 0, 0.8427])
    #expect(result { rk_f32_f32_gelu__scalar($0, $1, $2) } == [-0.1587, 0, 0.8413])
    #expect(result { rk_f32_f32_mish__scalar($0, $1, $2) } == [-0.3034, 0, 0.8651])
    #expect(result { rk_f32_f32_swish__scalar($0, $1, $2) } == [-0.2689, 0, 0.7311])
}

@Test(arguments: Variant.here.filter { $0.testDescription.contains("softmax") })
func softmaxSumsToOneForHugeAndForEqualLogits(variant: Variant) throws {
    typealias Softmax = @convention(c) (Int, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?) -> Void
    let softmax = unsafeBitCast(rk_variant_at(variant.index).function, to: Softmax.self)
    for logits in [[Float](repeating: 3e38, count: 100_000), [-1e30, 0, 1e30], [700, 701], [5]] {
        var result = logits
        softmax(logits.count, logits, &result)
        #expect(abs(result.reduce(0) { $0 + Double($1) } - 1) < 1e-5, "\(logits.count)")
    }
}

@Test func transposeTurnsPixelsOfChannelsIntoPlanes() {
    let pixels: [Float] = [1, 10, 100, 2, 20, 200]  // two pixels of three channels
    var planes = [Float](repeating: .nan, count: 6)
    rk_f32_f32_transpose__scalar(2, 3, pixels, 3, &planes, 2)
    #expect(planes == [1, 2, 10, 20, 100, 200])
}
