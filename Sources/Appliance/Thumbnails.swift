import Dispatch
import Foundation
import Imaging
import Store
import Vocabulary

/// Makes thumbnails of kept pictures, one after the other, on a queue of its own: decoding is work, not waiting, and
/// must take no thread from the pages.
final class Thumbnails: Sendable {
    private let store: Store
    private let queue = DispatchQueue(label: "rooster.thumbnails", qos: .utility)

    /// Longest side, pixels: sharp on a phone, 10 to 20 kB.
    private static let longestSide = 480
    private static let quality = 80

    init(_ store: Store) {
        self.store = store
    }

    /// Makes and stores the thumbnail of a frame.
    /// - Returns: a JPEG; nil where there is no picture, or it cannot be decoded.
    @discardableResult
    func make(of frame: FrameID) async -> [UInt8]? {
        guard let path = try? await store.picturePath(of: frame) else { return nil }
        let jpeg: [UInt8]? = await withCheckedContinuation { continuation in
            queue.async {
                guard let bytes = try? Data(contentsOf: URL(filePath: path)) else {
                    continuation.resume(returning: nil)
                    return
                }
                let made = bytes.withUnsafeBytes {
                    try? thumbnail(
                        of: $0, longestSide: Thumbnails.longestSide, quality: Thumbnails.quality, limits: .standard)
                }
                continuation.resume(returning: made)
            }
        }
        if let jpeg { try? await store.setThumbnail(of: frame, to: jpeg) }
        return jpeg
    }
}
