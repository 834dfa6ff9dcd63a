import CKernels
import TestSupport
import Testing

/// An NHWC image of one batch and a window over it, small enough to be computed by the formula.
struct Convolution: Sendable, CustomTestStringConvertible {
    var height = 6
    var width = 7
    var channels = 5
    var outputs = 4
    var taps = (y: 3, x: 3)
    var stride = 1
    var dilation = 1
    var pad = 1

    var testDescription: String { "\(taps.y)x\(taps.x) stride \(stride) dilation \(dilation) pad \(pad)" }
    var window: rk_window {
        rk_window(
            height: taps.y, width: taps.x, stride_y: stride, stride_x: stride, dilation_y: dilation,
            dilation_x: dilation, pad_top: pad, pad_left: pad)
    }
    var outHeight: Int { (height + 2 * pad - dilation * (taps.y - 1) - 1) / stride + 1 }
    var outWidth: Int { (width + 2 * pad - dilation * (taps.x - 1) - 1) / stride + 1 }

    /// Each output position with its taps that lie inside: (output pixel, tap number, input pixel).
    func eachTap(_ body: (_ output: Int, _ tap: Int, _ input: Int) -> Void) {
        for oy in 0..<outHeight {
            for ox in 0..<outWidth {
                for ky in 0..<taps.y {
                    for kx in 0..<taps.x {
                        let iy = oy * stride - pad + ky * dilation
                        let ix = ox * stride - pad + kx * dilation
                        guard iy >= 0, iy < height, ix >= 0, ix < width else { continue }
                        body(oy * outWidth + ox, ky * taps.x + kx, iy * width + ix)
                    }
                }
            }
        }
    }

    static let some = [
        Convolution(), Convolution(taps: (5, 5), stride: 2, pad: 2), Convolution(taps: (3, 5), dilation: 2, pad: 3),
        Convolution(taps: (1, 1), pad: 0), Convolution(height: 1, width: 1, taps: (3, 3), pad: 4),
        Convolution(taps: (2, 3), stride: 3, pad: 0),
    ]
}

func randomFloats(_ count: Int, _ random: inout SplitMix64) -> [Float] {
    (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
}

/// The largest difference; infinite where the lengths differ.
func distance(_ values: [Float], _ expected: [Double]) -> Double {
    guard values.count == expected.count else { return .infinity }
    return zip(values, expected).map { abs(Double($0) - $1) }.max() ?? 0
}

@Test(arguments: Convolution.some)
func scalarDepthwiseIsTheFormula(convolution: Convolution) {
    var random = SplitMix64(seed: 1)
    let channels = convolution.channels
    let image = randomFloats(convolution.height * convolution.width * channels, &random)
    let weights = randomFloats(convolution.taps.y * convolution.taps.x * channels, &random)
    let bias = randomFloats(channels, &random)
    var expected = (0..<convolution.outHeight * convolution.outWidth).flatMap { _ in bias.map(Double.init) }
    convolution.eachTap { output, tap, input in
        for c in 0..<channels {
            expected[output * channels + c] +=
                Double(image[input * channels + c]) * Double(weights[tap * channels + c])
        }
    }
    var shape = rk_depthwise(
        window: convolution.window, channels: channels, src_height: convolution.height, src_width: convolution.width,
        src_rows: convolution.height, src_row: convolution.width * channels, src_pixel: channels,
        dst_width: convolution.outWidth, dst_row: convolution.outWidth * channels, dst_pixel: channels,
        weights_tap: channels, minimum: -0.5, maximum: 0.75)
    var result = [Float](repeating: .nan, count: expected.count)
    rk_f32_f32_depthwise__scalar(&shape, image, weights, bias, &result, 0, convolution.outHeight)
    #expect(distance(result, expected.map { min(max($0, -0.5), 0.75) }) < 1e-5)
}

@Test(arguments: Convolution.some)
func scalarStemIsTheFormula(convolution: Convolution) {
    var random = SplitMix64(seed: 2)
    let inputs = 3
    let outputs = convolution.outputs
    let plane = convolution.height * convolution.width
    let taps = convolution.taps.y * convolution.taps.x
    let image = randomFloats(inputs * plane, &random)
    let weights = randomFloats(inputs * taps * outputs, &random)
    let bias = randomFloats(outputs, &random)
    var expected = (0..<convolution.outHeight * convolution.outWidth).flatMap { _ in bias.map(Double.init) }
    convolution.eachTap { output, tap, input in
        for i in 0..<inputs {
            for o in 0..<outputs {
                expected[output * outputs + o] +=
                    Double(image[i * plane + input]) * Double(weights[(i * taps + tap) * outputs + o])
            }
        }
    }
    var shape = rk_stem(
        window: convolution.window, src_channels: inputs, src_height: convolution.height, src_width: convolution.width,
        src_plane: plane, src_row: convolution.width, dst_channels: outputs, dst_width: convolution.outWidth,
        dst_row: convolution.outWidth * outputs, dst_pixel: outputs, minimum: 0, maximum: 6)
    var result = [Float](repeating: .nan, count: expected.count)
    rk_f32_f32_stem__scalar(&shape, image, weights, bias, &result, 0, convolution.outHeight)
    #expect(distance(result, expected.map { min(max($0, 0), 6) }) < 1e-5)
}

/// The patches of the second of two groups.
@Test(arguments: Convolution.some)
func im2colPutsEachTapWhereTheMatrixProductLooksForIt(convolution: Convolution) {
    var random = SplitMix64(seed: 3)
    let group = 2
    let pixel = 2 * group
    let image = randomFloats(convolution.height * convolution.width * pixel, &random)
    let patch = convolution.taps.y * convolution.taps.x * group
    var expected = [Double](repeating: 0, count: convolution.outHeight * convolution.outWidth * patch)
    convolution.eachTap { output, tap, input in
        for c in 0..<group {
            expected[output * patch + tap * group + c] = Double(image[input * pixel + group + c])
        }
    }
    var shape = rk_im2col(
        window: convolution.window, channels: group, src_height: convolution.height, src_width: convolution.width,
        src_row: convolution.width * pixel, src_pixel: pixel, dst_width: convolution.outWidth, dst_stride: patch)
    var result = [Float](repeating: .nan, count: expected.count)
    image.withUnsafeBufferPointer { source in
        guard let start = source.baseAddress else { return }
        rk_f32_f32_im2col__scalar(&shape, start + group, &result, 0, convolution.outHeight)
    }
    #expect(distance(result, expected) == 0)
}
