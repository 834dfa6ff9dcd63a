import Dispatch
import Foundation

/// Files are read on a queue of their own: a slow card must not block the pool that serves pages.
private let files = DispatchQueue(label: "rooster.delivery.files", qos: .utility)

/// A file as a whole; nil where it cannot be read or is longer than `limit`.
func readFile(_ path: String, limit: Int) async -> [UInt8]? {
    await withCheckedContinuation { continuation in
        files.async {
            guard let handle = FileHandle(forReadingAtPath: path) else { return continuation.resume(returning: nil) }
            let data = try? handle.read(upToCount: limit + 1)
            try? handle.close()
            let isWhole = data.map { $0.count <= limit } ?? false
            continuation.resume(returning: isWhole ? data.map { Array($0) } : nil)
        }
    }
}
