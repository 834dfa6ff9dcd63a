import CKernels

/// One antialiased resize of a part of a picture, upright, into floats.
///
/// Two passes: along the stored rows (each row once, into three float planes of the result's width, kept in a ring as long as
/// a result row can need it), then across them. Reversed axes are reversed in the tables; a transposed picture is resized as
/// it is stored and only its result, a few hundred pixels a side, is written column by column. Values are clamped to
/// 0...255 after the second pass and never rounded.
struct Resampling {
    /// The part to resize, in pixels of the picture's scale; its edges may lie inside of pixels.
    var area: StoredArea
    /// The pixels that may be looked at: those of the region.
    var bounds: StoredWindow
    /// The size of the result, upright.
    var width: Int
    var height: Int
    var resample: Resample
    /// The result is `(value - offset) * factor`; of red, green and blue.
    var offset: [Float] = [0, 0, 0]
    var factor: [Float] = [1, 1, 1]

    /// Where the result goes: distances in values.
    struct Target {
        var base: UnsafeMutablePointer<Float>
        var channel: Int
        var row: Int
        var pixel: Int
    }

    /// - Precondition: `bounds` lies in the picture's window, `area` in `bounds`.
    func run(on picture: Picture, into target: Target) {
        let orientation = picture.orientation
        let inner = orientation.turned(width: width, height: height)  // the result as stored
        let across = ResampleTable(
            start: area.x, length: area.width, count: inner.width, bounds: bounds.left..<bounds.right,
            resample: resample,
            isReversed: orientation.reversesX)
        let down = ResampleTable(
            start: area.y, length: area.height, count: inner.height, bounds: bounds.top..<bounds.bottom,
            resample: resample,
            isReversed: orientation.reversesY)
        // Now stored rows are upright rows, or upright columns: (line, place) is (y, x) or (x, y).
        let lineStep = orientation.isTransposed ? target.pixel : target.row
        let placeStep = orientation.isTransposed ? target.row : target.pixel
        let source =
            picture.pixels.bytes.baseAddress.map {
                $0 + (bounds.top - picture.window.top) * picture.stride + (bounds.left - picture.window.left) * 4
            }
        guard let source else { return }

        let resizeRow = rk_pick_u8_f32_resize_row(rk_cpu())
        let resizeColumn = rk_pick_f32_f32_resize_column(rk_cpu())
        let rowCount = 3 * inner.width
        let lineCount = placeStep == 1 ? 0 : inner.width
        withUnsafeTemporaryAllocation(of: Float.self, capacity: down.taps * rowCount + lineCount) { scratch in
            guard let ring = scratch.baseAddress else { return }
            let line = ring + down.taps * rowCount
            var held = [Int](repeating: -1, count: down.taps)  // the stored row each slot of the ring holds
            var rows = [UnsafePointer<Float>?](repeating: nil, count: down.taps)
            for value in 0..<inner.height {
                let first = Int(down.first[value])
                for tap in 0..<down.taps {
                    let slot = (first + tap) % down.taps
                    let row = ring + slot * rowCount
                    rows[tap] = UnsafePointer(row)
                    guard held[slot] != first + tap else { continue }
                    held[slot] = first + tap
                    let pixels = source + (first + tap) * picture.stride
                    resizeRow(
                        inner.width, across.taps, pixels.assumingMemoryBound(to: UInt8.self), across.first,
                        across.weights,
                        row, inner.width)
                }
                down.weights.withUnsafeBufferPointer { weights in
                    guard let weights = weights.baseAddress.map({ $0 + value * down.taps }) else { return }
                    for channel in 0..<3 {
                        let place = target.base + channel * target.channel + value * lineStep
                        let result = placeStep == 1 ? place : line
                        resizeColumn(
                            inner.width, down.taps, rows, channel * inner.width, weights, result, offset[channel],
                            factor[channel])
                        guard placeStep != 1 else { continue }
                        for index in 0..<inner.width { place[index * placeStep] = line[index] }
                    }
                }
            }
        }
    }
}
