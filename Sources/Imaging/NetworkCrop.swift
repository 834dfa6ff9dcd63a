/// The part of a region that a network looks at, as stored, in pixels of one scale.
struct NetworkCrop {
    /// Rounding of the taps' first pixel, and the zeros that fill the shorter of them up, on either side.
    private static let slack = 2.0

    /// The centred part with the input's proportions; its edges may lie inside of pixels.
    let area: StoredArea
    /// The pixels that go into it: the filter reaches over its edges, but never over those of the region.
    let window: StoredWindow

    /// - Parameters:
    ///   - region: at the scale.
    ///   - width, height: pixels of the whole stored picture at the scale.
    init(
        of region: StoredArea, width: Int, height: Int, orientation: Orientation, as specification: InputSpecification
    ) {
        let inner = orientation.turned(width: specification.width, height: specification.height)
        area = region.centre(width: inner.width, height: inner.height, fraction: specification.cropFraction)
        func reach(_ length: Double, _ count: Int) -> Double {
            specification.resample.support * max(1, length / Double(count)) + Self.slack
        }
        let (across, down) = (reach(area.width, inner.width), reach(area.height, inner.height))
        let reached = StoredArea(
            x: area.x - across, y: area.y - down, width: area.width + 2 * across, height: area.height + 2 * down)
        window = StoredWindow(reached, width: width, height: height)
            .intersection(StoredWindow(region, width: width, height: height))
    }
}
