import Vocabulary

/// A rectangle of the stored (not turned) picture, in pixels of one scale; edges may lie inside of pixels.
struct StoredArea: Hashable, Sendable {
    var x: Double
    var y: Double
    var width: Double
    var height: Double

    var shorterSide: Double { min(width, height) }

    func scaled(by factor: Double) -> StoredArea {
        StoredArea(x: x * factor, y: y * factor, width: width * factor, height: height * factor)
    }

    /// The centred part with the proportions of `width × height` that is `fraction` of the largest such part.
    func centre(width: Int, height: Int, fraction: Double) -> StoredArea {
        let unit = min(self.width / Double(width), self.height / Double(height)) * fraction
        let (inner, outer) = (Double(width) * unit, Double(height) * unit)
        return StoredArea(
            x: x + (self.width - inner) / 2, y: y + (self.height - outer) / 2, width: inner, height: outer)
    }
}

/// Whole pixels of the stored picture at one scale: columns `left..<right`, rows `top..<bottom`.
struct StoredWindow: Hashable, Sendable {
    var left: Int
    var top: Int
    var right: Int
    var bottom: Int

    var width: Int { right - left }
    var height: Int { bottom - top }

    /// Edges that lie this near to a pixel's edge are on it: fractions such as 0.1 are never exact.
    private static let tolerance = 1e-6

    /// Every pixel that `area` touches, at least one, inside of `width × height`.
    init(_ area: StoredArea, width: Int, height: Int) {
        func range(_ start: Double, _ length: Double, _ count: Int) -> (Int, Int) {
            let first = min(max(0, Int((start + Self.tolerance).rounded(.down))), count - 1)
            let last = min(max(first + 1, Int((start + length - Self.tolerance).rounded(.up))), count)
            return (first, last)
        }
        (left, right) = range(area.x, area.width, width)
        (top, bottom) = range(area.y, area.height, height)
    }

    /// The smallest window that holds both.
    func union(_ other: StoredWindow) -> StoredWindow {
        var all = self
        all.left = min(left, other.left)
        all.top = min(top, other.top)
        all.right = max(right, other.right)
        all.bottom = max(bottom, other.bottom)
        return all
    }

    /// What lies in both; they overlap.
    func intersection(_ other: StoredWindow) -> StoredWindow {
        var both = self
        both.left = max(left, other.left)
        both.top = max(top, other.top)
        both.right = min(right, other.right)
        both.bottom = min(bottom, other.bottom)
        return both
    }

    func contains(_ other: StoredWindow) -> Bool {
        left <= other.left && top <= other.top && right >= other.right && bottom >= other.bottom
    }
}

/// The size of a stored picture, and how it stands.
struct StoredSize: Hashable, Sendable {
    var width: Int
    var height: Int
    var orientation: Orientation

    /// Where an upright region lies, in full-size pixels.
    /// - Throws: `unsupported` for a region that is not a part of a picture.
    func area(of region: Box) throws(ImagingError) -> StoredArea {
        let numbers = [region.x, region.y, region.width, region.height]
        guard numbers.allSatisfy({ $0.isFinite && $0 >= -1e-9 && $0 <= 1 + 1e-9 }), region.width > 0, region.height > 0
        else {
            throw ImagingError(
                .unsupported, "has no region x \(region.x), y \(region.y), \(region.width)x\(region.height)")
        }
        let stored = orientation.stored(region)
        let (left, top) = (max(0, stored.x), max(0, stored.y))
        let (right, bottom) = (min(1, stored.x + stored.width), min(1, stored.y + stored.height))
        guard right > left, bottom > top else {
            throw ImagingError(
                .unsupported, "has no region x \(region.x), y \(region.y), \(region.width)x\(region.height)")
        }
        return StoredArea(
            x: left * Double(width), y: top * Double(height), width: (right - left) * Double(width),
            height: (bottom - top) * Double(height))
    }

    /// The size after decoding at `eighths / 8`: libjpeg rounds up.
    func scaled(eighths: Int) -> (width: Int, height: Int) {
        ((width * eighths + 7) / 8, (height * eighths + 7) / 8)
    }
}
