import CKernels
import Testing

/// A 3 x 3 image of one channel, 1 ... 9, under a 2 x 2 window.
private func pooled(
    _ pool: (UnsafePointer<rk_pool>?, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int, Int) -> Void,
    stride: Int, pad: Int = 0, outputs: Int, padsAtEnd: Int = 0, countPads: Bool = false
) -> [Float] {
    let window = rk_window(
        height: 2, width: 2, stride_y: stride, stride_x: stride, dilation_y: 1, dilation_x: 1, pad_top: pad,
        pad_left: pad)
    var shape = rk_pool(
        window: window, channels: 1, src_height: 3, src_width: 3, src_row: 3, src_pixel: 1, dst_width: outputs,
        dst_row: outputs, dst_pixel: 1, pad_bottom: padsAtEnd, pad_right: padsAtEnd, count_pads: countPads ? 1 : 0)
    var result = [Float](repeating: .nan, count: outputs * outputs)
    let image: [Float] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    pool(&shape, image, &result, 0, outputs)
    return result
}

@Test func maxPoolTakesTheLargestOfTheTapsInside() {
    #expect(pooled(rk_f32_f32_max_pool__scalar, stride: 1, outputs: 2) == [5, 6, 8, 9])
    #expect(pooled(rk_f32_f32_max_pool__scalar, stride: 2, pad: 1, outputs: 2) == [1, 3, 7, 9])
}

@Test func averagePoolDividesByTheTapsInsideUnlessPadsCount() {
    let average = rk_f32_f32_average_pool__scalar
    #expect(pooled(average, stride: 1, outputs: 2) == [3, 4, 6, 7])
    #expect(pooled(average, stride: 2, pad: 1, outputs: 2) == [1, 2.5, 5.5, 7])
    #expect(pooled(average, stride: 2, pad: 1, outputs: 2, countPads: true) == [0.25, 1.25, 2.75, 7])
}

/// ceil_mode: the window at the end hangs over the image; with pads counted only those that were asked for count.
@Test func averagePoolCountsNoTapsBeyondThePads() {
    let average = rk_f32_f32_average_pool__scalar
    #expect(pooled(average, stride: 2, outputs: 2, countPads: true) == [3, 4.5, 7.5, 9])
    #expect(pooled(average, stride: 2, outputs: 2, padsAtEnd: 1, countPads: true) == [3, 2.25, 3.75, 2.25])
}

@Test func globalAveragePoolIsTheMeanOfEachChannel() {
    var result: [Float] = [.nan, .nan]
    rk_f32_f32_global_average_pool__scalar(3, 2, [1, 10, 2, 20, 6, 60] as [Float], 2, &result)
    #expect(result == [3, 30])
}
