import Vocabulary

/// How a stored picture has to be turned to stand upright: the eight EXIF orientations.
///
/// Each is a choice of three: which upright axis the stored rows run along, and whether each stored axis runs backwards.
/// So a stored picture is never turned as a whole; boxes are mapped into it, and results are mapped out of it.
public struct Orientation: Hashable, Sendable {
    /// 1 to 8, as EXIF counts.
    public let exif: Int
    /// Stored rows are upright columns: the sides change places.
    public let isTransposed: Bool
    /// Stored columns run from the upright right to left (transposed: from bottom to top).
    let reversesX: Bool
    /// Stored rows run from the upright bottom to top (transposed: from right to left).
    let reversesY: Bool

    /// - Parameter exif: anything but 2 to 8 is upright as stored.
    public init(exif: Int) {
        self.exif = (1...8).contains(exif) ? exif : 1
        isTransposed = self.exif >= 5
        reversesX = [2, 3, 7, 8].contains(self.exif)
        reversesY = [3, 4, 6, 7].contains(self.exif)
    }

    /// Upright as stored.
    public static let upright = Orientation(exif: 1)

    /// Width and height after turning (or before: it is the same exchange).
    func turned(width: Int, height: Int) -> (width: Int, height: Int) {
        isTransposed ? (height, width) : (width, height)
    }

    /// The stored part of an upright part, both in fractions of the whole.
    func stored(_ upright: Box) -> Box {
        var box =
            isTransposed
            ? Box(x: upright.y, y: upright.x, width: upright.height, height: upright.width) : upright
        if reversesX { box.x = 1 - box.x - box.width }
        if reversesY { box.y = 1 - box.y - box.height }
        return box
    }
}
