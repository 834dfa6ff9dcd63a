public import Vocabulary

extension Picture {
    /// Writes one region, upright, into a network's input: the centre crop of the region, resized in one antialiased step.
    ///
    /// The same, but for rounding, as cropping and then resizing the upright picture with Pillow. Pixels outside of the region
    /// are never looked at.
    /// - Parameters:
    ///   - input: overwritten whole: `specification.count` float32, `(value - offset) / scale` of values 0 to 255.
    ///   - region: one of those the picture was decoded for, or, if that was not for another network, a part of one.
    /// - Throws: `unsupported` where the region was not decoded, the specification makes no sense, or `input` has another size.
    /// - Complexity: O(pixels of the crop + values of the input); allocates tens of kilobytes for weights and a few rows.
    public func fill(
        _ input: UnsafeMutableBufferPointer<Float>, region: Box, as specification: InputSpecification
    ) throws(ImagingError) {
        if let fault = specification.fault { throw ImagingError(.unsupported, "cannot be turned into \(fault)") }
        guard input.count == specification.count, let base = input.baseAddress else {
            throw ImagingError(
                .unsupported,
                "cannot be turned into \(input.count) values: the specification says \(specification.count)")
        }
        let crop = try crop(of: region, as: specification)
        let resampling = Resampling(
            area: crop.area, bounds: crop.window, width: specification.width, height: specification.height,
            resample: specification.resample, offset: specification.offset.all,
            factor: specification.scale.all.map { 1 / $0 })
        resampling.run(on: self, into: specification.target(base))
    }
}

extension InputSpecification {
    /// Where the red, the green and the blue values go. BGR is a walk from the last channel to the first.
    fileprivate func target(_ base: UnsafeMutablePointer<Float>) -> Resampling.Target {
        let channel = layout == .planar ? width * height : 1
        let pixel = layout == .planar ? 1 : 3
        let isBGR = channelOrder == .bgr
        return Resampling.Target(
            base: isBGR ? base + 2 * channel : base, channel: isBGR ? -channel : channel, row: width * pixel,
            pixel: pixel)
    }
}
