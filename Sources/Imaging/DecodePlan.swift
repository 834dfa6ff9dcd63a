import Vocabulary

/// What of a file is decoded, at which scale; made from the headers alone, before anything is allocated.
struct DecodePlan {
    /// The scales to choose from, in eighths. libjpeg-turbo has fast code for these four; the others cost more than they save.
    private static let scales = [1, 2, 4, 8]
    /// libjpeg's rows in work, per column of the full-size picture and component: two rows of blocks, and what upsampling and
    /// colour conversion hold. Measured, with room to spare.
    private static let workingBytesPerColumn = 48

    /// The scale: `eighths / 8`.
    let eighths: Int
    /// The regions in full-size pixels.
    let areas: [StoredArea]
    /// The union of the regions, or of what is seen of them, at the scale.
    let window: StoredWindow

    /// For the window's pixels, 4 a pixel.
    var pixelBytes: Int { window.width * window.height * 4 }

    /// - Parameters:
    ///   - specification: of the only network that will look at it; nil: whole regions are wanted.
    ///   - coefficientBytes: what libjpeg has to hold for the whole picture, at any scale.
    init(
        size: StoredSize, regions: [Box], minimumSide: Int, specification: InputSpecification?, limits: ImagingLimits,
        coefficientBytes: Int, components: Int
    ) throws(ImagingError) {
        guard size.width > 0, size.height > 0 else { throw ImagingError(.corrupt, "says that it has no pixels") }
        let pixels = size.width.multipliedReportingOverflow(by: size.height)
        guard !pixels.overflow, pixels.partialValue <= limits.pixels else {
            throw ImagingError(
                .tooLarge, "is \(size.width)x\(size.height) pixels: more than the limit of \(limits.pixels)")
        }
        var areas: [StoredArea] = []
        for region in regions.isEmpty ? [Region.wholeFrame.box] : regions { areas.append(try size.area(of: region)) }
        self.areas = areas

        let shortest = areas.reduce(Double.infinity) { min($0, $1.shorterSide) }
        let enough = Self.scales.first { shortest * Double($0) / 8 >= Double(minimumSide) } ?? 8
        let fixed = Int(clamping: UInt64(coefficientBytes)) + size.width * components * Self.workingBytesPerColumn
        var needed = 0
        for eighths in Self.scales.reversed() where eighths <= enough {
            let window = Self.window(of: areas, in: size, eighths: eighths, for: specification)
            needed = fixed + window.width * window.height * 4
            guard needed <= limits.memory else { continue }
            (self.eighths, self.window) = (eighths, window)
            return
        }
        throw ImagingError(
            .tooLarge,
            "is \(size.width)x\(size.height) pixels and needs \(needed / 1_000_000) MB to decode: "
                + "more than the limit of \(limits.memory / 1_000_000) MB")
    }

    private static func window(
        of areas: [StoredArea], in size: StoredSize, eighths: Int, for specification: InputSpecification?
    ) -> StoredWindow {
        let (width, height) = size.scaled(eighths: eighths)
        let windows = areas.map { area in
            let scaled = area.scaled(by: Double(eighths) / 8)
            guard let specification, specification.fault == nil else {
                return StoredWindow(scaled, width: width, height: height)
            }
            return NetworkCrop(
                of: scaled, width: width, height: height, orientation: size.orientation, as: specification
            ).window
        }
        return windows.dropFirst().reduce(windows[0]) { $0.union($1) }
    }
}
